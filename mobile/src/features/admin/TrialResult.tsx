import { useTranslation } from "react-i18next";
import { Image, View } from "react-native";

import { useWhy } from "@/features/admin/operate";
import { Notice, Text, radius, space } from "@/ui";
import type { Trial } from "@/wire/wire";

type Props = { trial: Trial | undefined; error: Error | null; busy: boolean };

/** What a camera sent when it was tried out, or why it sent nothing. */
export function TrialResult({ trial, error, busy }: Props) {
  const { t, i18n } = useTranslation();
  const why = useWhy();
  if (busy) return <Text color="soft">{t("testing")}</Text>;
  if (error) return <Notice text={why(error)} testID="trial-failed" />;
  if (!trial) return null;
  const short = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 1 });
  const facts = [
    [t("codec"), trial.codec],
    [t("size"), `${trial.width}×${trial.height}`],
    [t("rateName"), trial.fps === null ? "–" : t("rate", { fps: short(trial.fps) })],
    [
      t("keyframes"),
      trial.keyframe_interval_s === null ? t("seldom") : t("every", { seconds: short(trial.keyframe_interval_s) }),
    ],
    [t("first"), t("after", { seconds: short(trial.first_picture_s) })],
  ] as const;
  return (
    <View style={{ gap: space.m }} testID="trial-result">
      <Notice kind="good" text={t("works")} />
      <Image
        source={{ uri: trial.snapshot }}
        aria-label={t("snapshotOf")}
        resizeMode="contain"
        style={{ width: "100%", aspectRatio: trial.width / trial.height, borderRadius: radius.m }}
      />
      <View style={{ flexDirection: "row", flexWrap: "wrap", gap: space.l }}>
        {facts.map(([name, value]) => (
          <View key={name}>
            <Text kind="label" color="soft">
              {name}
            </Text>
            <Text>{value}</Text>
          </View>
        ))}
      </View>
    </View>
  );
}
