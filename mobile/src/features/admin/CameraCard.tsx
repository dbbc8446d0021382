import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Image, View } from "react-native";

import { useDoing, useWhy } from "@/features/admin/operate";
import { usePicture } from "@/features/admin/picture";
import { PrivacySheet } from "@/features/admin/PrivacySheet";
import { TrialResult } from "@/features/admin/TrialResult";
import { Button, Card, Field, Icon, Notice, Sheet, Text, radius, space, useTheme } from "@/ui";
import type { Palette } from "@/ui/theme";
import type { Camera } from "@/wire/wire";

type Open = "privacy" | "trial" | "zone" | "remove" | null;
type State = "starting" | "online" | "stalled" | "frozen" | "unauthorised" | "unreachable" | "unsupported" | "ended";

/** One camera: what it sees, how it is, and all that can be done about it. */
export function CameraCard({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Open>(null);
  const toggle = useDoing((ask) => ask("changeCamera", { path: { camera_id: camera.id }, body: { enabled: !camera.enabled } }));
  const { status } = camera;
  const close = () => setOpen(null);
  const facts = [
    camera.enabled && t("peopleSeen", { count: camera.people }),
    status?.width && `${status.width}×${status.height}`,
    status?.fps && t("rate", { fps: Math.round(status.fps) }),
    status?.dropped ? t("lost", { count: status.dropped }) : false,
    camera.privacy_zones.length > 0 && t("zonesSet", { count: camera.privacy_zones.length }),
  ].filter((fact): fact is string => Boolean(fact));
  return (
    <Card testID={`camera-${camera.id}`} style={{ flexBasis: 400, flexGrow: 1, maxWidth: 680 }}>
      <Preview camera={camera} />
      <View style={{ flexDirection: "row", alignItems: "center", gap: space.m }}>
        <View style={{ flex: 1 }}>
          <Text kind="title" heading={2}>
            {camera.id}
          </Text>
          <Text color="soft">{[camera.zone, camera.description].filter(Boolean).join(" · ") || camera.source}</Text>
        </View>
        <StateBadge camera={camera} />
      </View>
      <Text kind="small" color="soft" testID="facts">
        {facts.join(" · ")}
      </Text>
      {camera.enabled && status && status.state !== "online" && status.detail !== "" && <Notice text={status.detail} />}
      {toggle.error && <Problem error={toggle.error} />}
      <View style={{ flexDirection: "row", flexWrap: "wrap", gap: space.s }}>
        <Button kind="plain" title={t("hideParts")} onPress={() => setOpen("privacy")} testID="privacy" />
        <Button kind="plain" title={t("tryOut")} onPress={() => setOpen("trial")} testID="trial" />
        <Button kind="plain" title={t("zone")} onPress={() => setOpen("zone")} testID="zone" />
        <Button kind="plain" title={t(camera.enabled ? "switchOff" : "switchOn")} busy={toggle.isPending} onPress={() => toggle.mutate()} />
        <Button kind="danger" title={t("remove")} onPress={() => setOpen("remove")} testID="remove" />
      </View>
      {open === "privacy" && <PrivacySheet camera={camera} onClose={close} />}
      {open === "trial" && <Trial camera={camera} onClose={close} />}
      {open === "zone" && <Zone camera={camera} onClose={close} />}
      {open === "remove" && <Remove camera={camera} onClose={close} />}
    </Card>
  );
}

function Problem({ error }: { error: Error }) {
  const why = useWhy();
  return <Notice text={why(error)} />;
}

function Preview({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const theme = useTheme();
  const picture = usePicture(camera.id, { everyMs: camera.enabled && 2000 });
  return (
    <View style={{ aspectRatio: 16 / 9, borderRadius: radius.m, overflow: "hidden", backgroundColor: theme.color.raised }}>
      {picture.data && !picture.error ? (
        <Image
          source={{ uri: picture.data }}
          aria-label={t("pictureOf", { camera: camera.id })}
          resizeMode="contain"
          style={{ width: "100%", height: "100%" }}
        />
      ) : (
        <View style={{ flex: 1, alignItems: "center", justifyContent: "center", gap: space.s, padding: space.l }}>
          <Icon name="camera" size={36} color="soft" />
          <Text color="soft" style={{ textAlign: "center" }}>
            {picture.error ? picture.error.message : t("noPicture")}
          </Text>
        </View>
      )}
    </View>
  );
}

function StateBadge({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const theme = useTheme();
  const state = camera.enabled ? ((camera.status?.state as State | undefined) ?? "silent") : "off";
  const color: keyof Palette =
    state === "online" ? "good" : state === "off" || state === "ended" || state === "silent" ? "raised" : state === "starting" ? "warn" : "bad";
  return (
    <View
      testID="state"
      style={{ borderRadius: radius.pill, paddingHorizontal: space.m, paddingVertical: space.xs, backgroundColor: theme.color[color] }}
    >
      <Text kind="label" color={color === "raised" ? "text" : "onBadge"}>
        {t(`state_${state}`)}
      </Text>
    </View>
  );
}

function Trial({ camera, onClose }: { camera: Camera; onClose: () => void }) {
  const { t } = useTranslation();
  const trial = useDoing((ask) => ask("retryCamera", { path: { camera_id: camera.id } }));
  return (
    <Sheet title={`${t("tryOut")}: ${camera.id}`} onClose={onClose} testID="trial-sheet">
      <Text color="soft">{camera.source}</Text>
      <TrialResult trial={trial.data} error={trial.error} busy={trial.isPending} />
      <Button title={t("testCamera")} busy={trial.isPending} onPress={() => trial.mutate()} testID="test-camera" />
    </Sheet>
  );
}

function Zone({ camera, onClose }: { camera: Camera; onClose: () => void }) {
  const { t } = useTranslation();
  const [zone, setZone] = useState(camera.zone);
  const [description, setDescription] = useState(camera.description);
  const save = useDoing(
    (ask) => ask("changeCamera", { path: { camera_id: camera.id }, body: { zone, description } }),
    onClose,
  );
  return (
    <Sheet title={`${t("zone")}: ${camera.id}`} onClose={onClose} testID="zone-sheet">
      <Field label={t("zone")} value={zone} onChangeText={setZone} placeholder={t("zoneHint")} maxLength={64} testID="zone-name" />
      <Field label={t("description")} value={description} onChangeText={setDescription} maxLength={200} />
      {save.error && <Problem error={save.error} />}
      <Button title={t("save")} busy={save.isPending} onPress={() => save.mutate()} testID="save-zone" />
    </Sheet>
  );
}

function Remove({ camera, onClose }: { camera: Camera; onClose: () => void }) {
  const { t } = useTranslation();
  const remove = useDoing((ask) => ask("removeCamera", { path: { camera_id: camera.id } }), onClose);
  return (
    <Sheet title={t("removeCamera", { camera: camera.id })} onClose={onClose} testID="remove-sheet">
      <Text color="soft">{t("removeText")}</Text>
      {remove.error && <Problem error={remove.error} />}
      <Button kind="danger" icon="trash" title={t("remove")} busy={remove.isPending} onPress={() => remove.mutate()} testID="remove-for-good" />
    </Sheet>
  );
}
