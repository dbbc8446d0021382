import { useKeepAwake } from "expo-keep-awake";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { View, useWindowDimensions } from "react-native";

import { Login } from "@/features/operator/Login";
import { Tile } from "@/features/kiosk/Tile";
import { useFloor } from "@/features/kiosk/useFloor";
import { askWith, useScreen } from "@/state/operator";
import { Icon, Notice, Text, space, useTheme } from "@/ui";
import type { Someone } from "@/wire/wire";

/** As many as a wall can show; who came first stays. */
const MOST = 6;
const MINUTE_MS = 60_000;

/** A screen on the gym's wall; set up once, with the operator's password. */
export function Kiosk() {
  const { t } = useTranslation();
  const { token, ready, enter } = useScreen();
  if (!ready) return null;
  if (token === null) {
    const setUp = async (operator: string) => enter((await askWith(operator)("addKiosk", { body: { name: "kiosk" } })).token);
    return <Login title={t("kioskLogin")} text={t("kioskText")} onToken={setUp} />;
  }
  return <Wall />;
}

function Wall() {
  useKeepAwake();
  const { t } = useTranslation();
  const theme = useTheme();
  const { floor, lost } = useFloor();
  const people = (floor?.people ?? []).slice(0, MOST);
  return (
    <View role="main" testID="kiosk" style={{ flex: 1, backgroundColor: theme.color.page, padding: space.xl, gap: space.l }}>
      <View style={{ flexDirection: "row", alignItems: "center", gap: space.l }}>
        <Text kind="display" heading={1}>
          {floor?.name ?? "gymbox"}
        </Text>
        <Text kind="title" color="soft" style={{ flex: 1 }}>
          {floor && floor.people.length > 0 ? t("onFloor", { count: floor.people.length }) : ""}
        </Text>
        <Clock />
      </View>
      {lost && <Notice text={t("offline")} testID="offline" />}
      {people.length === 0 ? (
        <Welcome />
      ) : (
        <Grid people={people} />
      )}
    </View>
  );
}

/** While nobody is there: what to do, to be read from across the room. */
function Welcome() {
  const { t } = useTranslation();
  const { height } = useWindowDimensions();
  const large = height / 9;
  return (
    <View testID="empty-floor" style={{ flex: 1, alignItems: "center", justifyContent: "center", gap: space.xl }}>
      <Icon name="person" size={height / 4} color="accent" />
      <Text kind="display" heading={2} style={{ fontSize: large, lineHeight: large * 1.05, textAlign: "center" }}>
        {t("kioskWelcome")}
      </Text>
      <Text kind="title" color="soft" style={{ textAlign: "center", maxWidth: large * 10 }}>
        {t("kioskWelcomeText")}
      </Text>
    </View>
  );
}

/** People as large as they fit. */
function Grid({ people }: { people: readonly Someone[] }) {
  const { width, height } = useWindowDimensions();
  const columns = people.length === 1 ? 1 : people.length <= 4 ? 2 : 3;
  const rows = Math.ceil(people.length / columns);
  const tile = {
    width: (width - 2 * space.xl - (columns - 1) * space.l) / columns,
    height: (height - 2 * space.xl - 70 - (rows - 1) * space.l) / rows,
  };
  return (
    <View style={{ flex: 1, flexDirection: "row", flexWrap: "wrap", gap: space.l }}>
      {people.map((someone, place) => (
        <Tile key={someone.figure.track_id} someone={someone} number={place + 1} size={tile} />
      ))}
    </View>
  );
}

function Clock() {
  const { i18n } = useTranslation();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setTimeout(() => setNow(new Date()), MINUTE_MS - (Date.now() % MINUTE_MS) + 50);
    return () => clearTimeout(timer);
  }, [now]);
  return (
    <Text kind="display" style={{ fontVariant: ["tabular-nums"] }}>
      {now.toLocaleTimeString(i18n.language, { hour: "2-digit", minute: "2-digit" })}
    </Text>
  );
}
