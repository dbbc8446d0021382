import { View } from "react-native";
import { useTranslation } from "react-i18next";

import { Text } from "@/ui/Text";
import { radius, space, useTheme } from "@/ui/theme";
import type { Palette } from "@/ui/theme";

/** Green above 80, yellow from 50, red below. */
export function grade(score: number): keyof Palette & ("good" | "warn" | "bad") {
  return score > 80 ? "good" : score >= 50 ? "warn" : "bad";
}

type Props = { score: number | null; testID?: string };

/** A form score; a dash where the box could not see the form. */
export function Badge({ score, testID = "badge" }: Props) {
  const theme = useTheme();
  const { t } = useTranslation();
  const shown = score === null ? "–" : String(Math.round(score));
  return (
    <View
      testID={testID}
      role="img"
      aria-label={score === null ? t("formUnseen") : t("formScore", { score: shown })}
      style={{
        minWidth: 44,
        alignItems: "center",
        paddingHorizontal: space.m,
        paddingVertical: space.xs,
        borderRadius: radius.pill,
        backgroundColor: score === null ? theme.color.raised : theme.color[grade(score)],
      }}
    >
      <Text kind="heading" color={score === null ? "soft" : "onBadge"}>
        {shown}
      </Text>
    </View>
  );
}
