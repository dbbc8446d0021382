/** How things stand in a visit, message by message. What is counted is always what the box says. */
import type { Figure, Sent } from "@/wire/wire";
import type { Phase } from "@/wire/socket";

export type Entry = {
  id: string;
  /** By the box's clock. */
  at: string;
  kind: "guidance" | "fault" | "set" | "clip" | "missed";
  /** Text as it came, or by language, or a set's result. */
  text: string | Record<string, string>;
  set?: { exercise: string; reps: number; score: number | null };
};

export type Rep = {
  kind: "full" | "partial";
  number: number;
  downS: number | null;
  upS: number | null;
  range: number | null;
};

export type Live = {
  phase: Phase | "off";
  /** Whether the box has said how things stand, on this connection: until then what comes is what was missed. */
  current: boolean;
  cursor: string;
  tracks: string[];
  set: {
    id: string;
    exercise: string | null;
    reps: number;
    partial: number;
    /** Whether one more is likely. */
    provisional: boolean;
    done: boolean;
    /** Of a set that is over. */
    score: number | null;
    faults: number;
  } | null;
  lastRep: Rep | null;
  /** On this device's clock, ms; none where it was not seen. */
  lastRepAt: number | null;
  guidance: { id: string; text: string; language: string } | null;
  log: Entry[];
  over: boolean;
};

/** Entries that the log keeps. */
const KEPT = 200;

export const nothing: Live = {
  phase: "off",
  current: false,
  cursor: "",
  tracks: [],
  set: null,
  lastRep: null,
  lastRepAt: null,
  guidance: null,
  log: [],
  over: false,
};

/** How things stand after a message. */
export function heard(live: Live, message: Sent, now: number): Live {
  const next = "cursor" in message ? { ...live, cursor: message.cursor } : live;
  switch (message.type) {
    case "state": {
      const { set, track_ids: tracks } = message.data;
      const same = set && live.set?.id === set.set_id ? live.set : null;
      return {
        ...next,
        current: true,
        tracks: tracks.length > 0 ? tracks : live.tracks,
        set: set && {
          id: set.set_id,
          exercise: set.exercise,
          reps: set.reps,
          partial: set.partial_reps,
          provisional: set.provisional,
          done: set.done,
          score: same?.score ?? null,
          faults: same?.faults ?? 0,
        },
      };
    }
    case "set_started":
      return { ...next, set: { ...setOf(live, message.data.set_id), exercise: message.data.exercise } };
    case "rep_counted": {
      const { data } = message;
      const set = setOf(live, data.set_id);
      if (data.state !== "confirmed" || data.kind === null || data.number === null) {
        return { ...next, set: { ...set, exercise: data.exercise ?? set.exercise, provisional: data.state === "provisional" } };
      }
      const counted = data.kind === "full" ? { reps: data.number } : { partial: data.number };
      return {
        ...next,
        set: { ...set, exercise: data.exercise, provisional: false, ...counted },
        lastRep: { kind: data.kind, number: data.number, downS: data.down_s, upS: data.up_s, range: data.range_of_motion },
        lastRepAt: live.current ? now : live.lastRepAt,
      };
    }
    case "set_finished": {
      const { set_id: id, exercise, reps, partial_reps: partial, form_score: score, at } = message.data;
      const set = { ...setOf(live, id), exercise, reps, partial, score, done: true, provisional: false };
      return { ...next, set, log: logged(live.log, { id, at, kind: "set", text: "", set: { exercise, reps, score } }) };
    }
    case "form_alert": {
      const { alert_id: id, at, message: said, check, set_id } = message.data;
      const set = setOf(live, set_id);
      const text = Object.keys(said).length > 0 ? said : check;
      const known = live.log.some((entry) => entry.id === id); // the coach's way to here may be the shorter
      const log = known ? live.log : logged(live.log, { id, at, kind: "fault", text });
      return { ...next, set: { ...set, faults: set.faults + 1 }, log };
    }
    case "guidance": {
      const { alert_id: alert, at, text, language, kind, set_id } = message.data;
      if (kind === "count") return next;
      const id = alert ?? `${set_id} ${at} ${text}`;
      return { ...next, guidance: { id, text, language }, log: logged(live.log, { id, at, kind: "guidance", text }) };
    }
    case "clip_ready":
      return { ...next, log: logged(live.log, { id: message.data.clip_id, at: message.data.at, kind: "clip", text: "" }) };
    case "missed":
      return { ...next, log: logged(live.log, { id: `missed ${message.cursor}`, at: "", kind: "missed", text: "" }) };
    case "track_linked":
      return { ...next, tracks: [...live.tracks.filter((track) => track !== message.data.track_id), message.data.track_id] };
    case "track_ended": {
      const left = live.tracks.filter((track) => track !== message.data.track_id);
      return { ...next, tracks: left.length > 0 ? left : live.tracks }; // the way back to the visit
    }
    case "session_ended":
      return { ...next, over: true };
    default:
      return next;
  }
}

/** How things stand when the connection has changed. */
export function connected(live: Live, phase: Phase): Live {
  return { ...live, phase, current: live.current && phase === "open" };
}

function setOf(live: Live, id: string): NonNullable<Live["set"]> {
  if (live.set?.id === id) return live.set;
  return { id, exercise: null, reps: 0, partial: 0, provisional: false, done: false, score: null, faults: 0 };
}

/** Newest first; what the coach says of an alert takes the alert's place. */
function logged(log: Entry[], entry: Entry): Entry[] {
  return [entry, ...log.filter((other) => other.id !== entry.id)].slice(0, KEPT);
}

export type { Figure };
