import { Socket } from "@/wire/socket";

class Fake {
  static readonly OPEN = 1;
  static all: Fake[] = [];
  readyState = 0;
  sent: string[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code?: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    Fake.all.push(this);
  }
  send(data: string) {
    this.sent.push(data);
  }
  close() {
    this.closed = true;
  }
  stand() {
    this.readyState = 1;
    this.onopen?.();
  }
}

const real = global.WebSocket;
let phases: string[];
let messages: string[];
let ends: number[];
let heard = 0;

function connect(): Socket {
  return new Socket(() => `ws://box/live?after=${heard}`, ["gymbox", "bearer.x"], {
    onMessage: (data) => messages.push(data),
    onPhase: (phase) => phases.push(phase),
    onEnd: (code) => ends.push(code),
  });
}

const last = () => Fake.all[Fake.all.length - 1] as Fake;

beforeEach(() => {
  jest.useFakeTimers();
  [Fake.all, phases, messages, ends, heard] = [[], [], [], [], 0];
  global.WebSocket = Fake as unknown as typeof WebSocket;
});

afterEach(() => {
  jest.useRealTimers();
  global.WebSocket = real;
});

test("it hands on what comes, and asks for more from where it was", () => {
  const socket = connect();
  last().stand();
  last().onmessage?.({ data: "one" });
  heard = 7;
  last().onclose?.({ code: 1006 });
  jest.advanceTimersByTime(300);
  expect(messages).toEqual(["one"]);
  expect(phases).toEqual(["connecting", "open", "waiting", "connecting"]);
  expect(last().url).toBe("ws://box/live?after=7");
  expect(last().protocols).toEqual(["gymbox", "bearer.x"]);
  socket.close();
});

test("it tries less and less often, and for ever", () => {
  const socket = connect();
  const waits = Array.from({ length: 12 }, () => {
    const before = Fake.all.length;
    last().onclose?.({});
    let waited = 0;
    for (; Fake.all.length === before; waited += 50) jest.advanceTimersByTime(50);
    return waited;
  });
  expect(waits[0]).toBeLessThanOrEqual(300);
  expect(Math.min(...waits.slice(5))).toBeGreaterThanOrEqual(2500);
  expect(Math.max(...waits)).toBeLessThanOrEqual(5000);
  socket.close();
});

test("a connection that does not come to stand is given up", () => {
  const socket = connect();
  jest.advanceTimersByTime(4000);
  expect(Fake.all[0]?.closed).toBe(true);
  jest.advanceTimersByTime(300);
  expect(Fake.all).toHaveLength(2);
  socket.close();
});

test("a connection without a word is asked, and given up if it does not answer", () => {
  const socket = connect();
  const first = last();
  first.stand();
  jest.advanceTimersByTime(5000);
  expect(first.sent).toEqual(['{"type":"ping"}']);
  first.onmessage?.({ data: "pong" });
  jest.advanceTimersByTime(8000);
  expect(first.closed).toBe(false);
  jest.advanceTimersByTime(1000);
  expect(first.closed).toBe(true);
  expect(phases.at(-1)).toBe("waiting");
  socket.close();
});

test("a device that wakes up looks at once", () => {
  const socket = connect();
  last().stand();
  socket.wake();
  expect(last().sent).toEqual(['{"type":"ping"}']);
  for (let tries = 0; tries < 5; tries += 1) {
    last().onclose?.({});
    jest.advanceTimersByTime(5000);
  }
  last().onclose?.({});
  const before = Fake.all.length;
  socket.wake();
  expect(Fake.all).toHaveLength(before + 1);
  socket.close();
});

test("the box's reason is handed on, and a closed one stays closed", () => {
  const socket = connect();
  last().stand();
  last().onclose?.({ code: 4401 });
  expect(ends).toEqual([4401]);
  socket.close();
  jest.advanceTimersByTime(60_000);
  expect(Fake.all).toHaveLength(1);
});
