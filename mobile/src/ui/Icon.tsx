import Svg, { Path } from "react-native-svg";

import { useTheme } from "@/ui/theme";
import type { Palette } from "@/ui/theme";

/** Strokes on a field of 24 × 24. */
const paths = {
  live: "M2 12h4l3-8 5 16 3-8h5",
  replay: "M4 5v5h5M4.5 10A8 8 0 1 1 4 14M10.5 9.5v6l5-3z",
  stats: "M4 20V11M10 20V4M16 20v-7M21 20H3",
  scan: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16",
  settings: "M4 7h10M18 7h2M4 17h2M10 17h10M14 4.5v5M10 14.5v5",
  voice: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  mute: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  undo: "M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  close: "M6 6l12 12M18 6L6 18",
  next: "M9 5l7 7-7 7",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  alert: "M12 4l9 16H3zM12 10v4.5M12 17v.5",
  check: "M5 12.5l4.5 4.5L19 7",
  play: "M7 4.5v15l12-7.5z",
  pause: "M8 5v14M16 5v14",
  person: "M12 4a3 3 0 1 1 0 6 3 3 0 0 1 0-6M6 21c0-5 2-8 6-8s6 3 6 8",
  camera: "M3 7.5h11v9H3zM14 11l7-3.5v9L14 13",
  leave: "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
  timer: "M12 8v5l3 2M12 5a8 8 0 1 1 0 16 8 8 0 0 1 0-16M9.5 2h5",
} as const;

export type IconName = keyof typeof paths;

type Props = { name: IconName; size?: number; color?: keyof Palette };

/** A drawn sign; what it means stands beside it, or is the label of what it is on. */
export function Icon({ name, size = 24, color = "text" }: Props) {
  const theme = useTheme();
  return (
    <Svg width={size} height={size} viewBox="0 0 24 24" aria-hidden>
      <Path
        d={paths[name]}
        stroke={theme.color[color]}
        strokeWidth={1.8}
        strokeLinecap="round"
        strokeLinejoin="round"
        fill="none"
      />
    </Svg>
  );
}
