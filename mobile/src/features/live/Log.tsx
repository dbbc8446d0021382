import { useTranslation } from "react-i18next";
import { View } from "react-native";

import type { Entry } from "@/features/live/live";
import { useLive } from "@/features/live/store";
import { spoken } from "@/i18n";
import { useExercises } from "@/state/queries";
import { Badge, Card, Icon, Text, space } from "@/ui";
import type { IconName } from "@/ui/Icon";

const signs: Record<Entry["kind"], IconName> = {
  guidance: "voice",
  fault: "alert",
  set: "check",
  clip: "replay",
  missed: "alert",
};

/** What happened, newest first. */
export function Log() {
  const { t } = useTranslation();
  const log = useLive((live) => live.log);
  return (
    <Card testID="log">
      <Text kind="heading" heading={2}>
        {t("log")}
      </Text>
      {log.length === 0 && <Text color="soft">{t("logEmpty")}</Text>}
      {log.map((entry) => (
        <Row key={entry.id} entry={entry} />
      ))}
    </Card>
  );
}

function Row({ entry }: { entry: Entry }) {
  const { t, i18n } = useTranslation();
  const exercises = useExercises().data;
  const { set, text } = entry;
  const name = (id: string) => spoken(exercises?.find((each) => each.id === id)?.name ?? { en: id });
  const said = set
    ? t("setDone", { count: set.reps, exercise: name(set.exercise) })
    : entry.kind === "clip"
      ? t("clipReady")
      : entry.kind === "missed"
        ? t("missed")
        : typeof text === "string"
          ? text
          : spoken(text);
  return (
    <View style={{ flexDirection: "row", alignItems: "center", gap: space.m, minHeight: 32 }}>
      <Icon name={signs[entry.kind]} size={20} color={entry.kind === "fault" || entry.kind === "missed" ? "warn" : "soft"} />
      <Text style={{ flex: 1 }}>{said}</Text>
      {set && <Badge score={set.score} testID="log-score" />}
      {entry.at !== "" && (
        <Text kind="small" color="soft">
          {new Date(entry.at).toLocaleTimeString(i18n.language, { hour: "2-digit", minute: "2-digit", second: "2-digit" })}
        </Text>
      )}
    </View>
  );
}
