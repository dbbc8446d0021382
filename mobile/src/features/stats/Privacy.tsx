import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { save } from "@/features/stats/save";
import { csv } from "@/features/stats/summary";
import { ask, useBox } from "@/state/box";
import { Button, Card, Notice, Sheet, Text, space } from "@/ui";
import type { Me } from "@/wire/wire";

/** All that the box keeps about this phone's owner: to take along, or to be deleted. */
export function Privacy({ me }: { me: Me }) {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  const take = useMutation({
    mutationFn: async (kind: "csv" | "json") => {
      if (kind === "csv") await save("gymbox.csv", "text/csv", csv(me.sessions));
      else await save("gymbox.json", "application/json", JSON.stringify(await ask("exportMe"), null, 2));
    },
  });
  const forget = useMutation({ mutationFn: () => ask("forgetMe"), onSuccess: () => useBox.getState().leave() });
  return (
    <Card testID="privacy">
      <Text kind="heading" heading={2}>
        {t("yourData")}
      </Text>
      <Text color="soft">{t("yourDataText")}</Text>
      {take.isError && <Notice text={t("unreachable")} />}
      <View style={{ flexDirection: "row", gap: space.s }}>
        <Button kind="plain" icon="download" title="CSV" style={{ flex: 1 }} onPress={() => take.mutate("csv")} testID="export-csv" />
        <Button kind="plain" icon="download" title="JSON" style={{ flex: 1 }} onPress={() => take.mutate("json")} testID="export-json" />
      </View>
      <Button kind="danger" icon="trash" title={t("deleteAll")} onPress={() => setAsks(true)} testID="delete-all" />
      {asks && (
        <Sheet title={t("deleteAll")} onClose={() => setAsks(false)}>
          <Text>{t("deleteAllText")}</Text>
          {forget.isError && <Notice text={t("unreachable")} />}
          <Button kind="danger" icon="trash" title={t("deleteForGood")} busy={forget.isPending} onPress={() => forget.mutate()} testID="delete-for-good" />
          <Button kind="plain" title={t("cancel")} onPress={() => setAsks(false)} />
        </Sheet>
      )}
    </Card>
  );
}
