import { useState } from "react";
import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { Canvas } from "@/features/admin/Canvas";
import { useDoing, useWhy } from "@/features/admin/operate";
import { usePicture } from "@/features/admin/picture";
import { rectangle } from "@/features/admin/zones";
import type { Zone } from "@/features/admin/zones";
import { Button, Notice, Sheet, Sign, Text, space } from "@/ui";
import type { Camera } from "@/wire/wire";

/** As many as the box takes. */
const MOST = 16;

/** What of a camera's picture nobody may see, painted over it. */
export function PrivacySheet({ camera, onClose }: { camera: Camera; onClose: () => void }) {
  const { t } = useTranslation();
  const why = useWhy();
  const [zones, setZones] = useState<Zone[]>(camera.privacy_zones.map((zone) => zone.map(([x, y]) => [x, y])));
  const picture = usePicture(camera.id, { longest: 1280, everyMs: false });
  const save = useDoing((ask) => ask("setPrivacy", { path: { camera_id: camera.id }, body: { zones } }), onClose);
  const add = () => {
    const zone = rectangle([0.35, 0.35], [0.65, 0.65]);
    if (zone) setZones([...zones, zone]);
  };
  return (
    <Sheet title={t("privacyOf", { camera: camera.id })} onClose={onClose} testID="privacy-sheet">
      <Text color="soft">{t("privacyText")}</Text>
      {picture.error && <Notice text={picture.error.message} />}
      <Canvas picture={picture.data ?? null} zones={zones} onChange={setZones} most={MOST} />
      {zones.length === 0 && <Text color="soft">{t("noZones")}</Text>}
      <View style={{ flexDirection: "row", flexWrap: "wrap", gap: space.s }}>
        {zones.map((_, place) => (
          <View key={place} style={{ flexDirection: "row", alignItems: "center" }}>
            <Text kind="label">{t("zoneNumber", { number: place + 1 })}</Text>
            <Sign
              icon="trash"
              color="bad"
              label={t("dropZone", { number: place + 1 })}
              onPress={() => setZones(zones.filter((_zone, other) => other !== place))}
            />
          </View>
        ))}
        <Button kind="plain" icon="plus" title={t("addZone")} disabled={zones.length >= MOST} onPress={add} testID="add-zone" />
      </View>
      {save.error && <Notice text={why(save.error)} />}
      <Button title={t("save")} busy={save.isPending} onPress={() => save.mutate()} testID="save-zones" />
    </Sheet>
  );
}
