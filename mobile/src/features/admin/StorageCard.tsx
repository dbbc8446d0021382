import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { useAsked, useDoing, useWhy } from "@/features/admin/operate";
import { Button, Card, Notice, Text, radius, space, useTheme } from "@/ui";
import type { Storage } from "@/wire/wire";

const LOOK_MS = 15_000;
const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Bytes as a person says them. */
export function bytes(count: number, language: string): string {
  const power = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${value.toLocaleString(language, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${UNITS[power]}`;
}

/** What is on the disk, for how long, and the way to a backup now. */
export function StorageCard() {
  const { t } = useTranslation();
  const why = useWhy();
  const storage = useAsked("storage", (ask) => ask("storage"), LOOK_MS);
  const backUp = useDoing((ask) => ask("backUp"));
  return (
    <Card testID="storage">
      <Text kind="title" heading={2}>
        {t("storage")}
      </Text>
      {storage.error && <Notice text={why(storage.error)} />}
      {storage.data && <Told storage={storage.data} />}
      {backUp.error && <Notice text={why(backUp.error)} />}
      <Button kind="plain" title={t("backUp")} busy={backUp.isPending} onPress={() => backUp.mutate()} testID="back-up" />
    </Card>
  );
}

function Told({ storage }: { storage: Storage }) {
  const { t, i18n } = useTranslation();
  const theme = useTheme();
  const said = (count: number) => bytes(count, i18n.language);
  const used = 1 - storage.free_bytes / storage.total_bytes;
  const newest = storage.backups[0];
  const lines = [
    [t("database"), said(storage.database_bytes)],
    [t("replaysKept", { count: storage.clips }), said(storage.clips_bytes)],
    [t("lastCopy"), newest ? new Date(newest.at).toLocaleString(i18n.language, { dateStyle: "medium", timeStyle: "short" }) : t("never")],
  ] as const;
  return (
    <View style={{ gap: space.m }}>
      <View style={{ height: 12, borderRadius: radius.pill, backgroundColor: theme.color.raised, overflow: "hidden" }}>
        <View style={{ width: `${used * 100}%`, height: "100%", backgroundColor: theme.color[used > 0.9 ? "bad" : "accent"] }} />
      </View>
      <Text kind="heading" testID="free">
        {t("freeOf", { free: said(storage.free_bytes), total: said(storage.total_bytes) })}
      </Text>
      {lines.map(([name, value]) => (
        <View key={name} style={{ flexDirection: "row", justifyContent: "space-between", gap: space.m }}>
          <Text color="soft">{name}</Text>
          <Text>{value}</Text>
        </View>
      ))}
      <Text kind="small" color="soft">
        {t("keptDays", { days: storage.clips_days, percent: storage.min_free_percent })}
      </Text>
    </View>
  );
}
