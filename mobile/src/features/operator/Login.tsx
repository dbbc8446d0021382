import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { askWith } from "@/state/operator";
import { Button, Card, Field, Icon, Notice, Screen, Text, space } from "@/ui";
import { Refusal } from "@/wire/ask";

type Props = {
  title: string;
  text: string;
  /** With the operator's token. */
  onToken: (token: string) => Promise<void> | void;
};

/** The operator's password, for a token. */
export function Login({ title, text, onToken }: Props) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const login = useMutation({
    mutationFn: async () => {
      const { token } = await askWith(null)("login", { body: { password } });
      await onToken(token);
    },
  });
  const submit = () => password !== "" && login.mutate();
  return (
    <Screen testID="login">
      <View style={{ flex: 1, justifyContent: "center", gap: space.l, width: "100%", maxWidth: 440, alignSelf: "center" }}>
        <Icon name="live" size={48} color="accent" />
        <Text kind="display" heading={1}>
          {title}
        </Text>
        <Text color="soft">{text}</Text>
        <Card>
          <Field
            label={t("password")}
            value={password}
            onChangeText={setPassword}
            onSubmitEditing={submit}
            secureTextEntry
            autoFocus
            autoComplete="current-password"
            testID="password"
          />
          {login.error && <Notice text={why(login.error, t)} testID="login-failed" />}
          <Button title={t("logIn")} busy={login.isPending} disabled={password === ""} onPress={submit} testID="log-in" />
        </Card>
      </View>
    </Screen>
  );
}

function why(error: Error, t: ReturnType<typeof useTranslation>["t"]): string {
  if (!(error instanceof Refusal)) return t("unreachable");
  if (error.status === 429) return t("passwordWait", { seconds: error.retryAfter ?? 60 });
  return error.status === 401 ? t("passwordWrong") : t("refused", { why: error.message });
}
