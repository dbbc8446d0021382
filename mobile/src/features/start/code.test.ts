import { codeIn } from "@/features/start/code";

const TOKEN = "aB3_-efgh1jklmnop2rstu";

test("a code names the box's addresses, the token and the visit", () => {
  expect(codeIn(`http://10.0.0.7:8080/join#t=${TOKEN}&k=ab:cd&a=10.1.0.7,gymbox.local&s=s1a`)).toEqual({
    bases: ["http://10.0.0.7:8080", "http://10.1.0.7:8080", "http://gymbox.local:8080"],
    token: TOKEN,
    session: "s1a",
  });
  expect(codeIn(`https://gymbox.local/join#t=${TOKEN}`)?.bases).toEqual(["https://gymbox.local"]);
  expect(codeIn(`http://[fe80::1]:8080/join#t=${TOKEN}`)?.bases).toEqual(["http://[fe80::1]:8080"]);
});

test("the token alone is enough for somebody who types", () => {
  expect(codeIn(` ${TOKEN} `)).toEqual({ bases: [], token: TOKEN, session: null });
});

test.each([
  "",
  "hello",
  "https://example.org/",
  "http://10.0.0.7/join",
  "http://10.0.0.7/join#t=",
  "http://10.0.0.7/join#t=short",
  `javascript://x/join#t=${TOKEN}`,
  `http://10.0.0.7/other#t=${TOKEN}`,
])("%s is no code", (text) => {
  expect(codeIn(text)).toBeNull();
});
