import { idOf } from "@/features/admin/AddCamera";
import { grouped } from "@/features/admin/BackupsCard";
import { matching } from "@/features/admin/MachineCard";
import { codeOf } from "@/features/setup/FirstPassword";

test("the code is what stands behind the address, which no server sees", () => {
  expect(codeOf("#c=k7fqm2xw")).toBe("k7fqm2xw");
  expect(codeOf("")).toBe("");
  expect(codeOf("#x")).toBe("");
});

test("a zone is found by a part of its name, and once it is one nothing is offered", () => {
  const zones = ["Europe/Vienna", "America/New_York", "America/Indiana/Vevay"];
  expect(matching("vien", zones)).toEqual(["Europe/Vienna"]);
  expect(matching("new york", zones)).toEqual(["America/New_York"]);
  expect(matching("Europe/Vienna", zones)).toEqual([]);
  expect(matching("", zones)).toEqual([]);
});

test("a camera's id is one that the box takes, whatever the camera calls itself", () => {
  const allowed = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
  expect(idOf("Entrance left", "192.168.1.40")).toBe("entrance-left-40");
  expect(idOf("Größe & Kraft", "10.0.0.9")).toBe("gro-e-kraft-9");
  for (const name of ["", "---", "摄像头", "A".repeat(99), "x-".repeat(40)]) expect(idOf(name, "10.0.0.255")).toMatch(allowed);
});

test("a key is shown in groups, and is the same without them", () => {
  const key = `AGE-SECRET-KEY-1${"QPZRY9X8".repeat(7)}GF`;
  const groups = grouped(key).split(" ");
  expect(groups.join("")).toBe(key);
  expect(groups.at(-1)).toBe(key.slice(-8));
  expect(groups[0]).toBe("AGE-SECRET-KEY-1QP");
});
