// The box's API as one typed function: `await ask("claim", { path: { session_id } })`.
import { WireError } from "./check";
import { OPERATIONS, Problem } from "./wire";
import type { Asked } from "./wire";
import type { Infer } from "./check";

export type Operation = keyof typeof OPERATIONS;
export type Reply<N extends Operation> = Infer<(typeof OPERATIONS)[N]["reply"]>;
type Arguments<N extends Operation> = Record<string, never> extends Asked[N] ? [] : [asked: Asked[N]];
export type Ask = <N extends Operation>(name: N, ...asked: Arguments<N>) => Promise<Reply<N>>;

/** The box said no. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** Seconds after which to try again; none where that does not help. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail || title);
    this.name = "Refusal";
  }
}

/** How long the box may take to answer, and what takes longer: it looks at cameras, or at itself. */
const PATIENCE_MS = 60_000;
const LONGER_MS: Partial<Record<Operation, number>> = { tryCamera: 150_000, retryCamera: 150_000, doctor: 240_000, joinWifi: 120_000, startBackup: 600_000 };

/**
 * Asks the box at `base()` in the name of whoever has `token()`. Rejects with a `Refusal` where the box says no, with a
 * `WireError` where it answers what it should not, with whatever `fetch` throws where it is not there.
 */
export function asking(base: () => string, token: () => string | null): Ask {
  return async (name, ...asked) => {
    const { method, path, reply } = OPERATIONS[name];
    const { body, ...where } = (asked[0] ?? {}) as { path?: Values; query?: Values; body?: unknown };
    const headers: Record<string, string> = { Accept: "application/json" };
    const bearer = token();
    if (bearer) headers.Authorization = `Bearer ${bearer}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LONGER_MS[name] ?? PATIENCE_MS);
    try {
      const answer = await fetch(base() + address(path, where.path, where.query), {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: patience.signal,
      });
      if (!answer.ok) throw await refusal(answer);
      return reply(answer.status === 204 ? null : await answer.json(), name) as Reply<typeof name>;
    } finally {
      clearTimeout(timer);
    }
  };
}

type Values = Record<string, string | number | undefined>;

export function address(path: string, keys: Values = {}, query: Values = {}): string {
  const filled = path.replace(/{(\w+)}/g, (_, key: string) => encodeURIComponent(String(keys[key])));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const asked = given.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join("&");
  return asked ? `${filled}?${asked}` : filled;
}

async function refusal(answer: Response): Promise<Refusal> {
  const after = Number(answer.headers.get("Retry-After"));
  const wait = after > 0 ? after : null;
  try {
    const said = Problem(await answer.json());
    return new Refusal(answer.status, said.title, said.detail, wait);
  } catch (error) {
    if (!(error instanceof WireError || error instanceof SyntaxError)) throw error;
    return new Refusal(answer.status, answer.statusText, "", wait);
  }
}
