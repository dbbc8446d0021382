import { useState } from "react";
import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { canScan } from "@/features/start/decoder";
import { useNearby } from "@/features/start/discover";
import { pair } from "@/features/start/pair";
import type { Failure } from "@/features/start/pair";
import { Scanner } from "@/features/start/Scanner";
import { language } from "@/i18n";
import { Button, Card, Field, Icon, Notice, Screen, Segments, Text, radius, space, useTheme } from "@/ui";

/** From nothing to a box: by its code. */
export function Start({ failed = null }: { failed?: Failure | null }) {
  const { t } = useTranslation();
  const theme = useTheme();
  const nearby = useNearby();
  const [text, setText] = useState("");
  const [scanning, setScanning] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(failed);
  const [box, setBox] = useState<string | null>(null);

  async function start(code: string) {
    setBusy(true);
    setFailure(await pair(code, language(), box ?? nearby[0]?.base ?? null));
    setBusy(false);
  }

  return (
    <Screen testID="start">
      <View style={{ flex: 1, justifyContent: "center", alignItems: "center", gap: space.m, paddingVertical: space.xl }}>
        <View style={{ padding: space.xl, borderRadius: radius.pill, backgroundColor: theme.color.surface }}>
          <Icon name="live" size={56} color="accent" />
        </View>
        <Text kind="display" heading={1} style={{ textAlign: "center" }}>
          {t("welcome")}
        </Text>
        <Text color="soft" style={{ textAlign: "center", maxWidth: 340 }}>
          {t("welcomeText")}
        </Text>
      </View>
      {failure && <Notice text={t(failure)} testID="failure" />}
      <Card>
        <Text kind="heading" heading={2}>
          {t("startSession")}
        </Text>
        {nearby.length > 1 && (
          <Segments
            label={t("boxes")}
            options={nearby.map(({ name, base }) => ({ value: base, title: name }))}
            value={box ?? nearby[0]?.base ?? ""}
            onChange={setBox}
          />
        )}
        {canScan() &&
          (scanning ? (
            <Scanner onCode={(code) => void start(code)} />
          ) : (
            <Button icon="scan" title={t("scan")} onPress={() => setScanning(true)} testID="scan" />
          ))}
        {!canScan() && <Text color="soft">{t("scanByPhone")}</Text>}
        <Field
          label={t("codeLabel")}
          value={text}
          onChangeText={setText}
          onSubmitEditing={() => void start(text)}
          placeholder="http://gymbox.local/join#t=…"
          inputMode="url"
          testID="code"
        />
        <Button
          title={t("start")}
          kind={canScan() ? "plain" : "primary"}
          busy={busy}
          disabled={text.trim() === ""}
          onPress={() => void start(text)}
          testID="go"
        />
      </Card>
      <Text kind="small" color="soft" style={{ textAlign: "center" }}>
        {t("noFaces")}
      </Text>
    </Screen>
  );
}
