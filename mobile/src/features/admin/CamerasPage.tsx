import { useState } from "react";
import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { AddCamera } from "@/features/admin/AddCamera";
import { CameraCard } from "@/features/admin/CameraCard";
import { useAsked, useWhy } from "@/features/admin/operate";
import { Button, Empty, Notice, space } from "@/ui";

const LOOK_MS = 2000;

/** All cameras, and the way to one more. */
export function CamerasPage() {
  const { t } = useTranslation();
  const why = useWhy();
  const [adding, setAdding] = useState(false);
  const cameras = useAsked("cameras", (ask) => ask("cameras"), LOOK_MS);
  const known = cameras.data?.cameras ?? [];
  return (
    <View style={{ gap: space.xl }}>
      {cameras.error && <Notice text={why(cameras.error)} />}
      {cameras.data && known.length === 0 && <Empty icon="camera" title={t("noCameras")} text={t("noCamerasText")} />}
      <View style={{ flexDirection: "row", flexWrap: "wrap", gap: space.xl }}>
        {known.map((camera) => (
          <CameraCard key={camera.id} camera={camera} />
        ))}
      </View>
      <Button icon="plus" title={t("addCamera")} onPress={() => setAdding(true)} style={{ alignSelf: "flex-start" }} testID="add-camera" />
      {adding && <AddCamera onClose={() => setAdding(false)} />}
    </View>
  );
}
