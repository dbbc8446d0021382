import "@/i18n";

import { QueryClientProvider } from "@tanstack/react-query";
import { useFonts } from "expo-font";
import { Stack } from "expo-router";
import { StatusBar } from "expo-status-bar";
import { SafeAreaProvider } from "react-native-safe-area-context";

import { keepOffline } from "@/state/offline";
import { queries } from "@/state/queries";
import { useTheme } from "@/ui";
import { fonts } from "@/ui/theme";

keepOffline();

export default function Root() {
  const theme = useTheme();
  // Nothing waits for them: the system's type stands in until they are there.
  useFonts({
    [fonts.text]: require("@expo-google-fonts/barlow/500Medium/Barlow_500Medium.ttf"),
    [fonts.strong]: require("@expo-google-fonts/barlow/600SemiBold/Barlow_600SemiBold.ttf"),
    [fonts.display]: require("@expo-google-fonts/barlow-condensed/600SemiBold/BarlowCondensed_600SemiBold.ttf"),
  });
  return (
    <SafeAreaProvider>
      <QueryClientProvider client={queries}>
        <StatusBar style={theme.dark ? "light" : "dark"} />
        <Stack screenOptions={{ headerShown: false, contentStyle: { backgroundColor: theme.color.page } }} />
      </QueryClientProvider>
    </SafeAreaProvider>
  );
}
