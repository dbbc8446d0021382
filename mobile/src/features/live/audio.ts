/** The sound of a repetition, and the right to sound at all, on a phone. */
import { createAudioPlayer, setAudioModeAsync } from "expo-audio";
import type { AudioPlayer } from "expo-audio";

let opened = false;
let players: Record<Tone, AudioPlayer> | null = null;

export type Tone = "full" | "partial";

/** Music goes on more quietly, and the silent switch silences other things: somebody has asked to be coached. */
export function openAudio(): void {
  if (opened) return;
  opened = true;
  void setAudioModeAsync({ playsInSilentMode: true, interruptionMode: "duckOthers", shouldPlayInBackground: false });
}

export function unlockAudio(): void {
  openAudio();
}

export function tone(kind: Tone): void {
  openAudio();
  players ??= {
    full: createAudioPlayer(require("../../../assets/full.wav")),
    partial: createAudioPlayer(require("../../../assets/partial.wav")),
  };
  const player = players[kind];
  void player.seekTo(0);
  player.play();
}
