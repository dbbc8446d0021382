import { Refusal, address, asking } from "@/wire/ask";
import { WireError } from "@/wire/check";

function answers(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fetched = jest.fn(async (_url: string, _init: RequestInit) => ({
    ok: status < 400,
    status,
    statusText: "No",
    headers: { get: (name: string) => headers[name] ?? null },
    json: async () => {
      if (body === undefined) throw new SyntaxError("no JSON");
      return body;
    },
  }));
  global.fetch = fetched as unknown as typeof fetch;
  return fetched;
}

const ask = asking(() => "http://box", () => "token");

test("what is asked goes where the box takes it, in the name of who asks", async () => {
  const fetched = answers(204, undefined);
  await expect(ask("claim", { path: { session_id: "s-1/2" } })).resolves.toBeNull();
  const [url, init] = fetched.mock.calls[0] ?? [];
  expect(url).toBe("http://box/sessions/s-1%2F2/claim");
  expect(init?.method).toBe("PUT");
  expect(init?.headers).toMatchObject({ Authorization: "Bearer token" });
});

test("a query leaves out what is not given", () => {
  expect(address("/sets/{set_id}", { set_id: "a" }, { key: "x y", other: undefined })).toBe("/sets/a?key=x%20y");
});

test("a no says why, and when to try again", async () => {
  answers(429, { type: "about:blank", title: "too many", status: 429, detail: "try again in 3 s" }, { "Retry-After": "3" });
  const refused = await ask("me").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Refusal);
  expect(refused).toMatchObject({ status: 429, retryAfter: 3, message: "try again in 3 s" });
});

test("a no of something between is a no as well", async () => {
  answers(502, undefined);
  await expect(ask("me")).rejects.toMatchObject({ status: 502, message: "No" });
});

test("an answer that is not as the box says it is is refused", async () => {
  answers(200, { device_id: 1 });
  await expect(ask("me")).rejects.toThrow(WireError);
});
