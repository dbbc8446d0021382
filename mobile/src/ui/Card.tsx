import { View } from "react-native";
import type { ViewProps } from "react-native";

import { radius, space, useTheme } from "@/ui/theme";

/** What belongs together, on a surface of its own. */
export function Card({ style, ...rest }: ViewProps) {
  const theme = useTheme();
  return (
    <View
      {...rest}
      style={[
        {
          backgroundColor: theme.color.surface,
          borderRadius: radius.l,
          borderWidth: 1,
          borderColor: theme.dark ? "transparent" : theme.color.line,
          padding: space.l,
          gap: space.m,
        },
        style,
      ]}
    />
  );
}
