/** What is asked of the box now and then, and kept while it is fresh. */
import { QueryClient, useQuery } from "@tanstack/react-query";

import { ask, useBox } from "@/state/box";
import { Refusal } from "@/wire/ask";
import type { Me, Session } from "@/wire/wire";

const SECOND = 1000;

/** A no stays a no; what is not there may come back. */
function again(failures: number, error: Error): boolean {
  return failures < 3 && !(error instanceof Refusal && error.status < 500);
}

export const queries = new QueryClient({
  defaultOptions: { queries: { retry: again, staleTime: 5 * SECOND } },
});

/** This device and its visits; a token that is no longer good ends the pairing. */
export function useMe() {
  const token = useBox((state) => state.link?.token);
  return useQuery<Me>({
    queryKey: ["me", token],
    enabled: token !== undefined,
    refetchInterval: 30 * SECOND,
    queryFn: async () => {
      try {
        return await ask("me");
      } catch (error) {
        if (error instanceof Refusal && error.status === 401) useBox.getState().leave();
        throw error;
      }
    },
  });
}

/** The visit that goes on. */
export function openVisit(me: Me | undefined): Session | undefined {
  return me?.sessions.find((session) => session.ended_at === null);
}

/** What changed: ask for the visits and the replays again. */
export function refresh(): void {
  void queries.invalidateQueries({ queryKey: ["me"] });
  void queries.invalidateQueries({ queryKey: ["replays"] });
}

/** What the box can count. */
export function useExercises() {
  const token = useBox((state) => state.link?.token);
  return useQuery({
    queryKey: ["exercises", token],
    enabled: token !== undefined,
    staleTime: Infinity,
    queryFn: async () => (await ask("exercises")).exercises,
  });
}
