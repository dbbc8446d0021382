import { View } from "react-native";
import Svg, { Circle, Line, Polyline, Rect } from "react-native-svg";

import { Text } from "@/ui/Text";
import { space, useTheme } from "@/ui/theme";

const WIDTH = 300;
const HEIGHT = 84;
const AIR = 8;

type Props = {
  title: string;
  /** Oldest first; a gap where nothing was measured. */
  values: readonly (number | null)[];
  kind: "bars" | "line";
  shown: (value: number) => string;
};

/** Few numbers over time; the newest stands beside the title, alone where it is the only one. */
export function Chart({ title, values, kind, shown }: Props) {
  const theme = useTheme();
  const known = values.flatMap((value, place) => (value === null ? [] : [{ value, place }]));
  if (known.length === 0) return null;
  const numbers = known.map(({ value }) => value);
  const most = Math.max(...numbers);
  const least = kind === "bars" ? 0 : Math.min(...numbers) - (most - Math.min(...numbers)) * 0.3;
  const step = WIDTH / values.length;
  const x = (place: number) => step * (place + 0.5);
  const y = (value: number) => HEIGHT - AIR - ((value - least) / (most - least || 1)) * (HEIGHT - 2 * AIR);
  const last = numbers.at(-1) ?? 0;
  const wide = Math.min(28, step * 0.6);
  return (
    <View role="img" aria-label={`${title}: ${numbers.map(shown).join(", ")}`} style={{ gap: space.xs }} testID="chart">
      <View style={{ flexDirection: "row", alignItems: "baseline" }} aria-hidden>
        <Text kind="label" color="soft" style={{ flex: 1 }}>
          {title}
        </Text>
        <Text kind="title">{shown(last)}</Text>
      </View>
      {known.length > 1 && (
        <View style={{ aspectRatio: WIDTH / HEIGHT }} aria-hidden>
          <Svg width="100%" height="100%" viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
            <Line x1={0} x2={WIDTH} y1={HEIGHT - 1} y2={HEIGHT - 1} stroke={theme.color.line} strokeWidth={1} />
            {kind === "line" && (
              <Polyline
                points={known.map(({ value, place }) => `${x(place)},${y(value)}`).join(" ")}
                fill="none"
                stroke={theme.color.accent}
                strokeWidth={2.5}
                strokeLinejoin="round"
              />
            )}
            {known.map(({ value, place }) =>
              kind === "bars" ? (
                <Rect
                  key={place}
                  x={x(place) - wide / 2}
                  y={y(value)}
                  width={wide}
                  height={Math.max(2, HEIGHT - 1 - y(value))}
                  rx={4}
                  fill={theme.color.accent}
                  opacity={place === known.at(-1)?.place ? 1 : 0.55}
                />
              ) : (
                <Circle key={place} cx={x(place)} cy={y(value)} r={4} fill={theme.color.accent} />
              ),
            )}
          </Svg>
        </View>
      )}
    </View>
  );
}
