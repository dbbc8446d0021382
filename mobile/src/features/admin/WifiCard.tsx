import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Pressable, View } from "react-native";

import { useAsked, useDoing, useWhy } from "@/features/admin/operate";
import { Button, Card, Field, Icon, Notice, Text, space, touch } from "@/ui";
import type { WifiChoice, WifiNetwork } from "@/wire/wire";

/** Of a WPA password. */
const SHORTEST = 8;

/** How the box is in the network; and the Wi-Fi networks that it hears, to join one. */
export function WifiCard() {
  const { t } = useTranslation();
  const why = useWhy();
  const [chosen, setChosen] = useState<string | null>(null);
  const machine = useAsked("machine", (ask) => ask("machine"));
  const look = useDoing((ask) => ask("wifiNetworks"), () => setChosen(null));
  return (
    <Card testID="wifi">
      <Text kind="title" heading={2}>
        {t("network")}
      </Text>
      {machine.data?.addresses.map((address) => (
        <View key={address} style={{ flexDirection: "row", alignItems: "center", gap: space.m }}>
          <Icon name="check" color="good" />
          <Text>{address}</Text>
        </View>
      ))}
      <Text kind="small" color="soft">
        {machine.data?.managed === false ? t("unmanaged") : t("cableText")}
      </Text>
      {machine.data?.managed && (
        <>
          {look.error && <Notice text={why(look.error)} testID="wifi-failed" />}
          {look.data?.networks.length === 0 && <Text color="soft">{t("noWifi")}</Text>}
          {look.data?.networks.map((network) =>
            network.ssid === chosen ? (
              <Join key={network.ssid} network={network} />
            ) : (
              <Row key={network.ssid} network={network} onPress={() => setChosen(network.ssid)} />
            ),
          )}
          <Button kind="plain" title={t("lookForWifi")} busy={look.isPending} onPress={() => look.mutate()} testID="look-for-wifi" />
        </>
      )}
    </Card>
  );
}

function Row({ network: { ssid, signal, secured, joined, fits }, onPress }: { network: WifiNetwork; onPress?: () => void }) {
  const { t } = useTranslation();
  const about = [t("signal", { percent: signal }), joined ? t("joined") : !fits ? t("cannotJoin") : secured ? "" : t("openWifi")];
  return (
    <Pressable
      role="button"
      disabled={!onPress || !fits || joined}
      onPress={onPress}
      testID="wifi-network"
      style={({ pressed }) => ({ minHeight: touch, flexDirection: "row", alignItems: "center", gap: space.m, opacity: pressed ? 0.7 : fits ? 1 : 0.6 })}
    >
      <View style={{ flex: 1 }}>
        <Text kind="heading">{ssid}</Text>
        <Text kind="small" color="soft">
          {about.filter(Boolean).join(" · ")}
        </Text>
      </View>
      {joined ? <Icon name="check" color="good" /> : fits && onPress && <Icon name="next" color="soft" />}
    </Pressable>
  );
}

function Join({ network }: { network: WifiNetwork }) {
  const { t } = useTranslation();
  const why = useWhy();
  const [passphrase, setPassphrase] = useState("");
  const join = useDoing((ask, body: WifiChoice) => ask("joinWifi", { body }));
  const submit = () => join.mutate({ ssid: network.ssid, passphrase: network.secured ? passphrase : "" });
  return (
    <View style={{ gap: space.m }}>
      <Row network={network} />
      {network.secured && (
        <Field
          label={t("wifiPassword")}
          value={passphrase}
          onChangeText={setPassphrase}
          onSubmitEditing={submit}
          secureTextEntry
          autoComplete="off"
          maxLength={63}
          testID="wifi-password"
        />
      )}
      {join.isPending && <Text color="soft">{t("joining")}</Text>}
      {join.error && <Notice text={why(join.error)} testID="join-failed" />}
      {join.isSuccess && <Notice kind="good" text={t("joined")} />}
      <Button
        title={t("joinWifi", { name: network.ssid })}
        busy={join.isPending}
        disabled={network.secured && passphrase.length < SHORTEST}
        onPress={submit}
        testID="join-wifi"
      />
    </View>
  );
}
