import type { ReactNode } from "react";
import { ScrollView, View } from "react-native";
import { useSafeAreaInsets } from "react-native-safe-area-context";

import { Text } from "@/ui/Text";
import { column, space, useTheme } from "@/ui/theme";

type Props = { title?: string; action?: ReactNode; children: ReactNode; testID?: string };

/** A page that scrolls, with its title and one action beside it. */
export function Screen({ title, action, children, testID }: Props) {
  const theme = useTheme();
  const insets = useSafeAreaInsets();
  return (
    <ScrollView
      testID={testID}
      role="main"
      style={{ flex: 1, backgroundColor: theme.color.page }}
      contentContainerStyle={{
        flexGrow: 1,
        width: "100%",
        maxWidth: column,
        alignSelf: "center",
        padding: space.l,
        paddingTop: insets.top + space.l,
        paddingBottom: space.xxl,
        gap: space.l,
      }}
      keyboardShouldPersistTaps="handled"
    >
      {title !== undefined && (
        <View style={{ flexDirection: "row", alignItems: "center", minHeight: 48 }}>
          <Text kind="display" heading={1} style={{ flex: 1 }}>
            {title}
          </Text>
          {action}
        </View>
      )}
      {children}
    </ScrollView>
  );
}
