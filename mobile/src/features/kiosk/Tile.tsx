import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { Code } from "@/features/kiosk/Code";
import { useNames } from "@/features/kiosk/names";
import { Card, Icon, Text, space } from "@/ui";
import { Figure, around } from "@/ui/Figure";
import type { Someone } from "@/wire/wire";

type Props = { someone: Someone; number: number; size: { width: number; height: number } };

/** Of the tile's width. */
const PORTRAIT = 0.44;

/** One person: the skeleton, what they do, how often, and how a phone follows them. */
export function Tile({ someone, number, size }: Props) {
  const { t } = useTranslation();
  const name = useNames();
  const { figure, set, session_id: session, claimed, zone } = someone;
  const portrait = { width: size.width * PORTRAIT, height: size.height - 2 * space.l };
  const frame = around(figure.bbox, figure.aspect, portrait.width / portrait.height);
  const digits = Math.min(size.height * 0.32, size.width * 0.24);
  const code = Math.min(size.height * 0.28, size.width * 0.24, 260);
  return (
    <Card testID="tile" style={{ width: size.width, height: size.height, flexDirection: "row", overflow: "hidden" }}>
      <View style={portrait}>
        <Figure keypoints={figure.keypoints} aspect={figure.aspect} frame={frame} color={set?.done ? "soft" : "bone"} />
      </View>
      <View style={{ flex: 1, justifyContent: "space-between" }}>
        <View>
          <Text kind="display" heading={2} numberOfLines={1}>
            {set?.exercise ? name(set.exercise) : t("warming")}
          </Text>
          <Text kind="heading" color="soft" numberOfLines={1}>
            {set?.done ? t("setOver") : zone}
          </Text>
        </View>
        {set && (
          <View>
            <View style={{ flexDirection: "row", alignItems: "baseline", gap: space.m }}>
              <Text
                kind="display"
                color={set.done ? "soft" : "accent"}
                testID="count"
                style={{ fontSize: digits, lineHeight: digits * 1.02 }}
              >
                {set.reps}
              </Text>
              <Text kind="title" color="soft">
                {t("oneRep", { count: set.reps })}
              </Text>
            </View>
            <Text kind="heading" color="soft">{set.partial_reps > 0 ? t("plusHalf", { count: set.partial_reps }) : " "}</Text>
          </View>
        )}
        <View style={{ flexDirection: "row", alignItems: "flex-end", gap: space.m, minHeight: code }}>
          {claimed ? (
            <>
              <Icon name="check" color="accent" />
              <Text kind="heading" color="soft">
                {t("followed")}
              </Text>
            </>
          ) : (
            session && (
              <>
                <Code session={session} label={t("codeFor", { number })} size={code} />
                <Text kind="heading" color="soft" style={{ flex: 1 }}>
                  {t("scanToFollow")}
                </Text>
              </>
            )
          )}
        </View>
      </View>
    </Card>
  );
}
