import { create } from "zustand";

import { nothing } from "@/features/live/live";
import type { Live } from "@/features/live/live";
import type { Figure } from "@/wire/wire";

export const useLive = create<Live>()(() => nothing);

/** The newest skeleton: apart from the rest, since it changes fifteen times a second. */
export const usePose = create<{ figure: Figure | null }>()(() => ({ figure: null }));
