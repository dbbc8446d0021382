import { byExercise, clock, csv, meanRange, meanTempo, totals } from "@/features/stats/summary";
import type { Rep, Session, Set } from "@/wire/wire";

const set = (id: string, more: Partial<Set> = {}): Set => ({
  id,
  session_id: "s1",
  track_id: "t",
  exercise: "squat",
  reps: 5,
  counted_exercise: "squat",
  counted_reps: 5,
  partial_reps: 1,
  corrected: false,
  deleted: false,
  started_at: "2026-01-01T10:00:00Z",
  ended_at: "2026-01-01T10:01:00Z",
  form_score: 80,
  alerts: [],
  ...more,
});

const session = (sets: Set[], ended_at: string | null): Session => ({
  id: "s1",
  device_id: "d",
  started_at: "2026-01-01T10:00:00Z",
  ended_at,
  track_ids: [],
  sets,
});

const rep = (kind: "full" | "partial", range: number | null, seconds: number): Rep => ({
  number: 1,
  kind,
  exercise: "squat",
  track_id: "t",
  start_ns: 0,
  turn_ns: 1,
  end_ns: seconds * 1e9,
  ended_at: "2026-01-01T10:00:00Z",
  range_of_motion: range,
  depth: 1,
  peak_velocity: 1,
  symmetry: null,
  confidence: 1,
});

test("a visit that is over has its own length, one that goes on the time until now", () => {
  const sets = [set("a"), set("b", { reps: 7, form_score: null }), set("c", { form_score: 60 })];
  expect(totals(session(sets, "2026-01-01T10:30:00Z"), 0)).toEqual({ seconds: 1800, sets: 3, reps: 17, score: 70 });
  expect(totals(session([], null), Date.parse("2026-01-01T10:00:05Z"))).toEqual({ seconds: 5, sets: 0, reps: 0, score: null });
});

test("sets are grouped in the order of the training", () => {
  const sets = [set("a"), set("b", { exercise: "push_up" }), set("c")];
  expect(byExercise(sets).map(([exercise, of]) => [exercise, of.map(({ id }) => id)])).toEqual([
    ["squat", ["a", "c"]],
    ["push_up", ["b"]],
  ]);
});

test("range and tempo are those of full repetitions, and of what was seen", () => {
  const reps = [rep("full", 100, 2), rep("full", 80, 4), rep("partial", 10, 9), rep("full", null, 3)];
  expect(meanRange(reps)).toBe(90);
  expect(meanTempo(reps)).toBe(3);
  expect(meanRange([rep("full", null, 1)])).toBeNull();
  expect(meanTempo([])).toBeNull();
});

test("a table has a row a set, oldest first, and quotes what needs it", () => {
  const later = set("b", { started_at: "2026-01-02T10:00:00Z", form_score: null, exercise: 'a "b", c' });
  expect(csv([session([later], null), session([set("a")], null)]).split("\r\n")).toEqual([
    "visit,set,exercise,started_at,ended_at,reps,partial_reps,form_score,corrected",
    "s1,a,squat,2026-01-01T10:00:00Z,2026-01-01T10:01:00Z,5,1,80,false",
    's1,b,"a ""b"", c",2026-01-02T10:00:00Z,2026-01-01T10:01:00Z,5,1,,false',
    "",
  ]);
});

test("a length reads like a clock", () => {
  expect([clock(0), clock(65), clock(3723)]).toEqual(["0:00", "1:05", "1:02:03"]);
});
