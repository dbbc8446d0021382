import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Switch, View } from "react-native";

import { language } from "@/i18n";
import { ask, base, useBox } from "@/state/box";
import { usePreferences } from "@/state/preferences";
import { openVisit, refresh, useMe } from "@/state/queries";
import { Button, Card, Segments, Sheet, Text, space, useTheme } from "@/ui";
import type { Wishes } from "@/wire/wire";

/** How the app looks and sounds, how the coach speaks, and the way out. */
export function Settings({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { theme, language: chosen, voice, ticks, flash, choose } = usePreferences();
  const me = useMe().data;
  const visit = openVisit(me);
  const wish = useMutation({
    mutationFn: (wishes: Wishes) => ask("wish", { body: wishes }),
    onSettled: refresh,
  });
  const release = useMutation({
    mutationFn: (session_id: string) => ask("release", { path: { session_id } }),
    onSettled: refresh,
    onSuccess: onClose,
  });
  const wishes = wish.variables && wish.isPending ? wish.variables : me?.wishes;
  return (
    <Sheet title={t("settings")} onClose={onClose} testID="settings-sheet">
      <Card>
        <Choice title={t("look")}>
          <Segments
            label={t("look")}
            options={[
              { value: "system", title: t("system") },
              { value: "light", title: t("light") },
              { value: "dark", title: t("dark") },
            ]}
            value={theme}
            onChange={(next) => choose({ theme: next })}
          />
        </Choice>
        <Choice title={t("language")}>
          <Segments
            label={t("language")}
            options={[
              { value: "system", title: t("system") },
              { value: "en", title: "English" },
              { value: "de", title: "Deutsch" },
            ]}
            value={chosen}
            onChange={(next) => {
              choose({ language: next });
              if (wishes) wish.mutate({ ...wishes, language: language() });
            }}
          />
        </Choice>
      </Card>
      <Card>
        <Toggle title={t("voice")} on={voice} onChange={(on) => choose({ voice: on })} />
        <Toggle title={t("ticks")} on={ticks} onChange={(on) => choose({ ticks: on })} />
        <Toggle title={t("flash")} on={flash} onChange={(on) => choose({ flash: on })} />
        {wishes && (
          <>
            <Toggle title={t("counts")} on={wishes.counts} onChange={(counts) => wish.mutate({ ...wishes, counts })} />
            <Choice title={t("coach")}>
              <Segments
                label={t("coach")}
                options={[
                  { value: "quiet", title: t("quiet") },
                  { value: "normal", title: t("normal") },
                  { value: "chatty", title: t("chatty") },
                ]}
                value={wishes.level}
                onChange={(level) => wish.mutate({ ...wishes, level })}
              />
            </Choice>
          </>
        )}
      </Card>
      <Card>
        <Text kind="small" color="soft">
          {t("pairedWith", { box: base() })}
        </Text>
        {visit && (
          <Button
            kind="plain"
            icon="person"
            title={t("notMe")}
            busy={release.isPending}
            onPress={() => release.mutate(visit.id)}
            testID="not-me"
          />
        )}
        <Button kind="danger" icon="leave" title={t("leave")} onPress={() => useBox.getState().leave()} />
      </Card>
    </Sheet>
  );
}

function Choice({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <View style={{ gap: space.s }}>
      <Text kind="label" color="soft">
        {title}
      </Text>
      {children}
    </View>
  );
}

function Toggle({ title, on, onChange }: { title: string; on: boolean; onChange: (on: boolean) => void }) {
  const theme = useTheme();
  return (
    <View style={{ flexDirection: "row", alignItems: "center", minHeight: 48 }}>
      <Text style={{ flex: 1 }}>{title}</Text>
      <Switch
        aria-label={title}
        value={on}
        onValueChange={onChange}
        trackColor={{ true: theme.color.accent, false: theme.color.line }}
        thumbColor={theme.color.surface}
        {...{ activeThumbColor: theme.color.onAccent } /* a browser's */}
      />
    </View>
  );
}
