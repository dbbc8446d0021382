/** What a pairing code says: the box's addresses, a token that is good once, and whom it was shown for. */

export type Code = {
  /** Where the box may be, the likeliest first; none where only the token was typed. */
  bases: string[];
  token: string;
  session: string | null;
};

const TOKEN = /^[\w-]{16,64}$/;

/** `http://10.0.0.7:8080/join#t=TOKEN&k=…&a=gymbox.local`, or the token alone; null where it is neither. */
export function codeIn(text: string): Code | null {
  const said = text.trim();
  if (TOKEN.test(said)) return { bases: [], token: said, session: null };
  const found = /^(https?):\/\/([^/?#\s]+)\/join\/?(?:\?[^#]*)?#(.+)$/.exec(said);
  if (!found) return null;
  const [, scheme = "", host = "", told = ""] = found;
  const values = new Map(told.split("&").map((pair) => split(pair)));
  const token = values.get("t") ?? "";
  if (!TOKEN.test(token)) return null;
  const port = /:\d+$/.exec(host)?.[0] ?? "";
  const others = (values.get("a") ?? "").split(",").filter(Boolean);
  const hosts = [host, ...others.map((other) => (other.includes(":") ? `[${other}]` : other) + port)];
  return { bases: hosts.map((each) => `${scheme}://${each}`), token, session: values.get("s") ?? null };
}

function split(pair: string): [string, string] {
  const at = pair.indexOf("=");
  return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
}
