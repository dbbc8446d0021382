import Svg, { Circle, Line } from "react-native-svg";

import { useTheme } from "@/ui/theme";
import type { Palette } from "@/ui/theme";

type Points = readonly (readonly [number, number, number])[];

const BONES = [
  [5, 7], [7, 9], [6, 8], [8, 10], [5, 6], [5, 11], [6, 12], [11, 12], [11, 13], [13, 15], [12, 14], [14, 16],
] as const; // prettier-ignore
const HEAD = 0;
/** Points below this score are guesses, and not drawn. */
const SEEN = 0.2;

type Props = {
  keypoints: Points;
  /** Of the whole picture: width over height. */
  aspect: number;
  /** What of the picture is shown: x1, y1, x2, y2; all of it by default. */
  frame?: readonly [number, number, number, number];
  color?: keyof Palette;
  /** Of a bone, as a share of the height that is shown. */
  thick?: number;
};

/** A person as a skeleton, as large as what it stands in. */
export function Figure({ keypoints, aspect, frame = [0, 0, 1, 1], color = "bone", thick = 0.022 }: Props) {
  const theme = useTheme();
  const ink = theme.color[color];
  const [left, top, right, bottom] = frame;
  const width = (right - left) * aspect;
  const height = bottom - top;
  const place = (point: number) => {
    const found = keypoints[point];
    return found && found[2] >= SEEN ? { x: (found[0] - left) * aspect, y: found[1] - top } : null;
  };
  const line = thick * height;
  const head = place(HEAD);
  return (
    <Svg width="100%" height="100%" viewBox={`0 0 ${width} ${height}`} aria-hidden>
      {BONES.map(([from, to]) => {
        const [a, b] = [place(from), place(to)];
        return (
          a && b && (
            <Line key={`${from}-${to}`} x1={a.x} y1={a.y} x2={b.x} y2={b.y} stroke={ink} strokeWidth={line} strokeLinecap="round" />
          )
        );
      })}
      {head && <Circle cx={head.x} cy={head.y} r={line * 2} fill={ink} />}
    </Svg>
  );
}

/** What shows somebody whole, with some air around, at the shape `wide` over high. */
export function around(
  bbox: readonly [number, number, number, number],
  aspect: number,
  wide: number,
): [number, number, number, number] {
  const [x1, y1, x2, y2] = bbox;
  const height = Math.max((y2 - y1) * 1.2, (((x2 - x1) * aspect) / wide) * 1.2, 0.05);
  const width = (height * wide) / aspect;
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}
