/** How far somebody is into a repetition, from their skeleton. */
import type { Figure, KnownExercise } from "@/wire/wire";

/** Three points of COCO's 17 for each angle, the joint in the middle. */
const JOINTS: Record<string, readonly [number, number, number]> = {
  left_elbow: [5, 7, 9],
  right_elbow: [6, 8, 10],
  left_shoulder: [7, 5, 11],
  right_shoulder: [8, 6, 12],
  left_hip: [5, 11, 13],
  right_hip: [6, 12, 14],
  left_knee: [11, 13, 15],
  right_knee: [12, 14, 16],
};

/** Below this a point is a guess. Lowering it makes the meter twitch, raising it leaves it still more often. */
const SEEN = 0.2;

/** Degrees in square pixels; none where one of the three is not seen. */
export function angle(figure: Pick<Figure, "keypoints" | "aspect">, joint: string): number | null {
  const places = JOINTS[joint];
  if (!places) return null;
  const [a, b, c] = places.map((place) => figure.keypoints[place]);
  if (!a || !b || !c || Math.min(a[2], b[2], c[2]) < SEEN) return null;
  const [ux, uy] = [(a[0] - b[0]) * figure.aspect, a[1] - b[1]];
  const [vx, vy] = [(c[0] - b[0]) * figure.aspect, c[1] - b[1]];
  const size = Math.hypot(ux, uy) * Math.hypot(vx, vy);
  if (size === 0) return null;
  return (Math.acos(Math.max(-1, Math.min(1, (ux * vx + uy * vy) / size))) * 180) / Math.PI;
}

/** 0 at lockout, 1 at the depth that the exercise wants, at most 1.15; the mean of the sides that are seen. */
export function depth(figure: Pick<Figure, "keypoints" | "aspect">, exercise: KnownExercise): number | null {
  const angles = exercise.joints.map((joint) => angle(figure, joint)).filter((each) => each !== null);
  if (angles.length === 0) return null;
  const mean = angles.reduce((sum, each) => sum + each, 0) / angles.length;
  const share = (mean - exercise.up_angle) / (exercise.down_angle - exercise.up_angle);
  return Math.max(0, Math.min(1.15, share));
}
