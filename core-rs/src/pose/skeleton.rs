//! What is known about COCO-17 as a body: how well people agree on each keypoint, and how alike two poses are.

use crate::geometry::BBox;
use crate::pose::Keypoints;

/// How far annotators disagree on each keypoint, as a share of the person's size, in the order of [`crate::pose::Joint`].
///
/// Source: COCO's keypoint evaluation, `sigmas`, <https://cocodataset.org/#keypoints-eval>.
pub const SIGMAS: [f32; 17] = [
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089,
    0.089,
];

/// A person covers about half of the box around them; COCO's similarity is scaled by the person's area, not the box's.
const BODY_SHARE_OF_BOX: f32 = 0.53;

/// Object keypoint similarity, 0 to 1, of two poses over all 17 keypoints, scaled by the smaller box; symmetric.
///
/// Coordinates and boxes must share one unit, the same on both axes. Boxes without area are alike only where equal.
#[must_use]
pub fn similarity(a: (&BBox, &Keypoints), b: (&BBox, &Keypoints)) -> f32 {
    let area = (a.0.area().min(b.0.area()) * BODY_SHARE_OF_BOX).max(f32::MIN_POSITIVE);
    let alike = a.1.iter().zip(b.1).zip(SIGMAS).map(|((a, b), sigma)| {
        let squared = (a.x - b.x).powi(2) + (a.y - b.y).powi(2);
        (-squared / (2.0 * area * (2.0 * sigma).powi(2))).exp()
    });
    alike.sum::<f32>() / SIGMAS.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pose::Keypoint;

    #[test]
    fn a_pose_is_like_itself_and_unlike_its_neighbour() {
        let bbox = |x1: f32| BBox { x1, y1: 0.0, x2: x1 + 50.0, y2: 100.0 };
        let pose = |x1: f32| std::array::from_fn(|i| Keypoint { x: x1 + 25.0, y: 6.0 * i as f32, score: 1.0 });
        let of = |x1| similarity((&bbox(0.0), &pose(0.0)), (&bbox(x1), &pose(x1)));
        assert!((of(0.0) - 1.0).abs() < 1e-6);
        assert!(of(1.0) > 0.9, "{}", of(1.0));
        assert!(of(50.0) < 0.05, "{}", of(50.0));
    }
}
