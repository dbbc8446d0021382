import { useMutation, useQueries } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Pressable, View } from "react-native";

import { EditSet } from "@/features/stats/EditSet";
import { Privacy } from "@/features/stats/Privacy";
import { byExercise, clock, meanRange, meanTempo, totals } from "@/features/stats/summary";
import { spoken } from "@/i18n";
import { ask, useBox } from "@/state/box";
import { newKey } from "@/state/key";
import { refresh, useExercises, useMe } from "@/state/queries";
import { Badge, Button, Card, Chart, Empty, Icon, Screen, Segments, Text, grade, space } from "@/ui";
import type { Session, Set } from "@/wire/wire";

/** How long a deleted set can be had back by a tap. */
const UNDO_MS = 30_000;

/** What was done: this visit, and all that this phone has. */
export function Stats() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const [chosen, setChosen] = useState<"visit" | "all">("visit");
  const [deleted, setDeleted] = useState<string | null>(null);
  const undo = useMutation({
    mutationFn: (set_id: string) => ask("undoSet", { path: { set_id }, body: { key: newKey() } }),
    onSettled: () => {
      setDeleted(null);
      refresh();
    },
  });
  useEffect(() => {
    if (!deleted) return;
    const timer = setTimeout(() => setDeleted(null), UNDO_MS);
    return () => clearTimeout(timer);
  }, [deleted]);
  const trained = (me?.sessions ?? []).filter((session) => session.sets.length > 0);
  const latest = me?.sessions.find((session) => session.ended_at === null) ?? trained[0];
  return (
    <Screen title={t("stats")} testID="stats">
      {deleted && <Button kind="plain" icon="undo" title={t("undoDelete")} onPress={() => undo.mutate(deleted)} testID="undo-delete" />}
      {!latest || (latest.sets.length === 0 && trained.length === 0) ? (
        <Empty icon="stats" title={t("statsEmpty")} text={t("statsEmptyText")} testID="stats-empty" />
      ) : (
        <>
          {trained.length > 1 && (
            <Segments
              label={t("stats")}
              options={[
                { value: "visit", title: t("thisVisit") },
                { value: "all", title: t("allVisits") },
              ]}
              value={chosen}
              onChange={setChosen}
            />
          )}
          {chosen === "visit" || trained.length < 2 ? <Visit session={latest} onDeleted={setDeleted} /> : <Visits sessions={trained} onOpen={() => setChosen("visit")} />}
        </>
      )}
      {me && <Privacy me={me} />}
    </Screen>
  );
}

function Visit({ session, onDeleted }: { session: Session; onDeleted: (set: string) => void }) {
  const [edited, setEdited] = useState<Set | null>(null);
  const exercises = useExercises().data;
  return (
    <>
      <Summary session={session} />
      {byExercise(session.sets).map(([id, sets]) => {
        const exercise = exercises?.find((each) => each.id === id);
        return (
          <Card key={id} testID="exercise-card">
            <Text kind="title" heading={2}>
              {exercise ? spoken(exercise.name) : id}
            </Text>
            {sets.map((set, place) => (
              <Row key={set.id} set={set} number={place + 1} onPress={() => setEdited(set)} />
            ))}
            <Trends sets={sets} />
          </Card>
        );
      })}
      {edited && <EditSet set={edited} onClose={() => setEdited(null)} onDeleted={onDeleted} />}
    </>
  );
}

function Summary({ session }: { session: Session }) {
  const { t, i18n } = useTranslation();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const { seconds, sets, reps, score } = totals(session, now);
  const day = new Date(session.started_at).toLocaleDateString(i18n.language, { weekday: "long", day: "numeric", month: "long" });
  return (
    <Card testID="session-card">
      <View style={{ flexDirection: "row", alignItems: "center" }}>
        <Text kind="label" color="soft" style={{ flex: 1 }}>
          {day}
        </Text>
        <Badge score={score} testID="session-score" />
      </View>
      <View style={{ flexDirection: "row" }}>
        <Total wide title={t("duration")} value={clock(seconds)} />
        <Total title={t("sets")} value={String(sets)} testID="session-sets" />
        <Total title={t("reps")} value={String(reps)} testID="session-reps" />
      </View>
    </Card>
  );
}

function Total({ title, value, wide = false, testID }: { title: string; value: string; wide?: boolean; testID?: string }) {
  return (
    <View style={{ flex: wide ? 1.6 : 1 }}>
      <Text kind="display" testID={testID}>
        {value}
      </Text>
      <Text kind="small" color="soft">
        {title}
      </Text>
    </View>
  );
}

function Row({ set, number, onPress }: { set: Set; number: number; onPress: () => void }) {
  const { t } = useTranslation();
  const partial = set.partial_reps > 0 ? ` ${t("plusPartial", { count: set.partial_reps })}` : "";
  return (
    <Pressable
      role="button"
      onPress={onPress}
      testID="set"
      style={{ flexDirection: "row", alignItems: "center", gap: space.m, minHeight: 48 }}
    >
      <Text color="soft" style={{ width: 20 }}>
        {number}
      </Text>
      <View style={{ flex: 1, flexDirection: "row", alignItems: "baseline", flexWrap: "wrap" }}>
        <Text kind="title">{set.reps}</Text>
        <Text color="soft">
          {` ${t("reps")}${partial}`}
          {set.ended_at === null ? ` · ${t("goesOn")}` : ""}
          {set.corrected ? ` · ${t("corrected")}` : ""}
        </Text>
      </View>
      <Badge score={set.form_score} />
      <Icon name="edit" size={18} color="soft" />
    </Pressable>
  );
}

/** Range, tempo and repetitions over the sets of an exercise; one alone is no trend. */
function Trends({ sets }: { sets: readonly Set[] }) {
  const { t } = useTranslation();
  const token = useBox((state) => state.link?.token);
  const over = sets.filter((set) => set.ended_at !== null);
  const reps = useQueries({
    queries: over.map((set) => ({
      queryKey: ["reps", token, set.id],
      staleTime: Infinity,
      queryFn: async () => (await ask("reps", { path: { set_id: set.id } })).reps,
    })),
    combine: (results) => results.map(({ data }) => data ?? []),
  });
  if (over.length === 0) return null;
  return (
    <View style={{ gap: space.l, paddingTop: space.s }}>
      {over.length > 1 && <Chart title={t("repsPerSet")} kind="bars" values={over.map((set) => set.reps)} shown={String} />}
      <Chart title={t("range")} kind="line" values={reps.map(meanRange)} shown={(value) => `${Math.round(value)}°`} />
      <Chart
        title={t("tempoPerRep")}
        kind="line"
        values={reps.map(meanTempo)}
        shown={(value) => t("seconds", { seconds: value.toFixed(1) })}
      />
    </View>
  );
}

/** All visits of this phone. */
function Visits({ sessions, onOpen }: { sessions: readonly Session[]; onOpen: () => void }) {
  const { t, i18n } = useTranslation();
  const [now] = useState(() => Date.now());
  const all = [...sessions].reverse().map((session) => ({ session, ...totals(session, now) }));
  return (
    <>
      <Card>
        <Chart title={t("repsPerVisit")} kind="bars" values={all.map(({ reps }) => reps)} shown={String} />
        <Chart title={t("formPerVisit")} kind="line" values={all.map(({ score }) => score)} shown={(score) => String(Math.round(score))} />
      </Card>
      <Card>
        {all.toReversed().map(({ session, sets, reps, score }, place) => (
          <Pressable
            key={session.id}
            role={place === 0 ? "button" : undefined}
            onPress={place === 0 ? onOpen : undefined}
            style={{ flexDirection: "row", alignItems: "center", gap: space.m, minHeight: 48 }}
          >
            <Text style={{ flex: 1 }}>
              {new Date(session.started_at).toLocaleDateString(i18n.language, { day: "numeric", month: "short", year: "numeric" })}
            </Text>
            <Text color="soft">{t("visitLine", { sets, reps })}</Text>
            {score !== null && <Icon name="check" size={18} color={grade(score)} />}
          </Pressable>
        ))}
      </Card>
    </>
  );
}
