import { WireError, boolean, integer, list, literal, nullable, number, object, record, string, tuple, union } from "@/wire/check";
import { Sent } from "@/wire/wire";

const Person = object({ name: string, age: nullable(integer), at: tuple(number, number) });

test("what is as it should be comes back as it came, with what nobody knows here", () => {
  const came = { name: "a", age: null, at: [1, 2.5], newer: true };
  expect(Person(came)).toBe(came);
});

test.each([
  [{ name: 3, age: null, at: [1, 2] }, ".name: expected text, got 3"],
  [{ name: "a", age: 1.5, at: [1, 2] }, ".age: expected a whole number, got 1.5"],
  [{ name: "a", age: 1, at: [1] }, ".at: expected a list of 2, got a list"],
  [{ name: "a", at: [1, 2] }, ".age: expected a whole number, got undefined"],
  [null, "message: expected an object, got null"],
])("what is not is named: %j", (came, words) => {
  expect(() => Person(came)).toThrow(new WireError("", "", 0).constructor as never);
  expect(() => Person(came)).toThrow(words);
});

test("places in lists and records are named", () => {
  expect(() => list(boolean)([true, 0])).toThrow("[1]: expected true or false, got 0");
  expect(() => record(string)({ de: 1 })).toThrow(".de: expected text, got 1");
});

test("one of several is told by its literal", () => {
  const Message = union("type", [object({ type: literal("a"), x: number }), object({ type: literal("b", "c"), y: string })]);
  expect(Message({ type: "c", y: "" })).toEqual({ type: "c", y: "" });
  expect(() => Message({ type: "a", x: "" })).toThrow(".x: expected a number");
  expect(() => Message({ type: "d" })).toThrow(".type: expected a or b or c, got \"d\"");
});

test("a live message of the box is one, and half of one is none", () => {
  expect(Sent({ type: "pong", data: {} })).toEqual({ type: "pong", data: {} });
  expect(() => Sent({ type: "rep_counted", data: {}, cursor: "" })).toThrow(WireError);
});
