import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Pressable, View } from "react-native";

import { unlock } from "@/features/live/voice";
import { ask } from "@/state/box";
import { refresh } from "@/state/queries";
import { Button, Card, Empty, Icon, Notice, Screen, Text, radius, space, useTheme } from "@/ui";
import { Figure, around } from "@/ui/Figure";
import { Refusal } from "@/wire/ask";
import type { Someone } from "@/wire/wire";

/** Between two looks at the floor. */
const LOOK_MS = 500;
const SHAPE = 3 / 4;

/** Who is on the floor, as skeletons: which of them is the reader? */
export function Claim() {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const floor = useQuery({
    queryKey: ["floor"],
    refetchInterval: LOOK_MS,
    staleTime: 0,
    queryFn: async () => {
      try {
        return (await ask("floor")).people;
      } catch (error) {
        if (error instanceof Refusal && error.status === 403) refresh(); // this phone has a visit already
        throw error;
      }
    },
  });
  const claim = useMutation({
    mutationFn: (session: string) => ask("claim", { path: { session_id: session } }),
    onSettled: refresh,
  });
  const people = (floor.data ?? []).filter((someone) => someone.session_id !== null && !someone.claimed);
  const candidate = people.find((someone) => someone.session_id === chosen);

  if (candidate) {
    return (
      <Screen title={t("thisYou")} testID="confirm">
        <Card style={{ alignItems: "center", flex: 1 }}>
          <View style={{ flex: 1, minHeight: 320, aspectRatio: SHAPE }}>
            <Portrait someone={candidate} />
          </View>
          {candidate.zone !== "" && <Text color="soft">{candidate.zone}</Text>}
        </Card>
        {claim.isError && <Notice text={t("claimFailed")} />}
        <Button
          icon="check"
          title={t("thatsMe")}
          busy={claim.isPending || claim.isSuccess}
          onPress={() => {
            unlock();
            if (candidate.session_id) claim.mutate(candidate.session_id);
          }}
          testID="thats-me"
        />
        <Button kind="plain" title={t("somebodyElse")} onPress={() => setChosen(null)} />
      </Screen>
    );
  }
  return (
    <Screen title={t("whichYou")} testID="claim">
      <Text color="soft">{t("whichYouText")}</Text>
      {floor.isError && <Notice text={t("unreachable")} />}
      {people.length === 0 ? (
        <Empty icon="person" title={t("nobody")} text={t("nobodyText")} testID="nobody" />
      ) : (
        <View style={{ flexDirection: "row", flexWrap: "wrap", gap: space.m }}>
          {people.map((someone, place) => (
            <Tile
              key={someone.session_id}
              someone={someone}
              number={place + 1}
              onPress={() => setChosen(someone.session_id)}
            />
          ))}
        </View>
      )}
    </Screen>
  );
}

function Tile({ someone, number, onPress }: { someone: Someone; number: number; onPress: () => void }) {
  const theme = useTheme();
  const { t } = useTranslation();
  const waves = raisesHand(someone);
  const what = waves ? t("handUp") : someone.zone;
  return (
    <Pressable
      role="button"
      aria-label={t("person", { number, what })}
      testID="someone"
      onPress={onPress}
      style={({ pressed }) => ({
        flexBasis: "47%",
        flexGrow: 1,
        maxWidth: "48.5%",
        borderRadius: radius.l,
        borderWidth: 2,
        borderColor: waves ? theme.color.accent : theme.dark ? theme.color.surface : theme.color.line,
        backgroundColor: theme.color.surface,
        opacity: pressed ? 0.7 : 1,
      })}
    >
      <View style={{ aspectRatio: SHAPE }}>
        <Portrait someone={someone} />
      </View>
      <View style={{ flexDirection: "row", justifyContent: "center", gap: space.xs, paddingBottom: space.m, minHeight: 32 }}>
        {waves && <Icon name="check" size={18} color="accent" />}
        <Text kind="label" color={waves ? "accent" : "soft"}>
          {what}
        </Text>
      </View>
    </Pressable>
  );
}

function Portrait({ someone }: { someone: Someone }) {
  const { bbox, keypoints, aspect } = someone.figure;
  return <Figure keypoints={keypoints} aspect={aspect} frame={around(bbox, aspect, SHAPE)} />;
}

/** COCO's nose and wrists: a hand above the head finds somebody among many. */
function raisesHand({ figure: { keypoints } }: Someone): boolean {
  const [nose, left, right] = [keypoints[0], keypoints[9], keypoints[10]];
  const above = (wrist: typeof nose) => nose && wrist && nose[2] > 0.3 && wrist[2] > 0.3 && wrist[1] < nose[1];
  return Boolean(above(left) || above(right));
}
