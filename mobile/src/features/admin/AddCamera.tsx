import { useState } from "react";
import { useTranslation } from "react-i18next";

import { FindCameras } from "@/features/admin/FindCameras";
import { useDoing, useWhy } from "@/features/admin/operate";
import { TrialResult } from "@/features/admin/TrialResult";
import { Button, Field, Notice, Segments, Sheet } from "@/ui";
import type { NewCamera } from "@/wire/wire";

const TURNS = ["0", "90", "180", "270"] as const;

/** A new camera: found on the network or typed, tried out, then added. */
export function AddCamera({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const why = useWhy();
  const [camera, setCamera] = useState<NewCamera>({ id: "", url: "", zone: "", rotate: 0 });
  const trial = useDoing((ask, wanted: NewCamera) => ask("tryCamera", { body: wanted }));
  const add = useDoing((ask, wanted: NewCamera) => ask("addCamera", { body: wanted }), onClose);
  const change = (part: Partial<NewCamera>) => {
    setCamera((before) => ({ ...before, ...part }));
    trial.reset(); // what was tried is no longer what is there
    add.reset();
  };
  const named = camera.id !== "" && camera.url !== "";
  return (
    <Sheet title={t("addCamera")} onClose={onClose} testID="add-sheet">
      <FindCameras
        onChosen={({ url }, { name, hardware, address, location }) => {
          const found = { ...camera, id: camera.id || idOf(name || hardware, address), url, zone: camera.zone || location };
          change(found);
          trial.mutate(found);
        }}
      />
      <Field label={t("cameraId")} placeholder={t("cameraIdHint")} value={camera.id} onChangeText={(id) => change({ id: id.trim() })} testID="camera-id" />
      <Field label={t("cameraUrl")} placeholder={t("cameraUrlHint")} value={camera.url} onChangeText={(url) => change({ url: url.trim() })} testID="camera-url" />
      <Field label={t("zone")} placeholder={t("zoneHint")} value={camera.zone} onChangeText={(zone) => change({ zone })} maxLength={64} />
      <Segments
        label={t("rotation")}
        options={TURNS.map((turn) => ({ value: turn, title: `${turn}°` }))}
        value={String(camera.rotate) as (typeof TURNS)[number]}
        onChange={(turn) => change({ rotate: Number(turn) as NewCamera["rotate"] })}
      />
      <TrialResult trial={trial.data} error={trial.error} busy={trial.isPending} />
      {add.error && <Notice text={why(add.error)} testID="add-failed" />}
      <Button
        kind={trial.data ? "plain" : "primary"}
        title={t("testCamera")}
        busy={trial.isPending}
        disabled={!named}
        onPress={() => trial.mutate(camera)}
        testID="test-camera"
      />
      {trial.data && (
        <Button icon="plus" title={t("addCamera")} busy={add.isPending} onPress={() => add.mutate(camera)} testID="add-tested" />
      )}
    </Sheet>
  );
}

/** A name for ever, out of what a camera calls itself and the end of its address: `entrance-40`. */
export function idOf(name: string, address: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 24)
    .replace(/^-+|-+$/g, "");
  return `${plain || "camera"}-${address.split(".").at(-1)}`;
}
