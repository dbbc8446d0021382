import { outline } from "@/features/kiosk/Code";

test("each run of dark modules is one piece of the path", () => {
  expect(outline(["0110", "1001"])).toBe("M1 0h2v1h-2zM0 1h1v1h-1zM3 1h1v1h-1z");
});
