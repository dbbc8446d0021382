import { useTranslation } from "react-i18next";
import { ActivityIndicator, View } from "react-native";

import { Coaching } from "@/features/live/Coaching";
import { Claim } from "@/features/start/Claim";
import { Start } from "@/features/start/Start";
import { useBox } from "@/state/box";
import { openVisit, useMe } from "@/state/queries";
import { Button, Empty, useTheme } from "@/ui";

/** Pair, say who one is, train. */
export default function LivePage() {
  const { t } = useTranslation();
  const theme = useTheme();
  const { link, ready } = useBox();
  const me = useMe();
  if (!ready) return null;
  if (!link) return <Start />;
  if (openVisit(me.data)) return <Coaching />;
  if (me.data) return <Claim />;
  if (me.isError) {
    return (
      <Empty icon="alert" title={t("noBox")} text={t("unreachable")}>
        <Button title={t("again")} onPress={() => void me.refetch()} />
      </Empty>
    );
  }
  return (
    <View style={{ flex: 1, alignItems: "center", justifyContent: "center" }}>
      <ActivityIndicator aria-label={t("connecting")} size="large" color={theme.color.accent} />
    </View>
  );
}
