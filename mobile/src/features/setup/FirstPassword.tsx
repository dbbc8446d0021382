import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { askWith } from "@/state/operator";
import { Button, Card, Field, Notice, Text } from "@/ui";
import { Refusal } from "@/wire/ask";

/** Of a password, as the hub has it. */
const SHORTEST = 10;

/** The code that the box's own screen shows, and the operator's first password. */
export function FirstPassword({ onToken }: { onToken: (token: string) => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState(codeOf(typeof window === "undefined" ? "" : (window.location?.hash ?? "")));
  const [password, setPassword] = useState("");
  const setUp = useMutation({
    mutationFn: () => askWith(null)("setUp", { body: { code, password } }),
    onSuccess: ({ token }) => onToken(token),
  });
  const fits = code !== "" && password.length >= SHORTEST;
  const submit = () => fits && setUp.mutate();
  return (
    <Card>
      <Field label={t("setUpCode")} value={code} onChangeText={setCode} autoComplete="off" testID="setup-code" />
      <Field
        label={t("newPassword")}
        value={password}
        onChangeText={setPassword}
        onSubmitEditing={submit}
        secureTextEntry
        autoComplete="new-password"
        testID="new-password"
      />
      <Text kind="small" color="soft">
        {t("passwordLength", { count: SHORTEST })}
      </Text>
      {setUp.error && <Notice text={why(setUp.error, t)} testID="setup-failed" />}
      <Button title={t("goOn")} busy={setUp.isPending} disabled={!fits} onPress={submit} testID="set-password" />
    </Card>
  );
}

/** Out of `#c=k7fqm2xw`: what the QR code carries, and no server sees. */
export function codeOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("c") ?? "";
}

function why(error: Error, t: ReturnType<typeof useTranslation>["t"]): string {
  if (!(error instanceof Refusal)) return t("unreachable");
  if (error.status === 429) return t("passwordWait", { seconds: error.retryAfter ?? 60 });
  return error.status === 401 ? t("setUpCodeWrong") : t("refused", { why: error.message });
}
