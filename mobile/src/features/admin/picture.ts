/** What a camera sees, as a `data:` URL: an image element cannot show a token. */
import { useQuery } from "@tanstack/react-query";

import { base } from "@/state/box";
import { useOperator } from "@/state/operator";
import { Problem } from "@/wire/wire";

export function usePicture(camera: string, { longest = 960, everyMs = 2000 }: { longest?: number; everyMs?: number | false } = {}) {
  return useQuery({
    queryKey: ["picture", camera, longest],
    queryFn: () => picture(camera, longest),
    refetchInterval: everyMs,
    retry: false,
    gcTime: 0,
  });
}

async function picture(camera: string, longest: number): Promise<string> {
  const answer = await fetch(`${base()}/cameras/${encodeURIComponent(camera)}/picture?longest=${longest}`, {
    headers: { Authorization: `Bearer ${useOperator.getState().token}` },
  });
  if (!answer.ok) throw new Error(Problem(await answer.json()).detail);
  const blob = await answer.blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error(camera));
    reader.readAsDataURL(blob);
  });
}
