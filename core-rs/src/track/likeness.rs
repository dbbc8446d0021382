//! How alike two sightings are: boxes that overlap, and joints that lie together.

use super::kalman::Placed;
use crate::pose::{Detection, Keypoint, Picture};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Distance in body lengths at which two joints are half alike. Wider follows faster limbs; narrower tells people apart who
/// stand close. Half a body moves this far between two frames at 10 fps.
const JOINT_REACH: f32 = 0.1;
/// The same for two sightings in one frame, which differ by the model's noise only.
const SAME_FRAME_REACH: f32 = 0.04;
/// Above this likeness two detections of one frame are one person seen twice.
const DUPLICATE: f64 = 0.7;
/// The same for boxes alone. Two people are hardly ever seen so exactly one behind the other.
const DUPLICATE_BOX: f64 = 0.9;

/// A joint in square units.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Spot {
    x: f32,
    y: f32,
    score: f32,
}

impl Spot {
    fn new(Keypoint { x, y, score }: Keypoint, aspect: f32) -> Self {
        let seen = score > 0.0 && (x * aspect + y).is_finite();
        // A joint that is nowhere weighs nothing.
        if seen { Self { x: x * aspect, y, score: score.min(1.0) } } else { Self { x: 0.0, y: 0.0, score: 0.0 } }
    }
}

/// A detection in square units.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Sighting {
    /// Its place in the caller's list.
    pub(super) detection: usize,
    pub(super) score: f32,
    pub(super) placed: Placed,
    /// The joints; none where no joint was seen.
    spots: Option<Box<[Spot; 17]>>,
}

impl Sighting {
    /// `None` where the box or the score is not finite or the box is empty: nobody is there.
    fn new(detection: usize, seen: &Detection, aspect: f32) -> Option<Self> {
        let [x1, x2] = [seen.bbox.x1, seen.bbox.x2].map(|x| f64::from(x * aspect));
        let [y1, y2] = [seen.bbox.y1, seen.bbox.y2].map(f64::from);
        let placed = Placed { x: f64::midpoint(x1, x2), y: f64::midpoint(y1, y2), width: x2 - x1, height: y2 - y1 };
        let whole = [x1, x2, y1, y2].iter().all(|edge| edge.abs() < 1e6) && placed.width > 0.0 && placed.height > 0.0;
        let posed = seen.keypoints.iter().any(|keypoint| keypoint.score > 0.0);
        (whole && seen.score.is_finite()).then(|| Self {
            detection,
            score: seen.score,
            placed,
            spots: posed.then(|| Box::new(seen.keypoints.map(|keypoint| Spot::new(keypoint, aspect)))),
        })
    }

    /// How alike this is to `other` when it is expected at `expected`, 0 to 1: the mean of the boxes' overlap and the
    /// joints' nearness; 0 where the boxes are apart.
    pub(super) fn likeness(&self, expected: &Placed, other: &Self) -> f64 {
        let boxes = overlap(expected, &other.placed);
        if boxes <= 0.0 {
            return 0.0;
        }
        let (dx, dy) = ((expected.x - self.placed.x) as f32, (expected.y - self.placed.y) as f32);
        self.joints(dx, dy, other, JOINT_REACH).map_or(boxes, |joints| f64::midpoint(boxes, joints))
    }

    /// An order by what was seen, for those that score the same.
    fn place_order(&self, other: &Self) -> Ordering {
        let edges = |seen: &Self| [seen.placed.y, seen.placed.x, seen.placed.height, seen.placed.width];
        let places = edges(self).into_iter().zip(edges(other)).map(|(a, b)| a.total_cmp(&b));
        let all = |seen: &Self| seen.spots.as_deref().copied().into_iter().flatten();
        let spots = all(self)
            .zip(all(other))
            .map(|(a, b)| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)).then(a.score.total_cmp(&b.score)));
        places.chain(spots).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// Whether both are the same person in one frame.
    fn same(&self, other: &Self) -> bool {
        let boxes = overlap(&self.placed, &other.placed);
        boxes > DUPLICATE_BOX
            || boxes > 0.0 && self.joints(0.0, 0.0, other, SAME_FRAME_REACH).is_some_and(|joints| joints > DUPLICATE)
    }

    /// How near the joints lie when this one's are moved by `(dx, dy)`, 0 to 1, weighted by how well both were seen; `None`
    /// where no joint was seen in both.
    fn joints(&self, dx: f32, dy: f32, other: &Self, reach: f32) -> Option<f64> {
        let (spots, others) = (self.spots.as_deref()?, other.spots.as_deref()?);
        let length = self.placed.length().max(other.placed.length()) as f32;
        let scale = (reach * length).powi(2).recip();
        let (mut sum, mut weights) = (0.0, 0.0);
        for (a, b) in spots.iter().zip(others) {
            let weight = a.score * b.score;
            let (x, y) = (a.x + dx - b.x, a.y + dy - b.y);
            sum += weight / (1.0 + (x * x + y * y) * scale);
            weights += weight;
        }
        (weights > 0.0).then(|| f64::from(sum / weights))
    }
}

/// Intersection over union of two boxes in square units.
fn overlap(a: &Placed, b: &Placed) -> f64 {
    // Of two stretches: half of both lengths less the way between the middles, at most the shorter. Sizes are never so large that
    // `midpoint` is needed, which takes a third of a whole frame here.
    let x = 0.5 * (a.width + b.width) - (a.x - b.x).abs();
    let y = 0.5 * (a.height + b.height) - (a.y - b.y).abs();
    // Most pairs on a floor are apart: one branch for both directions is foreseen more often than two.
    let apart = if x < y { x } else { y } <= 0.0;
    if apart {
        return 0.0;
    }
    let both = x.min(a.width).min(b.width) * y.min(a.height).min(b.height);
    both / (a.width * a.height + b.width * b.height - both)
}

/// The people of a frame that score at least `low`, best first, each once, in an order that depends on what was seen alone.
pub(super) fn sightings(detections: &[Detection], picture: Picture, low: f32) -> Vec<Sighting> {
    let aspect = picture.aspect();
    let people = detections.iter().enumerate().filter(|(_, seen)| seen.score >= low);
    let mut all = Vec::with_capacity(detections.len());
    all.extend(people.filter_map(|(index, seen)| Sighting::new(index, seen, aspect)));
    all.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.place_order(b)));
    let mut kept: Vec<Sighting> = Vec::with_capacity(all.len());
    for seen in all {
        if !kept.iter().any(|better| better.same(&seen)) {
            kept.push(seen);
        }
    }
    kept
}
