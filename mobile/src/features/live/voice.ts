/** What is said aloud: one sentence at a time, and of those that wait only the newest. */
import * as Speech from "expo-speech";

import { openAudio, unlockAudio } from "@/features/live/audio";

type Sentence = { text: string; language: string; /** A repetition's number: late it is wrong. */ fleeting: boolean };

/** How long a sentence may wait: what is older is about another moment. */
const FRESH_MS = 5000;
/** A voice that the system never reports the end of does not silence the coach for longer. */
const LONGEST_MS = 12_000;

let waiting: { sentence: Sentence; since: number } | null = null;
let speaking: ReturnType<typeof setTimeout> | null = null;

export function say(sentence: Sentence): void {
  if (speaking !== null) {
    if (!sentence.fleeting) waiting = { sentence, since: Date.now() };
    return;
  }
  openAudio();
  speaking = setTimeout(next, LONGEST_MS);
  const { text, language } = sentence;
  Speech.speak(text, { language, onDone: next, onStopped: next, onError: next });
}

function next(): void {
  if (speaking === null) return;
  clearTimeout(speaking);
  speaking = null;
  const { sentence, since } = waiting ?? {};
  waiting = null;
  if (sentence && since !== undefined && Date.now() - since < FRESH_MS) say(sentence);
}

export function hush(): void {
  waiting = null;
  void Speech.stop();
  next();
}

/** Browsers speak and sound only after a tap: any tap will do, and this is called in it. */
export function unlock(): void {
  unlockAudio();
}
