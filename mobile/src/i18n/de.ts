import type { Texts } from "@/i18n/en";

export const de: Texts = {
  live: "Live-Coaching",
  replay: "Replay",
  stats: "Statistik",
  settings: "Einstellungen",
  close: "Schließen",
  again: "Noch einmal",
  cancel: "Abbrechen",
  unreachable: "Die Box antwortet nicht. Bist du im WLAN des Studios?",
};
