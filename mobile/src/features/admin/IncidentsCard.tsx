import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { useAsked, useDoing, useWhy } from "@/features/admin/operate";
import { Button, Card, Notice, Text, space } from "@/ui";

const LOOK_MS = 15_000;

/** What went wrong and nobody has seen yet. */
export function IncidentsCard() {
  const { t, i18n } = useTranslation();
  const why = useWhy();
  const incidents = useAsked("incidents", (ask) => ask("incidents"), LOOK_MS);
  const see = useDoing((ask, incident_id: number) => ask("seeIncident", { path: { incident_id } }));
  const unseen = incidents.data?.incidents ?? [];
  return (
    <Card testID="incidents">
      <Text kind="title" heading={2}>
        {t("incidents")}
      </Text>
      {incidents.error && <Notice text={why(incidents.error)} />}
      {see.error && <Notice text={why(see.error)} />}
      {incidents.data && unseen.length === 0 && <Text color="soft">{t("noIncidents")}</Text>}
      {unseen.map(({ id, at, kind, detail }) => (
        <View key={id} style={{ flexDirection: "row", alignItems: "center", gap: space.m }}>
          <View style={{ flex: 1 }}>
            <Text kind="heading">{kind}</Text>
            <Text color="soft">{detail}</Text>
            <Text kind="small" color="soft">
              {new Date(at).toLocaleString(i18n.language, { dateStyle: "medium", timeStyle: "short" })}
            </Text>
          </View>
          <Button kind="plain" icon="check" title={t("seen")} onPress={() => see.mutate(id)} />
        </View>
      ))}
    </Card>
  );
}
