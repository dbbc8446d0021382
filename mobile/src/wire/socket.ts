/**
 * A WebSocket that comes back by itself. It is written here because what there is on npm needs globals of a browser that
 * React Native has not.
 */
export type Phase = "connecting" | "open" | "waiting";

type Handlers = {
  onMessage: (data: string) => void;
  onPhase: (phase: Phase) => void;
  /** The box ended it, and says by a code why. */
  onEnd?: (code: number) => void;
};

/** Before the first new try; doubled with each that fails. */
const FIRST_MS = 300;
const LONGEST_MS = 5000;
/** How long a connection may take to stand. */
const OPENING_MS = 4000;
/** Without a word for so long the box is asked whether it is there … */
const QUIET_MS = 5000;
/** … and has so long to answer: a phone that slept does not know that its connection is dead. */
const ANSWER_MS = 4000;

export class Socket {
  private socket: WebSocket | null = null;
  private tries = 0;
  private closed = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param address where to connect, asked anew each time, since it says how far was heard
   * @param protocols the WebSocket's subprotocols: a browser can send a token only there
   */
  constructor(
    private readonly address: () => string,
    private readonly protocols: string[],
    private readonly on: Handlers,
  ) {
    this.open();
  }

  send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** The device woke up, or has another network: look at once. */
  wake(): void {
    if (this.closed) return;
    if (this.socket?.readyState === WebSocket.OPEN) this.ask();
    else {
      this.tries = 0;
      this.drop();
      clearTimeout(this.retry);
      this.open();
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.drop();
  }

  private open(): void {
    this.on.onPhase("connecting");
    const socket = new WebSocket(this.address(), this.protocols);
    this.socket = socket;
    this.after(OPENING_MS, () => this.lost());
    socket.onopen = () => {
      this.tries = 0;
      this.on.onPhase("open");
      this.listen();
    };
    socket.onmessage = ({ data }) => {
      this.listen();
      if (typeof data === "string") this.on.onMessage(data);
    };
    socket.onclose = ({ code }) => {
      this.lost();
      if (code !== undefined && code >= 4000) this.on.onEnd?.(code);
    };
    socket.onerror = () => this.lost();
  }

  private listen(): void {
    this.after(QUIET_MS, () => this.ask());
  }

  private ask(): void {
    this.send({ type: "ping" });
    this.after(ANSWER_MS, () => this.lost());
  }

  private lost(): void {
    this.drop();
    if (this.closed) return;
    this.on.onPhase("waiting");
    const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.tries);
    this.tries += 1;
    clearTimeout(this.retry);
    // Spread out: when the box comes back, not all phones are at its door in the same moment.
    this.retry = setTimeout(() => this.open(), wait * (0.5 + Math.random() / 2));
  }

  private drop(): void {
    clearTimeout(this.watch);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }

  private after(ms: number, then: () => void): void {
    clearTimeout(this.watch);
    this.watch = setTimeout(then, ms);
  }
}
