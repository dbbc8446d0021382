import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { useAsked, useDoing, useWhy } from "@/features/admin/operate";
import { Card, Notice, Sign, Text, space } from "@/ui";

const LOOK_MS = 15_000;

/** Who is paired, and the way to shut somebody out. */
export function DevicesCard() {
  const { t, i18n } = useTranslation();
  const why = useWhy();
  const devices = useAsked("devices", (ask) => ask("devices"), LOOK_MS);
  const revoke = useDoing((ask, device_id: string) => ask("revoke", { path: { device_id } }));
  const paired = (devices.data?.devices ?? []).filter((device) => device.revoked_at === null);
  return (
    <Card testID="devices">
      <Text kind="title" heading={2}>
        {t("devices")}
      </Text>
      {devices.error && <Notice text={why(devices.error)} />}
      {revoke.error && <Notice text={why(revoke.error)} />}
      {devices.data && paired.length === 0 && <Text color="soft">{t("noDevices")}</Text>}
      {paired.map(({ id, name, paired_at: at }) => (
        <View key={id} style={{ flexDirection: "row", alignItems: "center", gap: space.m }}>
          <View style={{ flex: 1 }}>
            <Text kind="heading">{name}</Text>
            <Text kind="small" color="soft">
              {t("pairedOn", { when: new Date(at).toLocaleDateString(i18n.language, { dateStyle: "medium" }) })}
            </Text>
          </View>
          <Sign icon="leave" color="bad" label={t("shutOutWho", { name })} onPress={() => revoke.mutate(id)} />
        </View>
      ))}
    </Card>
  );
}
