/** Numbers about visits, from what the box has counted. */
import type { Rep, Session, Set } from "@/wire/wire";

const NS = 1e9;

export type Totals = { seconds: number; sets: number; reps: number; score: number | null };

/** Of one visit; one that goes on has lasted until `now`. */
export function totals(session: Session, now: number): Totals {
  const began = Date.parse(session.started_at);
  const ended = session.ended_at ? Date.parse(session.ended_at) : now;
  const scores = session.sets.flatMap((set) => set.form_score ?? []);
  return {
    seconds: Math.max(0, Math.round((ended - began) / 1000)),
    sets: session.sets.length,
    reps: session.sets.reduce((sum, set) => sum + set.reps, 0),
    score: mean(scores),
  };
}

/** The sets of each exercise, in the order in which the exercises were first done. */
export function byExercise(sets: readonly Set[]): [exercise: string, sets: Set[]][] {
  const groups = new Map<string, Set[]>();
  for (const set of sets) groups.set(set.exercise, [...(groups.get(set.exercise) ?? []), set]);
  return [...groups];
}

/** Degrees, on average over the full repetitions of a set. */
export function meanRange(reps: readonly Rep[]): number | null {
  return mean(reps.flatMap((rep) => (rep.kind === "full" ? (rep.range_of_motion ?? []) : [])));
}

/** Seconds that a full repetition took, on average over a set. */
export function meanTempo(reps: readonly Rep[]): number | null {
  return mean(reps.flatMap((rep) => (rep.kind === "full" ? (rep.end_ns - rep.start_ns) / NS : [])));
}

function mean(values: readonly number[]): number | null {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

/** `1:02:03`, or `2:03`. */
export function clock(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const COLUMNS = ["visit", "set", "exercise", "started_at", "ended_at", "reps", "partial_reps", "form_score", "corrected"] as const;

/** All sets as a table for a spreadsheet, a row each, oldest first. */
export function csv(sessions: readonly Session[]): string {
  const rows = sessions
    .flatMap((session) => session.sets.map((set) => ({ ...set, visit: session.id, set: set.id })))
    .sort((a, b) => a.started_at.localeCompare(b.started_at))
    .map((row) => COLUMNS.map((column) => quoted(row[column])).join(","));
  return [COLUMNS.join(","), ...rows, ""].join("\r\n");
}

function quoted(value: string | number | boolean | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
