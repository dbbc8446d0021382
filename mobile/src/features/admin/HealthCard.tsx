import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { useDoing, useWhy } from "@/features/admin/operate";
import { Button, Card, Icon, Notice, Text, space } from "@/ui";
import type { Finding } from "@/wire/wire";

/** What the doctor says, when asked; worst first. */
export function HealthCard() {
  const { t } = useTranslation();
  const why = useWhy();
  const doctor = useDoing((ask) => ask("doctor"));
  const rank = { fail: 0, warn: 1, ok: 2 } as Record<string, number>;
  const findings = [...(doctor.data?.findings ?? [])].sort((a, b) => (rank[a.verdict] ?? 0) - (rank[b.verdict] ?? 0));
  const well = findings.length > 0 && findings.every(({ verdict }) => verdict === "ok");
  return (
    <Card testID="health">
      <Text kind="title" heading={2}>
        {t("health")}
      </Text>
      {doctor.isPending && <Text color="soft">{t("examining")}</Text>}
      {doctor.error && <Notice text={why(doctor.error)} />}
      {well && <Notice kind="good" text={t("allWell")} />}
      {findings.map((finding, place) => (
        <Found key={place} finding={finding} />
      ))}
      <Button kind="plain" title={t("examine")} busy={doctor.isPending} onPress={() => doctor.mutate()} testID="examine" />
    </Card>
  );
}

function Found({ finding: { about, verdict, came, expected, remedy } }: { finding: Finding }) {
  const { t } = useTranslation();
  const [icon, color] = verdict === "ok" ? (["check", "good"] as const) : verdict === "warn" ? (["alert", "warn"] as const) : (["close", "bad"] as const);
  return (
    <View testID={`finding-${verdict}`} style={{ flexDirection: "row", gap: space.m }}>
      <Icon name={icon} color={color} />
      <View style={{ flex: 1, gap: space.xs }}>
        <Text kind="heading">{about}</Text>
        <Text color="soft">{came}</Text>
        {verdict !== "ok" && expected !== "" && <Text kind="small">{`${t("expected")}: ${expected}`}</Text>}
        {verdict !== "ok" && remedy !== "" && <Text kind="small" color={color}>{`${t("todo")}: ${remedy}`}</Text>}
      </View>
    </View>
  );
}
