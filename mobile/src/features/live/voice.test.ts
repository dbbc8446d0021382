import * as Speech from "expo-speech";
import type { SpeechOptions } from "expo-speech";

import { hush, say } from "@/features/live/voice";

jest.mock("expo-speech", () => ({ speak: jest.fn(), stop: jest.fn(() => Promise.resolve()) }));
jest.mock("@/features/live/audio", () => ({ openAudio: jest.fn(), unlockAudio: jest.fn() }));

const speak = jest.mocked(Speech.speak);
const spoken = () => speak.mock.calls.map(([text]) => text);
const end = () => (speak.mock.lastCall?.[1] as SpeechOptions).onDone?.();
const sentence = (text: string, fleeting = false) => ({ text, language: "en", fleeting });

beforeEach(() => {
  jest.useFakeTimers();
  hush();
  speak.mockClear();
});

afterEach(() => jest.useRealTimers());

test("a sentence is said at once, in its language", () => {
  say(sentence("Chest up"));
  expect(speak).toHaveBeenCalledWith("Chest up", expect.objectContaining({ language: "en" }));
});

test("of those that wait only the newest is said", () => {
  say(sentence("one"));
  say(sentence("two"));
  say(sentence("three"));
  expect(spoken()).toEqual(["one"]);
  end();
  expect(spoken()).toEqual(["one", "three"]);
});

test("a number that cannot be said at once is not said, and displaces nothing", () => {
  say(sentence("one"));
  say(sentence("two"));
  say(sentence("7", true));
  end();
  expect(spoken()).toEqual(["one", "two"]);
});

test("what waited for too long is about another moment", () => {
  say(sentence("one"));
  say(sentence("two"));
  jest.advanceTimersByTime(5001);
  end();
  expect(spoken()).toEqual(["one"]);
});

test("a voice whose end is never reported does not silence the coach", () => {
  say(sentence("one"));
  jest.advanceTimersByTime(12_001);
  say(sentence("two"));
  expect(spoken()).toEqual(["one", "two"]);
});
