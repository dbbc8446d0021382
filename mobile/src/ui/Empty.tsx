import type { ReactNode } from "react";
import { View } from "react-native";

import { Icon } from "@/ui/Icon";
import type { IconName } from "@/ui/Icon";
import { Text } from "@/ui/Text";
import { radius, space, useTheme } from "@/ui/theme";

type Props = { icon: IconName; title: string; text: string; children?: ReactNode; testID?: string };

/** What a page says while it has nothing to show: why, and what to do. */
export function Empty({ icon, title, text, children, testID }: Props) {
  const theme = useTheme();
  return (
    <View
      testID={testID}
      style={{ flex: 1, alignItems: "center", justifyContent: "center", gap: space.m, padding: space.xl }}
    >
      <View style={{ padding: space.xl, borderRadius: radius.pill, backgroundColor: theme.color.surface }}>
        <Icon name={icon} size={44} color="accent" />
      </View>
      <Text kind="title" heading={2} style={{ textAlign: "center" }}>
        {title}
      </Text>
      <Text color="soft" style={{ textAlign: "center", maxWidth: 340 }}>
        {text}
      </Text>
      {children}
    </View>
  );
}
