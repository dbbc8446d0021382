import { useState } from "react";
import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { useAsked, useDoing, useWhy } from "@/features/admin/operate";
import { Button, Card, Field, Notice, Text, space } from "@/ui";
import type { Machine, MachineChange } from "@/wire/wire";

/** What the browser knows; where it knows none, whatever is typed is asked of the box. */
const ZONES: readonly string[] = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
const MOST = 4;

/** What the box is called, and where it is. */
export function MachineCard({ onDone }: { onDone?: () => void }) {
  const { t } = useTranslation();
  const why = useWhy();
  const machine = useAsked("machine", (ask) => ask("machine"));
  return (
    <Card testID="machine">
      <Text kind="title" heading={2}>
        {t("machine")}
      </Text>
      {machine.error && <Notice text={why(machine.error)} />}
      {machine.data && <Form machine={machine.data} onDone={onDone} />}
    </Card>
  );
}

function Form({ machine, onDone }: { machine: Machine; onDone?: () => void }) {
  const { t } = useTranslation();
  const why = useWhy();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [name, setName] = useState(machine.name);
  // A new box is where the phone is that sets it up.
  const [zone, setZone] = useState(onDone ? here : (machine.time_zone ?? here));
  const change = useDoing((ask, body: MachineChange) => ask("changeMachine", { body }), onDone);
  const wanted: MachineChange = {
    ...(name !== machine.name && { name }),
    ...(machine.managed && zone !== machine.time_zone && { time_zone: zone }),
  };
  const changed = Object.keys(wanted).length > 0;
  const alike = matching(zone);
  return (
    <View style={{ gap: space.m }}>
      <Field label={t("boxName")} value={name} onChangeText={(typed) => setName(typed.trim().toLowerCase())} maxLength={32} testID="box-name" />
      <Text kind="small" color="soft">
        {t("boxNameText", { address: `${name || machine.name}.local` })}
      </Text>
      {machine.managed ? (
        <>
          <Field label={t("timeZone")} value={zone} onChangeText={setZone} testID="time-zone" />
          {alike.map((one) => (
            <Button key={one} kind="plain" title={one} onPress={() => setZone(one)} />
          ))}
        </>
      ) : (
        <Text kind="small" color="soft">
          {t("unmanaged")}
        </Text>
      )}
      {change.error && <Notice text={why(change.error)} testID="machine-failed" />}
      {change.isSuccess && !onDone && <Notice kind="good" text={t("saved")} />}
      <Button
        kind={onDone ? "primary" : "plain"}
        title={onDone ? t("goOn") : t("save")}
        busy={change.isPending}
        disabled={name === "" || (!changed && !onDone)}
        onPress={() => (changed ? change.mutate(wanted) : onDone?.())}
        testID="save-machine"
      />
    </View>
  );
}

/** Zones that somebody may mean who typed this; none once it is one. */
export function matching(typed: string, zones: readonly string[] = ZONES): readonly string[] {
  const plain = (name: string) => name.toLowerCase().replace(/[_\s]/g, "");
  if (typed === "" || zones.includes(typed)) return [];
  return zones.filter((zone) => plain(zone).includes(plain(typed))).slice(0, MOST);
}
