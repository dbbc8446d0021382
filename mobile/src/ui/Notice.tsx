import { View } from "react-native";

import { Icon } from "@/ui/Icon";
import { Text } from "@/ui/Text";
import { radius, space, useTheme } from "@/ui/theme";

type Props = { text: string; kind?: "bad" | "good"; testID?: string };

/** Something that the reader has to know now; a screen reader says it at once. */
export function Notice({ text, kind = "bad", testID }: Props) {
  const theme = useTheme();
  return (
    <View
      role="alert"
      testID={testID}
      style={{
        flexDirection: "row",
        alignItems: "center",
        gap: space.m,
        padding: space.l,
        borderRadius: radius.m,
        borderWidth: 1.5,
        borderColor: theme.color[kind],
        backgroundColor: theme.color.surface,
      }}
    >
      <Icon name={kind === "bad" ? "alert" : "check"} color={kind} />
      <Text style={{ flex: 1 }}>{text}</Text>
    </View>
  );
}
