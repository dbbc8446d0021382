import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { useAsked, useDoing, useWhy } from "@/features/admin/operate";
import { Button, Card, Notice, Text, space } from "@/ui";
import type { Happened, Updates } from "@/wire/wire";

const LOOK_MS = 3_000;
const SHOWN = 4;

/** Which version runs, a newer one, and the way back; nothing where whoever installed gymbox updates it. */
export function UpdatesCard() {
  const { t } = useTranslation();
  const why = useWhy();
  const updates = useAsked("updates", (ask) => ask("updates"), LOOK_MS);
  const wish = useDoing((ask, what: "check" | "install" | "rollback") => ask("wishUpdate", { body: { do: what } }));
  if (!updates.data?.kind) return null;
  const { running, proven, offer, before, doing, happened } = updates.data;
  const busy = doing !== "nothing" || wish.isPending;
  return (
    <Card testID="updates">
      <Text kind="title" heading={2}>
        {t("updates")}
      </Text>
      <Text kind="heading" testID="running">
        {running}
      </Text>
      <Text color="soft">{standing(updates.data, t)}</Text>
      {wish.error && <Notice text={why(wish.error)} />}
      {offer && <Text kind="heading">{t("canHave", { version: offer.version })}</Text>}
      {offer?.notes !== "" && offer && <Text>{offer.notes}</Text>}
      {offer && (
        <Button title={t("installIt", { version: offer.version })} busy={busy} onPress={() => wish.mutate("install")} testID="install" />
      )}
      <Button kind="plain" title={t("lookForNewer")} busy={busy} onPress={() => wish.mutate("check")} testID="look" />
      {before !== "" && proven && (
        <Button kind="danger" title={t("goBack", { version: before })} busy={busy} onPress={() => wish.mutate("rollback")} testID="go-back" />
      )}
      <Text kind="small" color="soft">
        {t("updatesText")}
      </Text>
      {happened.slice(0, SHOWN).map((one) => (
        <Did key={`${one.at} ${one.what}`} one={one} />
      ))}
    </Card>
  );
}

function standing({ doing, progress, proven, offer }: Updates, t: ReturnType<typeof useTranslation>["t"]): string {
  if (doing !== "nothing") return t(`doing_${doing}` as "doing_looking", { percent: Math.round((progress ?? 0) * 100) });
  if (!proven) return t("onTrial");
  return offer ? t("versionWorks") : `${t("versionWorks")} ${t("newest")}`;
}

function Did({ one: { at, what, version, why } }: { one: Happened }) {
  const { t, i18n } = useTranslation();
  return (
    <View testID={`did-${what}`} style={{ gap: space.xs }}>
      <Text>{t(`did_${what}` as "did_installed", { version })}</Text>
      <Text kind="small" color="soft">
        {`${new Date(at).toLocaleString(i18n.language, { dateStyle: "medium", timeStyle: "short" })}${why === "" ? "" : ` · ${why}`}`}
      </Text>
    </View>
  );
}
