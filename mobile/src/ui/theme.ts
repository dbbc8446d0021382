/** Design tokens: the only place where a colour, a distance or a size of type is a number. */
import { useColorScheme } from "react-native";

import { usePreferences } from "@/state/preferences";

export const space = { xs: 4, s: 8, m: 12, l: 16, xl: 24, xxl: 40 } as const;
export const radius = { s: 8, m: 14, l: 22, pill: 999 } as const;

/** The least side of anything that is tapped, by Apple's and Google's guides. */
export const touch = 48;

/** What text is wide at most, so that a tablet's lines stay readable. */
export const column = 640;

const dark = {
  page: "#0b0d10",
  surface: "#15191f",
  raised: "#20262e",
  line: "#2e3640",
  text: "#f4f6f8",
  soft: "#a8b2bd",
  accent: "#c8f751",
  onAccent: "#141a05",
  good: "#5fe08a",
  warn: "#ffd24a",
  bad: "#ff8585",
  onBadge: "#0b0d10",
  bone: "#c8f751",
  /** Over pictures, whatever the rest looks like. */
  overlay: "#c8f751",
  scrim: "rgba(0, 0, 0, 0.6)",
};

export type Palette = typeof dark;

const light: Palette = {
  page: "#f6f7f4",
  surface: "#ffffff",
  raised: "#eceee8",
  line: "#d3d8cb",
  text: "#14180f",
  soft: "#545c4d",
  accent: "#3d7000",
  onAccent: "#ffffff",
  good: "#136c36",
  warn: "#7d5200",
  bad: "#b3261e",
  onBadge: "#ffffff",
  bone: "#3d7000",
  overlay: "#c8f751",
  scrim: "rgba(20, 24, 15, 0.4)",
};

/** Loaded by `useFonts` at the root. */
export const fonts = { text: "Barlow-Medium", strong: "Barlow-SemiBold", display: "BarlowCondensed-SemiBold" } as const;

export const type = {
  display: { fontFamily: fonts.display, fontSize: 44, lineHeight: 46 },
  title: { fontFamily: fonts.display, fontSize: 30, lineHeight: 34 },
  heading: { fontFamily: fonts.strong, fontSize: 18, lineHeight: 24 },
  body: { fontFamily: fonts.text, fontSize: 16, lineHeight: 23 },
  label: { fontFamily: fonts.strong, fontSize: 14, lineHeight: 18 },
  small: { fontFamily: fonts.text, fontSize: 14, lineHeight: 19 },
} as const;

export type Theme = { dark: boolean; color: Palette };

const themes = { dark: { dark: true, color: dark }, light: { dark: false, color: light } } as const;

/** The colours as the owner wants them, or as the device has it. */
export function useTheme(): Theme {
  const device = useColorScheme();
  const wanted = usePreferences((preferences) => preferences.theme);
  return themes[(wanted === "system" ? device : wanted) === "light" ? "light" : "dark"];
}
