import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Pressable, View } from "react-native";

import { useDoing, useWhy } from "@/features/admin/operate";
import { Button, Card, Field, Icon, Notice, Text, space, touch } from "@/ui";
import { Refusal } from "@/wire/ask";
import type { CameraStream, FoundCamera } from "@/wire/wire";

type Props = {
  /** With a stream of the chosen camera, its credentials in it. */
  onChosen: (stream: CameraStream, camera: FoundCamera) => void;
};

type Asked = { service: string; user: string; password: string };

/** The network's cameras, by ONVIF: one is chosen, its password given, and its best stream taken. */
export function FindCameras({ onChosen }: Props) {
  const { t } = useTranslation();
  const why = useWhy();
  const [chosen, setChosen] = useState<FoundCamera | null>(null);
  const find = useDoing((ask) => ask("findCameras"), () => setChosen(null));
  const found = find.data?.cameras ?? [];
  return (
    <View style={{ gap: space.m }}>
      <Button kind="plain" icon="scan" title={t("findCameras")} busy={find.isPending} onPress={() => find.mutate()} testID="find-cameras" />
      {find.isPending && <Text color="soft">{t("findingCameras")}</Text>}
      {find.error && <Notice text={why(find.error)} />}
      {find.data && found.length === 0 && <Text color="soft">{t("noneFound")}</Text>}
      {found.map((camera) =>
        camera === chosen ? (
          <Chosen key={camera.service} camera={camera} onChosen={(stream) => onChosen(stream, camera)} />
        ) : (
          <Row key={camera.service} camera={camera} onPress={() => setChosen(camera)} />
        ),
      )}
    </View>
  );
}

function Row({ camera, onPress }: { camera: FoundCamera; onPress?: () => void }) {
  const { t } = useTranslation();
  const name = camera.name || camera.hardware || camera.address;
  const about = [camera.hardware, camera.location, camera.address].filter((word) => word !== "" && word !== name).join(" · ");
  return (
    <Pressable
      role="button"
      disabled={!onPress}
      onPress={onPress}
      testID="found-camera"
      style={({ pressed }) => ({ minHeight: touch, flexDirection: "row", alignItems: "center", gap: space.m, opacity: pressed ? 0.7 : 1 })}
    >
      <Icon name="camera" color="accent" />
      <View style={{ flex: 1 }}>
        <Text kind="heading">{name}</Text>
        <Text kind="small" color="soft">
          {about}
        </Text>
      </View>
      {camera.camera_id !== null && (
        <Text kind="label" color="good">
          {t("knownAs", { camera: camera.camera_id })}
        </Text>
      )}
      {onPress && <Icon name="next" color="soft" />}
    </Pressable>
  );
}

/** A camera and its login; most want one. */
function Chosen({ camera, onChosen }: { camera: FoundCamera; onChosen: (stream: CameraStream) => void }) {
  const { t } = useTranslation();
  const [login, setLogin] = useState({ user: "admin", password: "" });
  const streams = useDoing(
    (ask, body: Asked) => ask("askCamera", { body }),
    ({ streams: sent }) => sent[0] && onChosen(sent[0]),
  );
  const submit = () => streams.mutate({ service: camera.service, ...login });
  const wrong = streams.error instanceof Refusal && streams.error.title === "wrong password";
  return (
    <Card testID="chosen-camera">
      <Row camera={camera} />
      <Field label={t("cameraUser")} value={login.user} onChangeText={(user) => setLogin({ ...login, user })} autoComplete="off" testID="camera-user" />
      <Field
        label={t("cameraPassword")}
        value={login.password}
        onChangeText={(password) => setLogin({ ...login, password })}
        onSubmitEditing={submit}
        secureTextEntry
        autoComplete="off"
        testID="camera-password"
      />
      {streams.error && <Notice text={wrong ? t("cameraPasswordWrong") : streams.error.message} testID="ask-failed" />}
      <Button title={t("useCamera")} busy={streams.isPending} onPress={submit} testID="use-camera" />
    </Card>
  );
}
