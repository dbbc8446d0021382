/** What the owner of this device has chosen; kept on the device. */
import AsyncStorage from "@react-native-async-storage/async-storage";
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

type Preferences = {
  theme: "system" | "dark" | "light";
  language: "system" | "en" | "de";
  /** Whether guidance is spoken. */
  voice: boolean;
  /** Whether a repetition is heard and felt. */
  ticks: boolean;
  /** Whether the screen flashes with each repetition, for rooms that are too loud. */
  flash: boolean;
};

type Choosing = Preferences & { choose: (chosen: Partial<Preferences>) => void };

export const usePreferences = create<Choosing>()(
  persist(
    (set) => ({
      theme: "system",
      language: "system",
      voice: true,
      ticks: true,
      flash: false,
      choose: set,
    }),
    { name: "gymbox.preferences", storage: createJSONStorage(() => AsyncStorage) },
  ),
);
