// From the code to a count, in a browser: pair, say which skeleton one is, and follow the set.
import { draw } from "/pages/figure.js";

const KEY = "gymbox.token";
const LOOK_MS = 700; // between two looks at the floor
const AGAIN_MS = 1000; // before a lost connection is tried again

const at = (id) => document.getElementById(id);
const say = (text) => { at("said").textContent = text; };
const show = (id) => { for (const part of ["floor", "set"]) at(part).hidden = part !== id; };
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function ask(method, path, body) {
  const headers = { Authorization: `Bearer ${localStorage.getItem(KEY) ?? ""}` };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const told = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.detail || told.title), { status: answer.status });
  return told;
}

async function pair() {
  const code = new URLSearchParams(location.hash.slice(1)).get("t");
  history.replaceState(null, "", "/join"); // the code is used up: a reload must not try it again
  if (code) localStorage.setItem(KEY, (await ask("POST", "/pair", { token: code, name: "browser" })).token);
}

async function claim() {
  show("floor");
  say("Which one are you? Raise an arm, and tap your figure.");
  const people = (await ask("GET", "/floor")).people.filter((one) => one.session_id && !one.claimed);
  at("floor").replaceChildren(...people.map((one) => {
    const button = document.createElement("button");
    button.append(draw(one.figure));
    button.addEventListener("pointerdown", async () => {
      await ask("PUT", `/sessions/${one.session_id}/claim`).catch((error) => say(error.message));
    });
    return button;
  }));
}

function follow(track, after) {
  return new Promise((over) => {
    const url = new URL(`/ws/live/${track}`, location.href.replace(/^http/, "ws"));
    if (after) url.searchParams.set("after", after);
    const socket = new WebSocket(url, ["gymbox", `bearer.${localStorage.getItem(KEY)}`]);
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      after = message.cursor ?? after;
      hear(message);
    });
    socket.addEventListener("close", () => over(after));
  });
}

function hear({ type, data }) {
  if (type === "state" && data.set) count(data.set.exercise, data.set.reps);
  if (type === "rep_counted" && data.state === "confirmed" && data.kind === "full") count(data.exercise, data.number);
  if (type === "form_alert") at("advice").textContent = data.message[navigator.language.slice(0, 2)] ?? data.message.en ?? "";
  if (type === "set_started") at("advice").textContent = "";
  if (type === "set_finished") say(`${data.reps} repetitions in ${Math.round(data.duration_s)} s`);
}

function count(exercise, reps) {
  at("exercise").textContent = (exercise ?? "").replaceAll("_", " ");
  at("count").textContent = reps;
}

async function main() {
  let after = "";
  await pair();
  for (;;) {
    try {
      const visit = (await ask("GET", "/me")).sessions.find((one) => !one.ended_at);
      if (visit) {
        show("set");
        say("");
        after = await follow(visit.track_ids.at(-1), after);
        say("Connecting again …");
        await pause(AGAIN_MS);
      } else {
        await claim();
        await pause(LOOK_MS);
      }
    } catch (error) {
      say(error.status === 401 ? "Scan the code on the box's screen." : error.message);
      if (error.status === 401) return;
      await pause(AGAIN_MS);
    }
  }
}

main().catch((error) => say(error.message));
