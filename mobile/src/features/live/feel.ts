/** What a repetition feels and sounds like. */
import * as Haptics from "expo-haptics";

import { tone } from "@/features/live/audio";
import { usePreferences } from "@/state/preferences";

export function felt(what: "full" | "partial" | "fault"): void {
  if (!usePreferences.getState().ticks) return;
  if (what === "fault") shake(Haptics.notificationAsync(Haptics.NotificationFeedbackType.Warning));
  else {
    tone(what);
    shake(Haptics.impactAsync(what === "full" ? Haptics.ImpactFeedbackStyle.Medium : Haptics.ImpactFeedbackStyle.Light));
  }
}

/** A device that cannot is no fault. */
function shake(asked: Promise<void>): void {
  asked.catch(() => undefined);
}
