/** The sound of a repetition in a browser: made, not fetched. */
import type { Tone } from "@/features/live/audio";

/** Two notes up where a repetition counts, one low where it was partial. */
const NOTES: Record<Tone, readonly number[]> = { full: [880, 1320], partial: [330] };
const NOTE_S = 0.09;
const LOUD = 0.25;

let context: AudioContext | null = null;

export function openAudio(): void {
  context ??= new AudioContext();
}

/** To be called in a tap. iOS also wants the first sentence to be spoken there; it is an empty one. */
export function unlockAudio(): void {
  openAudio();
  void context?.resume();
  if ("speechSynthesis" in window) window.speechSynthesis.speak(new SpeechSynthesisUtterance(""));
}

export function tone(kind: Tone): void {
  openAudio();
  if (!context || context.state !== "running") return;
  for (const [place, note] of NOTES[kind].entries()) {
    const from = context.currentTime + place * NOTE_S;
    const gain = context.createGain();
    gain.gain.setValueAtTime(LOUD, from);
    gain.gain.exponentialRampToValueAtTime(0.001, from + 2 * NOTE_S);
    gain.connect(context.destination);
    const oscillator = context.createOscillator();
    oscillator.frequency.value = note;
    oscillator.connect(gain);
    oscillator.start(from);
    oscillator.stop(from + 2 * NOTE_S);
  }
}
