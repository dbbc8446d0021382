import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Modal, Pressable, ScrollView, View } from "react-native";
import { useSafeAreaInsets } from "react-native-safe-area-context";

import { Sign } from "@/ui/Button";
import { Text } from "@/ui/Text";
import { column, radius, space, useTheme } from "@/ui/theme";

type Props = { title: string; onClose: () => void; children: ReactNode; testID?: string };

/** A page over the page, from below; it goes by its cross, by a tap beside it, and by the device's own way back. */
export function Sheet({ title, onClose, children, testID }: Props) {
  const theme = useTheme();
  const insets = useSafeAreaInsets();
  const { t } = useTranslation();
  return (
    <Modal transparent animationType="fade" onRequestClose={onClose} aria-label={title}>
      <View style={{ flex: 1, justifyContent: "flex-end" }}>
        <Pressable
          aria-hidden
          tabIndex={-1}
          onPress={onClose}
          style={{ position: "absolute", inset: 0, backgroundColor: theme.color.scrim }}
        />
        <View
          testID={testID}
          style={{
            width: "100%",
            maxWidth: column,
            maxHeight: "90%",
            alignSelf: "center",
            backgroundColor: theme.color.page,
            borderTopLeftRadius: radius.l,
            borderTopRightRadius: radius.l,
            paddingBottom: insets.bottom,
          }}
        >
          <View style={{ flexDirection: "row", alignItems: "center", paddingLeft: space.l, paddingTop: space.s }}>
            <Text kind="title" heading={2} style={{ flex: 1 }}>
              {title}
            </Text>
            <Sign icon="close" label={t("close")} onPress={onClose} />
          </View>
          <ScrollView contentContainerStyle={{ padding: space.l, gap: space.l }}>{children}</ScrollView>
        </View>
      </View>
    </Modal>
  );
}
