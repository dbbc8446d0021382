/** The box that this device is paired with, and the one way to ask it. */
import AsyncStorage from "@react-native-async-storage/async-storage";
import { Platform } from "react-native";
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

import { asking } from "@/wire/ask";

/** What pairing left. */
export type Link = {
  /** Such as `http://10.0.0.7:8080`. */
  base: string;
  token: string;
  deviceId: string;
  boxId: string;
};

type State = {
  link: Link | null;
  /** Whether what was kept has been read. */
  ready: boolean;
  keep: (link: Link) => void;
  /** Forget the box: its token is no longer good, or its owner wants to. */
  leave: () => void;
};

export const useBox = create<State>()(
  persist(
    (set) => ({
      link: null,
      ready: false,
      keep: (link) => set({ link }),
      leave: () => set({ link: null }),
    }),
    {
      name: "gymbox.box",
      storage: createJSONStorage(() => AsyncStorage),
      partialize: ({ link }) => ({ link }),
      onRehydrateStorage: () => () => useBox.setState({ ready: true }),
    },
  ),
);

/** Where the box is: for a browser always where its page came from. */
export function base(): string {
  return Platform.OS === "web" ? window.location.origin : (useBox.getState().link?.base ?? "");
}

export const ask = asking(base, () => useBox.getState().link?.token ?? null);
