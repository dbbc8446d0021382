/** Who looks after the box, or a screen on its wall: each with a token of its own, kept on this device. */
import AsyncStorage from "@react-native-async-storage/async-storage";
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

import { base } from "@/state/box";
import { asking } from "@/wire/ask";

type Held = { token: string | null; ready: boolean; enter: (token: string) => void; leave: () => void };

function holding(name: string) {
  const use = create<Held>()(
    persist(
      (set) => ({
        token: null,
        ready: false,
        enter: (token) => set({ token }),
        leave: () => set({ token: null }),
      }),
      {
        name,
        storage: createJSONStorage(() => AsyncStorage),
        partialize: ({ token }) => ({ token }),
        onRehydrateStorage: () => () => use.setState({ ready: true }),
      },
    ),
  );
  return use;
}

/** The operator, for half a day. */
export const useOperator = holding("gymbox.operator");
/** A screen, for as long as it is not shut out. */
export const useScreen = holding("gymbox.screen");

export const askAsOperator = asking(base, () => useOperator.getState().token);
export const askAsScreen = asking(base, () => useScreen.getState().token);
/** In nobody's name, or in that of whoever has this token. */
export const askWith = (token: string | null) => asking(base, () => token);
