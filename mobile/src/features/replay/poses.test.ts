import { poseAt } from "@/features/replay/poses";

const poses = [0, 0.1, 0.2, 1.0].map((at_s) => ({ at_s, keypoints: [] }));

test.each([
  [0, 0],
  [0.04, 0],
  [0.06, 0.1],
  [0.3, 0.2],
  [0.9, 1.0],
  [1.1, 1.0],
])("at %f s the pose of %f s is shown", (at, expected) => {
  expect(poseAt(poses, at)?.at_s).toBe(expected);
});

test("no pose is shown where none is near", () => {
  expect(poseAt(poses, 0.6)).toBeNull();
  expect(poseAt(poses, 2)).toBeNull();
  expect(poseAt([], 0)).toBeNull();
});
