import { useKeepAwake } from "expo-keep-awake";
import { Tabs } from "expo-router";
import { useTranslation } from "react-i18next";
import { useSafeAreaInsets } from "react-native-safe-area-context";

import { useConnection } from "@/features/live/useConnection";
import { openVisit, useMe } from "@/state/queries";
import { Icon, useTheme } from "@/ui";
import type { IconName } from "@/ui/Icon";
import { fonts } from "@/ui/theme";

const tabs = [
  { name: "index", key: "live", icon: "live" },
  { name: "replay", key: "replay", icon: "replay" },
  { name: "stats", key: "stats", icon: "stats" },
] as const satisfies readonly { name: string; key: string; icon: IconName }[];

const BAR = 62;

export default function TabBar() {
  const { bottom } = useSafeAreaInsets();
  const theme = useTheme();
  const { t } = useTranslation();
  useKeepAwake();
  useConnection(openVisit(useMe().data)); // here, so that the coach is heard whichever tab is looked at
  return (
    <Tabs
      screenOptions={{
        headerShown: false,
        sceneStyle: { backgroundColor: theme.color.page },
        tabBarStyle: { backgroundColor: theme.color.surface, borderTopColor: theme.color.line, height: BAR + bottom },
        tabBarLabelStyle: { fontFamily: fonts.strong, fontSize: 13, lineHeight: 18 },
        tabBarActiveTintColor: theme.color.accent,
        tabBarInactiveTintColor: theme.color.soft,
      }}
    >
      {tabs.map(({ name, key, icon }) => (
        <Tabs.Screen
          key={name}
          name={name}
          options={{
            title: t(key),
            tabBarIcon: ({ focused }) => <Icon name={icon} color={focused ? "accent" : "soft"} />,
          }}
        />
      ))}
    </Tabs>
  );
}
