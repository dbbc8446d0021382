/** A browser cannot look around; it has come from its box. */
import type { Nearby } from "@/features/start/discover";

const none: Nearby[] = [];

export function useNearby(): Nearby[] {
  return none;
}
