import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { View } from "react-native";
import Svg, { Line, Path } from "react-native-svg";

import { depth } from "@/features/live/range";
import { usePose } from "@/features/live/store";
import { useTheme } from "@/ui";
import type { KnownExercise } from "@/wire/wire";

/** The arc goes from the lower left over the top to the lower right. */
const FROM = 135;
const SWEEP = 270;
const SIZE = 100;
const WIDE = 5.5;
const RADIUS = (SIZE - WIDE) / 2 - 1.5;
/** The arc is open below: what follows may come nearer. */
const BELOW = -40;
/** Of the newest value in what is shown: raising it follows the body sooner, and twitches with the pose model. */
const FOLLOWS = 0.5;
/** The full arc is a little beyond the depth that is wanted, so that the mark stands within it. */
const FULL = 1.15;

function point(share: number, radius: number): { x: number; y: number } {
  const angle = ((FROM + SWEEP * share) * Math.PI) / 180;
  return { x: SIZE / 2 + radius * Math.cos(angle), y: SIZE / 2 + radius * Math.sin(angle) };
}

function arc(share: number): string {
  const [a, b] = [point(0, RADIUS), point(share, RADIUS)];
  return `M ${a.x} ${a.y} A ${RADIUS} ${RADIUS} 0 ${SWEEP * share > 180 ? 1 : 0} 1 ${b.x} ${b.y}`;
}

type Props = { exercise: KnownExercise | undefined; label: string; children: ReactNode };

/** The range of motion around what it is about: it fills as the body goes to the turn of a repetition. */
export function Dial({ exercise, label, children }: Props) {
  const theme = useTheme();
  const [shown, setShown] = useState(0);
  useEffect(
    () =>
      usePose.subscribe(({ figure }) => {
        const now = figure && exercise ? depth(figure, exercise) : null;
        if (now !== null) setShown((before) => before + FOLLOWS * (now - before));
      }),
    [exercise],
  );
  const share = Math.min(1, shown / FULL);
  const [inner, outer] = [point(1 / FULL, RADIUS - WIDE * 0.75), point(1 / FULL, RADIUS + WIDE * 0.75)];
  return (
    <View style={{ aspectRatio: 1, width: "100%", maxWidth: 400, alignSelf: "center", marginBottom: BELOW }}>
      <View
        style={{ position: "absolute", inset: 0 }}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(shown * 100)}
        testID="range"
      >
        <Svg width="100%" height="100%" viewBox={`0 0 ${SIZE} ${SIZE}`} aria-hidden>
          <Path d={arc(1)} stroke={theme.color.raised} strokeWidth={WIDE} strokeLinecap="round" fill="none" />
          {share > 0.005 && <Path d={arc(share)} stroke={theme.color.accent} strokeWidth={WIDE} strokeLinecap="round" fill="none" />}
          <Line x1={inner.x} y1={inner.y} x2={outer.x} y2={outer.y} stroke={theme.color.text} strokeWidth={1} strokeLinecap="round" />
        </Svg>
      </View>
      <View style={{ flex: 1, alignItems: "center", justifyContent: "center" }}>{children}</View>
    </View>
  );
}
