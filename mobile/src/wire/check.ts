// What came over the network, held to what the box says it sends. A check is its type, too: `Infer<typeof Figure>`.
// Keys that nobody knows here are let through: an older app must get along with a newer box.

/** Returns what it was given, as what it is; throws a `WireError` where it is something else. */
export type Check<T> = (value: unknown, at?: string) => T;
export type Infer<C> = C extends Check<infer T> ? T : never;

/** What came is not what the box says it sends. */
export class WireError extends Error {
  constructor(at: string, expected: string, got: unknown) {
    super(`${at || "message"}: expected ${expected}, got ${shown(got)}`);
    this.name = "WireError";
  }
}

function shown(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "string" || typeof value === "number" ? JSON.stringify(value) : Array.isArray(value) ? "a list" : typeof value;
}

function plain<T>(expected: string, holds: (value: unknown) => boolean): Check<T> {
  return (value, at = "") => {
    if (!holds(value)) throw new WireError(at, expected, value);
    return value as T;
  };
}

export const string = plain<string>("text", (value) => typeof value === "string");
export const number = plain<number>("a number", (value) => typeof value === "number");
export const integer = plain<number>("a whole number", (value) => Number.isInteger(value));
export const boolean = plain<boolean>("true or false", (value) => typeof value === "boolean");
/** No answer, or null. */
export const nothing = plain<null>("nothing", (value) => value === null);

/** One of these values. */
export function literal<const T extends string | number | boolean>(...values: T[]): Literal<T> {
  const check = plain<T>(values.join(" or "), (value) => (values as unknown[]).includes(value));
  return Object.assign(check, { values });
}
type Literal<T> = Check<T> & { values: readonly T[] };

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, at) => (value === null ? null : check(value, at));
}

export function either<C extends Check<unknown>[]>(...checks: C): Check<Infer<C[number]>> {
  return (value, at = "") => {
    for (const check of checks) {
      try {
        return check(value, at) as Infer<C[number]>;
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
      }
    }
    throw new WireError(at, `one of ${checks.length} forms`, value);
  };
}

export function list<T>(check: Check<T>): Check<T[]> {
  return (value, at = "") => {
    if (!Array.isArray(value)) throw new WireError(at, "a list", value);
    value.forEach((item, place) => check(item, `${at}[${place}]`));
    return value as T[];
  };
}

export function tuple<C extends Check<unknown>[]>(...checks: C): Check<{ [K in keyof C]: Infer<C[K]> }> {
  return (value, at = "") => {
    if (!Array.isArray(value) || value.length !== checks.length) throw new WireError(at, `a list of ${checks.length}`, value);
    checks.forEach((check, place) => check(value[place], `${at}[${place}]`));
    return value as { [K in keyof C]: Infer<C[K]> };
  };
}

function fields(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new WireError(at, "an object", value);
  return value as Record<string, unknown>;
}

export function record<T>(check: Check<T>): Check<Record<string, T>> {
  return (value, at = "") => {
    for (const [key, item] of Object.entries(fields(value, at))) check(item, `${at}.${key}`);
    return value as Record<string, T>;
  };
}

type Shape = Record<string, Check<unknown>>;
type Of<S extends Shape> = Check<{ [K in keyof S]: Infer<S[K]> }> & { shape: S };

export function object<S extends Shape>(shape: S): Of<S> {
  const known = Object.entries(shape);
  const check = (value: unknown, at = "") => {
    const found = fields(value, at);
    for (const [key, each] of known) each(found[key], `${at}.${key}`);
    return found as { [K in keyof S]: Infer<S[K]> };
  };
  return Object.assign(check, { shape });
}

/** One of several objects, told apart by the literal that each has at `key`. */
export function union<C extends Of<Shape>[]>(key: string, checks: [...C]): Check<Infer<C[number]>> {
  const known = new Map(checks.flatMap((check) => (check.shape[key] as Literal<unknown>).values.map((kind) => [kind, check])));
  return (value, at = "") => {
    const kind = fields(value, at)[key];
    const check = known.get(kind);
    if (!check) throw new WireError(`${at}.${key}`, [...known.keys()].join(" or "), kind);
    return check(value, at) as Infer<C[number]>;
  };
}
