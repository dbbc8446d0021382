import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Pressable, View } from "react-native";

import { spoken } from "@/i18n";
import { ask } from "@/state/box";
import { newKey } from "@/state/key";
import { refresh, useExercises } from "@/state/queries";
import { Button, Card, Notice, Sheet, Sign, Text, radius, space, touch, useTheme } from "@/ui";
import type { Correction, Set } from "@/wire/wire";

type Props = { set: Set; onClose: () => void; onDeleted: (set: string) => void };

/** What the box got wrong, put right by who was there; each change can be taken back. */
export function EditSet({ set, onClose, onDeleted }: Props) {
  const { t } = useTranslation();
  const theme = useTheme();
  const exercises = useExercises().data ?? [];
  const [reps, setReps] = useState(set.reps);
  const [exercise, setExercise] = useState(set.exercise);
  const path = { set_id: set.id };
  const change = useMutation({
    mutationFn: async (what: "save" | "undo" | "delete") => {
      const key = newKey();
      if (what === "undo") await ask("undoSet", { path, body: { key } });
      else if (what === "delete") await ask("deleteSet", { path, query: { key } });
      else {
        const named = exercise === set.exercise ? {} : { exercise: exercise as Correction["exercise"] };
        await ask("correctSet", { path, body: { key, ...named, ...(reps === set.reps ? {} : { reps }) } });
      }
    },
    onSuccess: (_, what) => {
      if (what === "delete") onDeleted(set.id);
      refresh();
      onClose();
    },
  });
  const changed = reps !== set.reps || exercise !== set.exercise;
  return (
    <Sheet title={t("editSet")} onClose={onClose} testID="edit-set">
      <Card>
        <Text kind="label" color="soft">
          {t("reps")}
        </Text>
        <View style={{ flexDirection: "row", alignItems: "center", justifyContent: "center", gap: space.xl }}>
          <Sign icon="minus" label={t("fewer")} onPress={() => setReps(Math.max(0, reps - 1))} />
          <Text kind="display" aria-live="polite" style={{ minWidth: 64, textAlign: "center" }} testID="edited-reps">
            {reps}
          </Text>
          <Sign icon="plus" label={t("more")} onPress={() => setReps(reps + 1)} />
        </View>
        {set.counted_reps !== reps && (
          <Text kind="small" color="soft" style={{ textAlign: "center" }}>
            {t("boxCounted", { count: set.counted_reps })}
          </Text>
        )}
      </Card>
      <Card role="radiogroup" aria-label={t("exercise")} style={{ gap: space.xs }}>
        {exercises.map(({ id, name }) => (
          <Pressable
            key={id}
            role="radio"
            aria-checked={id === exercise}
            aria-label={spoken(name)}
            onPress={() => setExercise(id)}
            style={{
              minHeight: touch,
              justifyContent: "center",
              paddingHorizontal: space.l,
              borderRadius: radius.m,
              backgroundColor: id === exercise ? theme.color.accent : "transparent",
            }}
          >
            <Text kind="heading" color={id === exercise ? "onAccent" : "text"}>
              {spoken(name)}
            </Text>
          </Pressable>
        ))}
      </Card>
      {change.isError && <Notice text={t("notSaved")} />}
      <Button icon="check" title={t("save")} disabled={!changed} busy={change.isPending} onPress={() => change.mutate("save")} testID="save" />
      {set.corrected && <Button kind="plain" icon="undo" title={t("undo")} onPress={() => change.mutate("undo")} testID="undo" />}
      <Button kind="danger" icon="trash" title={t("deleteSet")} onPress={() => change.mutate("delete")} testID="delete-set" />
    </Sheet>
  );
}
