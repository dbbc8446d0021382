/** Every text of the app in English; the other languages have the same keys, or they do not compile. */
export const en = {
  live: "Live Coaching",
  replay: "Replay",
  stats: "Stats",
  settings: "Settings",
  close: "Close",
  again: "Try again",
  cancel: "Cancel",
  unreachable: "The box does not answer. Are you on the gym's Wi-Fi?",
};

export type Texts = typeof en;
