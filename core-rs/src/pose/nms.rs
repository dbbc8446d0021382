//! One person, one detection: what is left when the doubles of better ones are gone.

use crate::pose::{Detection, skeleton};
use std::cmp::Ordering;

/// When two detections are the same person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Same {
    /// Boxes overlap by more than this share, as intersection over union. Higher keeps people who stand close, and doubles.
    Boxes(f32),
    /// Poses are more alike than this, as object keypoint similarity. Higher keeps people who stand close, and doubles.
    Poses(f32),
}

impl Same {
    fn person(self, a: &Detection, b: &Detection) -> bool {
        match self {
            Self::Boxes(share) => a.bbox.iou(&b.bbox) > share,
            Self::Poses(alike) => skeleton::similarity((&a.bbox, &a.keypoints), (&b.bbox, &b.keypoints)) > alike,
        }
    }
}

/// The best detection of each person, best first: greedy non-maximum suppression.
///
/// Coordinates must be in square units. The order of `detections` does not matter, not even where scores are equal.
#[must_use]
pub fn suppress(mut detections: Vec<Detection>, same: Same) -> Vec<Detection> {
    detections.sort_unstable_by(best_first);
    let mut kept: Vec<Detection> = Vec::with_capacity(detections.len().min(32));
    for detection in detections {
        if !kept.iter().any(|better| same.person(better, &detection)) {
            kept.push(detection);
        }
    }
    kept
}

/// A total order, so that equal scores fall the same way whatever order the detections came in.
fn best_first(a: &Detection, b: &Detection) -> Ordering {
    let numbers = |d: &Detection| {
        let corners = [d.bbox.x1, d.bbox.y1, d.bbox.x2, d.bbox.y2];
        let points = d.keypoints.map(|point| [point.x, point.y, point.score]);
        corners.into_iter().chain(points.into_iter().flatten())
    };
    b.score.total_cmp(&a.score).then_with(|| {
        numbers(a).zip(numbers(b)).map(|(a, b)| a.total_cmp(&b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BBox;
    use crate::pose::Keypoint;
    use proptest::prelude::*;

    fn detection() -> impl Strategy<Value = Detection> {
        // Few places and few scores, so that boxes do overlap and scores do tie.
        let pose = proptest::array::uniform17((0u8..4, 0u8..4));
        (0u8..6, 0u8..6, 1u8..5, 1u8..5, 1u8..6, pose).prop_map(|(x, y, width, height, score, pose)| {
            let (x, y, width, height) = (f32::from(x), f32::from(y), f32::from(width), f32::from(height));
            Detection {
                bbox: BBox { x1: x, y1: y, x2: x + width, y2: y + height },
                score: f32::from(score) / 5.0,
                keypoints: pose.map(|(across, down)| Keypoint {
                    x: x + width * f32::from(across) / 3.0,
                    y: y + height * f32::from(down) / 3.0,
                    score: 1.0,
                }),
            }
        })
    }

    fn same() -> impl Strategy<Value = Same> {
        prop_oneof![(0.0f32..1.0).prop_map(Same::Boxes), (0.0f32..1.0).prop_map(Same::Poses)]
    }

    proptest! {
        #[test]
        fn twice_is_once(detections in proptest::collection::vec(detection(), 0..20), same in same()) {
            let once = suppress(detections, same);
            prop_assert_eq!(suppress(once.clone(), same), once);
        }

        #[test]
        fn order_does_not_matter(
            (detections, shuffled) in proptest::collection::vec(detection(), 0..20)
                .prop_flat_map(|detections| (Just(detections.clone()), Just(detections).prop_shuffle())),
            same in same(),
        ) {
            prop_assert_eq!(suppress(detections, same), suppress(shuffled, same));
        }

        #[test]
        fn the_best_stays_and_who_goes_has_a_better_double(
            detections in proptest::collection::vec(detection(), 1..20), same in same(),
        ) {
            let kept = suppress(detections.clone(), same);
            let best = detections.iter().map(|detection| detection.score).fold(0.0, f32::max);
            prop_assert!((kept[0].score - best).abs() < 1e-9);
            for detection in &detections {
                let stands_for = |better: &Detection| better == detection
                    || (better.score >= detection.score && same.person(better, detection));
                prop_assert!(kept.iter().any(stands_for));
            }
            for (i, a) in kept.iter().enumerate() {
                prop_assert!(kept[..i].iter().all(|b| !same.person(b, a)));
            }
        }
    }

    #[test]
    fn people_who_overlap_stay_two_by_their_poses() {
        let person = |x: f32| Detection {
            bbox: BBox { x1: 0.0, y1: 0.0, x2: 100.0, y2: 200.0 },
            score: 0.5,
            keypoints: std::array::from_fn(|i| Keypoint { x, y: 12.0 * i as f32, score: 0.5 }),
        };
        let crowd = vec![person(20.0), person(80.0), person(20.5)];
        assert_eq!(suppress(crowd.clone(), Same::Poses(0.7)).len(), 2);
        assert_eq!(suppress(crowd, Same::Boxes(0.7)).len(), 1);
    }
}
