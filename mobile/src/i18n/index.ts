/** The app's languages. What the box says in several languages is chosen by `spoken`. */
import { getLocales } from "expo-localization";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { de } from "@/i18n/de";
import { en } from "@/i18n/en";
import type { Texts } from "@/i18n/en";
import { usePreferences } from "@/state/preferences";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Texts };
  }
}

export type Language = "en" | "de";

function wanted(): Language {
  const { language } = usePreferences.getState();
  const device = getLocales()[0]?.languageCode;
  return (language === "system" ? device : language) === "de" ? "de" : "en";
}

function follow(): void {
  const language = wanted();
  if (i18next.language !== language) void i18next.changeLanguage(language);
  if (typeof document !== "undefined") document.documentElement.lang = language;
}

void i18next.use(initReactI18next).init({
  lng: wanted(),
  fallbackLng: "en",
  resources: { en: { translation: en }, de: { translation: de } },
  interpolation: { escapeValue: false },
});
usePreferences.subscribe(follow);
follow();

/** The language of the texts now. */
export function language(): Language {
  return i18next.language === "de" ? "de" : "en";
}

/** One of several languages of the same text: the reader's, or English. */
export function spoken(text: Readonly<Record<string, string>>): string {
  return text[i18next.language] ?? text.en ?? "";
}
