import { useState } from "react";
import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { useAsked, useDoing, useWhy } from "@/features/admin/operate";
import { bytes } from "@/features/admin/StorageCard";
import { Button, Card, Field, Notice, Sheet, Text, radius, space, useTheme } from "@/ui";
import { Refusal } from "@/wire/ask";
import type { Backups, NewKey } from "@/wire/wire";

const LOOK_MS = 5000;
const PREFIX = "AGE-SECRET-KEY-1";
/** Letters of the key that stand together, from its end: the last ones are those that are asked back. */
const GROUP = 8;

/** Encrypted backups outside the box: how they stand, the key, and one now. */
export function BackupsCard() {
  const { t } = useTranslation();
  const why = useWhy();
  const backups = useAsked("backups", (ask) => ask("backups"), LOOK_MS);
  const [shown, setShown] = useState<NewKey | null>(null);
  const make = useDoing((ask) => ask("makeBackupKey"), setShown);
  const start = useDoing((ask) => ask("startBackup"));
  const told = backups.data;
  return (
    <Card testID="backups">
      <Text kind="title" heading={2}>
        {t("backups")}
      </Text>
      {backups.error && <Notice text={why(backups.error)} />}
      {told && (told.key ? <Told told={told} /> : <Text color="soft">{t("backupsText")}</Text>)}
      {make.error && <Notice text={why(make.error)} />}
      {start.error && <Notice text={why(start.error)} />}
      {told?.key && (
        <Button title={t("backUpNow")} busy={start.isPending || told.running} onPress={() => start.mutate()} testID="back-up-outside" />
      )}
      {told && (
        <Button
          kind={told.key ? "plain" : "primary"}
          title={t(told.key ? "replaceKey" : "makeKey")}
          busy={make.isPending}
          onPress={() => make.mutate()}
          testID="make-key"
        />
      )}
      {shown && <KeySheet made={shown} onClose={() => setShown(null)} />}
    </Card>
  );
}

function Told({ told }: { told: Backups }) {
  const { t, i18n } = useTranslation();
  const when = (at: string) => new Date(at).toLocaleString(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const lines = [
    [t("backupFolder"), told.folder],
    [t("lastBackup"), told.made_at ? `${when(told.made_at)} · ${bytes(told.size_bytes, i18n.language)}` : t("never")],
  ] as const;
  return (
    <View style={{ gap: space.m }}>
      {lines.map(([name, value]) => (
        <View key={name} style={{ flexDirection: "row", justifyContent: "space-between", gap: space.m }}>
          <Text color="soft">{name}</Text>
          <Text style={{ flex: 1, minWidth: 0, textAlign: "right" }}>{value}</Text>
        </View>
      ))}
      {told.failed_at && <Notice text={t("backupFailed", { when: when(told.failed_at), why: told.error })} testID="backup-failed" />}
      {told.own_disk && <Notice text={t("ownDisk")} />}
      <Text kind="small" color="soft">
        {t("stickText")}
      </Text>
    </View>
  );
}

/** The key, this once; and its end asked back, since nobody can help who has not kept it. */
function KeySheet({ made, onClose }: { made: NewKey; onClose: () => void }) {
  const { t } = useTranslation();
  const why = useWhy();
  const theme = useTheme();
  const [letters, setLetters] = useState("");
  const confirm = useDoing((ask, body: { letters: string }) => ask("confirmBackupKey", { body }), onClose);
  const wrong = confirm.error instanceof Refusal && confirm.error.title === "wrong letters";
  return (
    <Sheet title={t("backupKey")} onClose={onClose} testID="key-sheet">
      <Text>{t("keyText")}</Text>
      <View style={{ padding: space.l, borderRadius: radius.m, backgroundColor: theme.color.raised }}>
        <Text kind="heading" selectable testID="backup-key">
          {grouped(made.key)}
        </Text>
      </View>
      <Field
        label={t("askedBack", { count: made.asked_back })}
        value={letters}
        onChangeText={setLetters}
        autoCapitalize="characters"
        autoComplete="off"
        testID="key-end"
      />
      {confirm.error && <Notice text={wrong ? t("lettersWrong") : why(confirm.error)} testID="key-refused" />}
      <Button
        title={t("keyKept")}
        busy={confirm.isPending}
        disabled={letters.replace(/\s/g, "").length < made.asked_back}
        onPress={() => confirm.mutate({ letters })}
        testID="confirm-key"
      />
    </Sheet>
  );
}

/** In groups, as people copy letters; the box takes it with or without them. */
export function grouped(key: string): string {
  const head = PREFIX.length + ((key.length - PREFIX.length) % GROUP);
  return [key.slice(0, head), ...(key.slice(head).match(new RegExp(`.{${GROUP}}`, "g")) ?? [])].join(" ");
}
