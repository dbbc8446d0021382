import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Pressable, View } from "react-native";

import { Player } from "@/features/replay/Player";
import { spoken } from "@/i18n";
import { ask, useBox } from "@/state/box";
import { useExercises, useMe } from "@/state/queries";
import { Card, Empty, Icon, Screen, Text, space } from "@/ui";
import type { Alert, Replay as Clip, Session, Set } from "@/wire/wire";

/** The addresses of clips are good for ten minutes. */
const FRESH_MS = 5 * 60_000;

type Shown = { clip: Clip; set: Set | undefined; alert: Alert | undefined };

/** The moments that the coach spoke of, to be seen again. */
export function Replay() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  const clips = useClips();
  const first = clips[0]?.clip.clip_id;
  return (
    <Screen title={t("replay")} testID="replay">
      {clips.length === 0 && <Empty icon="replay" title={t("replayEmpty")} text={t("replayEmptyText")} testID="replay-empty" />}
      {clips.map((shown) => (
        <Moment
          key={shown.clip.clip_id}
          shown={shown}
          open={(open ?? first) === shown.clip.clip_id}
          onOpen={() => setOpen(shown.clip.clip_id)}
        />
      ))}
    </Screen>
  );
}

function Moment({ shown: { clip, set, alert }, open, onOpen }: { shown: Shown; open: boolean; onOpen: () => void }) {
  const { t, i18n } = useTranslation();
  const exercise = useExercises().data?.find((each) => each.id === set?.exercise);
  const check = exercise?.checks.find((each) => each.id === alert?.check);
  const name = exercise ? spoken(exercise.name) : (set?.exercise ?? "");
  const when = new Date(clip.at).toLocaleString(i18n.language, {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const fault = check ? spoken(check.message) : (alert?.check ?? "");
  return (
    <Card testID="clip" style={{ padding: 0, overflow: "hidden", gap: 0 }}>
      {open && <Player clip={clip} />}
      <Pressable
        role="button"
        aria-expanded={open}
        onPress={onOpen}
        style={{ flexDirection: "row", alignItems: "center", gap: space.m, padding: space.l }}
      >
        <Icon name={open ? "alert" : "play"} color={open ? "warn" : "accent"} />
        <View style={{ flex: 1 }}>
          <Text kind="title">{fault}</Text>
          <Text color="soft">
            {name}
            {alert ? ` · ${t("repNumber", { number: alert.rep })}` : ""}
          </Text>
        </View>
        <View style={{ alignItems: "flex-end" }}>
          <Text kind="label">{when}</Text>
          <Text kind="small" color="soft">
            {t("seconds", { seconds: clip.duration_s.toFixed(0) })}
          </Text>
        </View>
      </Pressable>
    </Card>
  );
}

/** Of the visits in which something was to be seen, newest first. */
function useClips(): Shown[] {
  const token = useBox((state) => state.link?.token);
  const sessions = (useMe().data?.sessions ?? []).filter(hasClips);
  return useQueries({
    queries: sessions.map((session) => ({
      queryKey: ["replays", token, session.id, session.sets.flatMap(clipsOf)],
      staleTime: FRESH_MS,
      refetchInterval: FRESH_MS,
      queryFn: async () => (await ask("replays", { path: { track_id: session.track_ids[0] ?? "" } })).replays,
    })),
    combine: (results) =>
      results.flatMap(({ data }, place) =>
        (data ?? []).map((clip): Shown => {
          const set = sessions[place]?.sets.find((each) => each.id === clip.set_id);
          return { clip, set, alert: set?.alerts.find((each) => each.alert_id === clip.alert_id) };
        }),
      ),
  });
}

function clipsOf(set: Set): string[] {
  return set.alerts.flatMap(({ clip_id }) => clip_id ?? []);
}

function hasClips(session: Session): boolean {
  return session.track_ids.length > 0 && session.sets.some((set) => clipsOf(set).length > 0);
}
