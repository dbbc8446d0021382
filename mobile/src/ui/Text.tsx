import { Platform, Text as Plain } from "react-native";
import type { TextProps } from "react-native";

import { type, useTheme } from "@/ui/theme";
import type { Palette } from "@/ui/theme";

type Props = TextProps & { kind?: keyof typeof type; color?: keyof Palette; heading?: 1 | 2 | 3 };

/** How much larger than usual the reader wants type: a phone scales by itself, a browser says it by its root. */
const larger =
  Platform.OS === "web" && typeof document !== "undefined"
    ? Math.min(2, parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1)
    : 1;

/** Text in one of the house's sizes. */
export function Text({ kind = "body", color = "text", heading, style, ...rest }: Props) {
  const theme = useTheme();
  const { fontFamily, fontSize, lineHeight } = type[kind];
  const role = heading ? { role: "heading" as const, "aria-level": heading } : {};
  return (
    <Plain
      {...role}
      {...rest}
      style={[
        {
          fontFamily,
          fontSize: fontSize * larger,
          lineHeight: lineHeight * larger,
          fontVariant: ["tabular-nums"],
          color: theme.color[color],
        },
        style,
      ]}
    />
  );
}
