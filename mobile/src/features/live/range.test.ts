import { angle, depth } from "@/features/live/range";

const hidden: [number, number, number] = [0, 0, 0];

function figure(points: Record<number, [number, number]>, aspect = 1) {
  const keypoints = Array.from({ length: 17 }, (_, place) => {
    const point = points[place];
    return point ? ([...point, 0.9] as [number, number, number]) : hidden;
  });
  return { keypoints, aspect };
}

const squat = {
  id: "squat",
  name: { en: "Squat" },
  joints: ["left_knee", "right_knee"] as [string, string],
  up_angle: 160,
  down_angle: 90,
  checks: [],
};

test("an angle is measured in square pixels", () => {
  const bent = { 11: [0, 0], 13: [0.5, 0], 15: [0.5, 0.5] } as Record<number, [number, number]>;
  expect(angle(figure(bent), "left_knee")).toBeCloseTo(90);
  const slanted = { 11: [0, 0], 13: [0.25, 0.25], 15: [0.5, 0] } as Record<number, [number, number]>;
  expect(angle(figure(slanted), "left_knee")).toBeCloseTo(90);
  expect(angle(figure(slanted, 2), "left_knee")).toBeCloseTo(126.87);
});

test("what is not seen has no angle", () => {
  expect(angle(figure({ 11: [0, 0], 13: [0.5, 0] }), "left_knee")).toBeNull();
  expect(depth(figure({}), squat)).toBeNull();
});

test("the depth goes from lockout to the depth that is wanted, whichever side is seen", () => {
  const straight = { 12: [0.5, 0], 14: [0.5, 0.4], 16: [0.5, 0.8] } as Record<number, [number, number]>;
  const bent = { 12: [0.1, 0.4], 14: [0.5, 0.4], 16: [0.5, 0.8] } as Record<number, [number, number]>;
  expect(depth(figure(straight), squat)).toBe(0);
  expect(depth(figure(bent), squat)).toBeCloseTo(1);
});
