/** What exercises are called, in the reader's language. */
import { useQuery } from "@tanstack/react-query";

import { spoken } from "@/i18n";
import { askAsScreen, useScreen } from "@/state/operator";

/** By id; one that this box does not know yet is called by that. */
export function useNames(): (id: string) => string {
  const token = useScreen((screen) => screen.token);
  const known = useQuery({
    queryKey: ["exercises", token],
    queryFn: async () => (await askAsScreen("exercises")).exercises,
    staleTime: Infinity,
  });
  return (id) => {
    const found = known.data?.find((exercise) => exercise.id === id);
    return found ? spoken(found.name) : id.replaceAll("_", " ");
  };
}
