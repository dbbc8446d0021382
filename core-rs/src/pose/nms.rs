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
