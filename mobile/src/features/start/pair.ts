/** From a code to a box that this device may ask. */
import { Platform } from "react-native";

import { codeIn } from "@/features/start/code";
import type { Code } from "@/features/start/code";
import type { Language } from "@/i18n";
import { ask, base, useBox } from "@/state/box";
import { refresh } from "@/state/queries";
import { Refusal, asking } from "@/wire/ask";
import type { Paired } from "@/wire/wire";

/** Why it did not work, as a key of the texts. */
export type Failure = "codeWrong" | "codeUsed" | "codeWait" | "unreachable";

/** How long one address may take to answer; the next is tried then. */
const PATIENCE_MS = 10_000;
/** How often a box is asked that says it is busy; the code stays good meanwhile. */
const TRIES = 5;

/** Pairs by what was scanned or typed; null where it worked. */
export async function pair(text: string, language: Language, known: string | null = null): Promise<Failure | null> {
  const code = codeIn(text);
  if (!code) return "codeWrong";
  if (code.session !== null && (await claims(code.session))) return null;
  for (const at of candidates(code, known)) {
    try {
      const paired = await admitted(at, code.token);
      useBox.getState().keep({ base: at, token: paired.token, deviceId: paired.device_id, boxId: paired.box_id });
      const { wishes } = await ask("me");
      if (wishes.language !== language) await ask("wish", { body: { ...wishes, language } });
      refresh();
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error.status === 429 ? "codeWait" : error.status < 500 ? "codeUsed" : "unreachable";
    }
  }
  return "unreachable";
}

async function admitted(at: string, token: string): Promise<Paired> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await within(PATIENCE_MS, asking(() => at, () => null)("pair", { body: { token, name: name() } }));
    } catch (error) {
      if (!(error instanceof Refusal && error.status === 503 && tries < TRIES)) throw error;
      await new Promise((done) => setTimeout(done, (error.retryAfter ?? 1) * 1000));
    }
  }
}

/** A phone that is paired already claims the visit with the token that it has. */
async function claims(session: string): Promise<boolean> {
  if (!useBox.getState().link) return false;
  try {
    await ask("claim", { path: { session_id: session } });
    refresh();
    return true;
  } catch (error) {
    return error instanceof Refusal && error.status === 409; // it has a visit that goes on, and keeps it
  }
}

/** A browser can ask only the box that its page came from. */
function candidates(code: Code, known: string | null): string[] {
  if (Platform.OS === "web") return [base()];
  return code.bases.length > 0 ? code.bases : known ? [known] : [];
}

async function within<T>(ms: number, asked: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), ms);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

function name(): string {
  return Platform.select({ ios: "iPhone", android: "Android phone", default: "browser" });
}
