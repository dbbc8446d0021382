import { Redirect } from "expo-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ScrollView, View } from "react-native";

import { BoxPage } from "@/features/admin/BoxPage";
import { CamerasPage } from "@/features/admin/CamerasPage";
import { Login } from "@/features/operator/Login";
import { useNewness } from "@/features/setup/Setup";
import { useOperator } from "@/state/operator";
import { Segments, Sign, Text, space, useTheme } from "@/ui";

/** What the pages are wide at most. */
const WIDE = 1400;

/** The operator's pages. */
export function Admin() {
  const { t } = useTranslation();
  const { token, ready, enter } = useOperator();
  const newness = useNewness();
  if (!ready) return null;
  if (newness.data?.done === false) return <Redirect href="/setup" />;
  if (token === null) return <Login title={t("operatorLogin")} text={t("operatorText")} onToken={enter} />;
  return <Desk />;
}

function Desk() {
  const { t } = useTranslation();
  const theme = useTheme();
  const [page, setPage] = useState<"cameras" | "box">("cameras");
  const leave = useOperator((operator) => operator.leave);
  return (
    <ScrollView
      role="main"
      testID="admin"
      style={{ flex: 1, backgroundColor: theme.color.page }}
      contentContainerStyle={{ width: "100%", maxWidth: WIDE, alignSelf: "center", padding: space.xl, gap: space.xl }}
      keyboardShouldPersistTaps="handled"
    >
      <View style={{ flexDirection: "row", flexWrap: "wrap", alignItems: "center", gap: space.l }}>
        <Text kind="display" heading={1} style={{ flexGrow: 1 }}>
          {t("operatorLogin")}
        </Text>
        <View style={{ width: 280 }}>
          <Segments
            label={t("operatorLogin")}
            options={[
              { value: "cameras", title: t("cameras") },
              { value: "box", title: t("box") },
            ]}
            value={page}
            onChange={setPage}
          />
        </View>
        <Sign icon="leave" label={t("logOut")} onPress={leave} testID="log-out" />
      </View>
      {page === "cameras" ? <CamerasPage /> : <BoxPage />}
    </ScrollView>
  );
}
