import { connected, heard, nothing } from "@/features/live/live";
import type { Live } from "@/features/live/live";
import type { Repetition, Sent } from "@/wire/wire";

const AT = "2026-01-01T10:00:00Z";
const track = { track_id: "rack-1~e1~1", at: AT, t_ns: 1 };

let number = 0;
const cursor = () => `v=e1.${(number += 1)}`;

function rep(n: number, more: Partial<Repetition> = {}): Sent {
  const data: Repetition = {
    ...track,
    set_id: "one",
    state: "confirmed",
    exercise: "squat",
    kind: "full",
    number: n,
    down_s: 1.5,
    up_s: 0.9,
    range_of_motion: 92,
    symmetry: 0.9,
    ...more,
  };
  return { type: "rep_counted", data, cursor: cursor() };
}

function state(reps: number, set_id = "one", done = false): Sent {
  const set = { set_id, exercise: "squat", reps, partial_reps: 0, provisional: false, done };
  return { type: "state", data: { session_id: "s1", track_ids: [track.track_id], set }, cursor: cursor() };
}

const finished = (reps: number): Sent => ({
  type: "set_finished",
  data: { ...track, set_id: "one", exercise: "squat", reps, partial_reps: 0, form_score: 84, duration_s: 20 },
  cursor: cursor(),
});

const alert = (alert_id: string): Sent => ({
  type: "form_alert",
  data: {
    ...track,
    alert_id,
    set_id: "one",
    exercise: "squat",
    check: "chest_drops",
    rep: 2,
    message: { en: "Chest up" },
    measured: 70,
    min: null,
    max: 58,
  },
  cursor: cursor(),
});

const guidance = (alert_id: string | null, text: string, kind: "fault" | "count" = "fault"): Sent => ({
  type: "guidance",
  data: { ...track, set_id: "one", alert_id, text, language: "en", kind, source: "cue" },
  cursor: cursor(),
});

const after = (live: Live, ...messages: Sent[]) => messages.reduce((now, message) => heard(now, message, 5000), live);

test("the count is the box's number, not how many messages came", () => {
  expect(after(nothing, rep(3)).set).toMatchObject({ reps: 3, exercise: "squat" });
  expect(after(nothing, rep(3), rep(1, { kind: "partial" })).set).toMatchObject({ reps: 3, partial: 1 });
  expect(after(nothing, rep(3), state(5)).set?.reps).toBe(5);
});

test("a repetition that is only likely is announced and not counted, and may be taken back", () => {
  const likely = after(nothing, rep(1, { state: "provisional" }));
  expect(likely.set).toMatchObject({ reps: 0, provisional: true });
  expect(likely.lastRep).toBeNull();
  const bare = { state: "withdrawn" as const, exercise: null, kind: null, number: null };
  expect(after(likely, rep(1, bare)).set).toMatchObject({ reps: 0, provisional: false });
  expect(after(likely, rep(1)).set).toMatchObject({ reps: 1, provisional: false });
});

test("another set begins at nothing", () => {
  const set = after(nothing, rep(3), alert("a1"), finished(3), rep(1, { set_id: "two" })).set;
  expect(set).toMatchObject({ id: "two", reps: 1, faults: 0, score: null, done: false });
});

test("what was missed is counted, but is no rest that begins now", () => {
  expect(after(nothing, rep(1)).lastRepAt).toBeNull();
  expect(after(nothing, state(1), rep(2)).lastRepAt).toBe(5000);
});

test("a lost connection is not current until the box has said how things stand", () => {
  const open = after(connected(nothing, "open"), state(1));
  expect(open.current).toBe(true);
  const lost = connected(connected(open, "waiting"), "connecting");
  expect(connected(lost, "open").current).toBe(false);
  expect(after(connected(lost, "open"), state(2))).toMatchObject({ current: true, set: { reps: 2 } });
});

test("what the coach says of an alert takes its place in the log; numbers are not written down", () => {
  const live = after(nothing, alert("a1"), guidance("a1", "Brust raus"), guidance(null, "3", "count"), finished(3));
  expect(live.log.map(({ kind, text }) => [kind, text])).toEqual([
    ["set", ""],
    ["guidance", "Brust raus"],
  ]);
  expect(live.guidance?.text).toBe("Brust raus");
  expect(live.set?.faults).toBe(1);
});

test("an alert that comes after what the coach says of it changes nothing in the log", () => {
  const live = after(nothing, guidance("a1", "Brust raus"), alert("a1"));
  expect(live.log.map(({ kind }) => kind)).toEqual(["guidance"]);
  expect(live.set?.faults).toBe(1);
});

test("the form of a set that is over outlives a new connection", () => {
  expect(after(nothing, rep(3), finished(3), state(3, "one", true)).set).toMatchObject({ score: 84, done: true });
});

test("the newest cursor is kept, and messages of the moment have none", () => {
  const first = after(nothing, rep(1));
  expect(first.cursor).not.toBe("");
  expect(after(first, { type: "pong", data: {} }).cursor).toBe(first.cursor);
});

test("the last track stays as the way back to the visit", () => {
  const change = (type: "track_linked" | "track_ended", track_id: string): Sent => ({
    type,
    data: { ...track, track_id, camera_id: "rack-1", reason: null },
    cursor: cursor(),
  });
  const one = after(nothing, change("track_linked", "a"));
  expect(after(one, change("track_linked", "b"), change("track_ended", "a")).tracks).toEqual(["b"]);
  expect(after(one, change("track_ended", "a")).tracks).toEqual(["a"]);
});

test("the log is bounded", () => {
  const many = Array.from({ length: 300 }, (_, n) => alert(`a${n}`));
  expect(after(nothing, ...many).log).toHaveLength(200);
});
