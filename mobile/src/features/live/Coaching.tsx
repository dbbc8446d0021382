import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Animated, Text as Plain, View, useWindowDimensions } from "react-native";

import { Dial } from "@/features/live/Dial";
import { Log } from "@/features/live/Log";
import type { Live } from "@/features/live/live";
import { useLive, usePose } from "@/features/live/store";
import { unlock } from "@/features/live/voice";
import { Settings } from "@/features/settings/Settings";
import { spoken } from "@/i18n";
import { usePreferences } from "@/state/preferences";
import { useExercises } from "@/state/queries";
import { Badge, Card, Figure, Icon, Screen, Sign, Text, space, useTheme } from "@/ui";
import { around } from "@/ui/Figure";
import { fonts } from "@/ui/theme";

/** After so long without a repetition somebody rests. */
const RESTS_S = 8;

/** A visit as it goes on. */
export function Coaching() {
  const { t } = useTranslation();
  const live = useLive();
  const { voice, choose } = usePreferences();
  const [settings, setSettings] = useState(false);
  const exercises = useExercises().data;
  const exercise = exercises?.find((each) => each.id === live.set?.exercise);
  const rest = useRest(live);
  return (
    <Screen testID="coaching">
      <View style={{ flexDirection: "row", alignItems: "center" }}>
        <Connection live={live} />
        <View style={{ flex: 1 }} />
        <Sign
          icon={voice ? "voice" : "mute"}
          label={t("voice")}
          pressed={voice}
          onPress={() => {
            unlock();
            choose({ voice: !voice });
          }}
        />
        <Sign icon="settings" label={t("settings")} onPress={() => setSettings(true)} testID="settings" />
      </View>
      <Text kind="display" heading={1} style={{ textAlign: "center" }} testID="exercise">
        {exercise ? spoken(exercise.name) : live.set ? t("unknown") : t("ready")}
      </Text>
      <Dial exercise={exercise} label={t("range")}>
        <Count live={live} />
        {rest !== null ? <Rest seconds={rest} /> : <Partial live={live} />}
      </Dial>
      <Facts live={live} />
      {live.guidance && <Guidance key={live.guidance.id + live.guidance.text} text={live.guidance.text} />}
      <Log />
      {settings && <Settings onClose={() => setSettings(false)} />}
    </Screen>
  );
}

/** The count, for somebody two metres away. */
function Count({ live }: { live: Live }) {
  const { t } = useTranslation();
  const theme = useTheme();
  const { width } = useWindowDimensions();
  const flash = usePreferences((preferences) => preferences.flash);
  const reps = live.set?.reps ?? 0;
  const size = Math.min(width, 400) * (reps > 99 ? 0.4 : 0.54);
  const [pulse] = useState(() => new Animated.Value(1));
  useEffect(() => {
    if (reps === 0) return;
    pulse.setValue(1.12);
    Animated.spring(pulse, { toValue: 1, friction: 4, useNativeDriver: false }).start();
  }, [reps, pulse]);
  return (
    <>
      {flash && <Flash reps={reps + (live.set?.partial ?? 0)} />}
      <Animated.View style={{ transform: [{ scale: pulse }] }}>
        <Plain
          testID="reps"
          role="status"
          aria-label={t("repsLabel", { count: reps })}
          allowFontScaling={false}
          style={{
            fontFamily: fonts.display,
            fontSize: size,
            lineHeight: size * 0.92,
            color: theme.color.text,
            fontVariant: ["tabular-nums"],
            textAlign: "center",
            opacity: live.set?.done ? 0.6 : 1,
          }}
        >
          {reps}
        </Plain>
      </Animated.View>
    </>
  );
}

/** The whole screen for a moment, for a room that is too loud for a sound. */
function Flash({ reps }: { reps: number }) {
  const theme = useTheme();
  const { width, height } = useWindowDimensions();
  const [light] = useState(() => new Animated.Value(0));
  useEffect(() => {
    if (reps === 0) return;
    light.setValue(0.55);
    Animated.timing(light, { toValue: 0, duration: 350, useNativeDriver: false }).start();
  }, [reps, light]);
  return (
    <Animated.View
      aria-hidden
      style={{
        position: "absolute",
        width: width * 2,
        height: height * 2,
        backgroundColor: theme.color.accent,
        opacity: light,
        pointerEvents: "none",
      }}
    />
  );
}

function Partial({ live }: { live: Live }) {
  const { t } = useTranslation();
  const { partial = 0, provisional = false } = live.set ?? {};
  return (
    <Text kind="heading" color="soft" style={{ minHeight: 24 }} testID="partial">
      {provisional ? t("provisional") : partial > 0 ? t("partial", { count: partial }) : live.set ? t("reps") : " "}
    </Text>
  );
}

function Rest({ seconds }: { seconds: number }) {
  const { t } = useTranslation();
  return (
    <View style={{ flexDirection: "row", gap: space.s, alignItems: "center" }} testID="rest">
      <Icon name="timer" size={20} color="accent" />
      <Text kind="heading" color="accent" role="timer">
        {t("rest", { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` })}
      </Text>
    </View>
  );
}

/** Seconds since the last repetition, once they are a rest; none while somebody moves. */
function useRest({ lastRepAt }: Live): number | null {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (lastRepAt === null) return null;
  const seconds = Math.floor((now - lastRepAt) / 1000);
  return seconds >= RESTS_S ? seconds : null;
}

/** Tempo, range and form, beside the person as the box sees them. */
function Facts({ live }: { live: Live }) {
  const { t } = useTranslation();
  const { lastRep: rep, set } = live;
  const tempo = rep?.downS != null && rep.upS != null ? `${rep.downS.toFixed(1)} · ${rep.upS.toFixed(1)}` : "–";
  return (
    <View style={{ flexDirection: "row", gap: space.s }}>
      <Fact wide title={t("tempo")} value={tempo} label={rep ? t("tempoLabel", { down: rep.downS, up: rep.upS }) : t("none")} />
      <Fact title={t("rangeShort")} value={rep?.range != null ? `${Math.round(rep.range)}°` : "–"} />
      <Card style={{ flex: 1, paddingVertical: space.m, paddingHorizontal: space.xs, gap: space.xs, alignItems: "center" }}>
        <Text kind="small" color="soft">
          {t("form")}
        </Text>
        {set?.done ? (
          <Badge score={set.score} testID="form" />
        ) : (
          <Text kind="title" color={set && set.faults > 0 ? "warn" : "text"} testID="form">
            {set ? (set.faults > 0 ? t("faults", { count: set.faults }) : t("clean")) : "–"}
          </Text>
        )}
      </Card>
      <Card style={{ width: 76, padding: space.s }}>
        <Mirror />
      </Card>
    </View>
  );
}

function Fact({ title, value, label, wide = false }: { title: string; value: string; label?: string; wide?: boolean }) {
  return (
    <Card style={{ flex: wide ? 1.3 : 1, paddingVertical: space.m, paddingHorizontal: space.xs, gap: space.xs, alignItems: "center" }}>
      <Text kind="small" color="soft">
        {title}
      </Text>
      <Text kind="title" aria-label={label}>
        {value}
      </Text>
    </Card>
  );
}

/** The person as the box sees them now. */
function Mirror() {
  const { t } = useTranslation();
  const figure = usePose((state) => state.figure);
  if (!figure) return null;
  const shape = 60 / 64;
  return (
    <View style={{ flex: 1 }} role="img" aria-label={t("mirror")} testID="mirror">
      <Figure keypoints={figure.keypoints} aspect={figure.aspect} frame={around(figure.bbox, figure.aspect, shape)} thick={0.035} />
    </View>
  );
}

function Guidance({ text }: { text: string }) {
  const theme = useTheme();
  return (
    <Card
      role="alert"
      testID="guidance"
      style={{ flexDirection: "row", alignItems: "center", backgroundColor: theme.color.accent, borderColor: "transparent" }}
    >
      <Icon name="voice" color="onAccent" />
      <Text kind="title" color="onAccent" style={{ flex: 1 }}>
        {text}
      </Text>
    </Card>
  );
}

function Connection({ live: { phase, current } }: { live: Live }) {
  const { t } = useTranslation();
  const theme = useTheme();
  const good = phase === "open" && current;
  return (
    <View style={{ flexDirection: "row", alignItems: "center", gap: space.s }} role="status" testID="connection">
      <View style={{ width: 10, height: 10, borderRadius: 5, backgroundColor: theme.color[good ? "good" : "warn"] }} />
      <Text kind="label" color="soft">
        {t(good ? "connected" : "connecting")}
      </Text>
    </View>
  );
}
