import type { ClipPose } from "@/wire/wire";

/** How far from a pose's moment it still stands for the picture: two pictures of a slow camera. */
const NEAR_S = 0.15;

/** The pose nearest to a moment of the clip; none where there is none near. `poses` rise in time. */
export function poseAt(poses: readonly ClipPose[], at: number): ClipPose | null {
  let [low, high] = [0, poses.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((poses[middle]?.at_s ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  const gap = (pose: ClipPose | undefined) => (pose ? Math.abs(pose.at_s - at) : Infinity);
  const [before, after] = [poses[low - 1], poses[low]];
  const nearest = gap(before) < gap(after) ? before : after;
  return nearest && gap(nearest) <= NEAR_S ? nearest : null;
}
