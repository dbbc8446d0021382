import { grasped, moved, rectangle } from "@/features/admin/zones";
import type { Zone } from "@/features/admin/zones";

const square: Zone = [
  [0.2, 0.2],
  [0.6, 0.2],
  [0.6, 0.6],
  [0.2, 0.6],
];
const size = { width: 1000, height: 500 };

test("a drag makes the same rectangle whichever corner it began at, and none outside the picture", () => {
  expect(rectangle([0.6, 0.6], [0.2, 0.2])).toEqual(square);
  expect(rectangle([0.2, 0.6], [0.6, 0.2])).toEqual(square);
  expect(rectangle([0.5, 0.5], [1.4, -0.2])).toEqual([
    [0.5, 0],
    [1, 0],
    [1, 0.5],
    [0.5, 0.5],
  ]);
});

test("a slip of the finger is no zone", () => {
  expect(rectangle([0.5, 0.5], [0.9, 0.505])).toBeNull();
});

test("a corner is grasped within reach of it, the nearest first", () => {
  expect(grasped([square], [0.61, 0.21], size, 20)).toEqual({ zone: 0, corner: 1 });
  expect(grasped([square], [0.4, 0.4], size, 20)).toBeNull();
  expect(grasped([square, square.map(([x, y]) => [x + 0.005, y])], [0.206, 0.2], size, 20)).toEqual({ zone: 1, corner: 0 });
});

test("a corner that is moved stays in the picture, and the others stay where they are", () => {
  const [zone] = moved([square], { zone: 0, corner: 2 }, [1.2, 0.7]);
  expect(zone).toEqual([square[0], square[1], [1, 0.7], square[3]]);
});
