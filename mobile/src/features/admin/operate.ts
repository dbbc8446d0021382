/** Asking and doing as the operator; who is no longer one is asked to log in again. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { askAsOperator, useOperator } from "@/state/operator";
import { Refusal } from "@/wire/ask";
import type { Ask } from "@/wire/ask";

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) useOperator.getState().leave();
    throw error;
  }
}

/** What the box says, again every `everyMs` while it is looked at. */
export function useAsked<T>(name: string, work: (ask: Ask) => Promise<T>, everyMs?: number) {
  return useQuery({
    queryKey: ["operator", name],
    queryFn: () => guarded(() => work(askAsOperator)),
    refetchInterval: everyMs ?? false,
  });
}

/** Something to do, after which all that was asked is asked again. */
export function useDoing<T, V = void>(work: (ask: Ask, what: V) => Promise<T>, then?: (done: T) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (what: V) => guarded(() => work(askAsOperator, what)),
    onSuccess: (done) => {
      void queries.invalidateQueries({ queryKey: ["operator"] });
      then?.(done);
    },
  });
}

/** What went wrong, in words; the box's own name the thing. */
export function useWhy(): (error: Error) => string {
  const { t } = useTranslation();
  return (error) => (error instanceof Refusal ? error.message : t("unreachable"));
}
