//! A person ten times a second, whatever the camera's rate: the joints around the trunk's middle, in body heights.
//!
//! This is what the recogniser looks at. Neither the place in the picture, nor how near the person stands, nor how often
//! the camera looks is left in it.

use crate::geometry::Point;
use crate::motion::figure::{Figure, Seen};
use crate::pose::Joint;
use crate::units::Nanos;
use serde::{Deserialize, Serialize};

/// Time between two glimpses.
pub const STEP: Nanos = Nanos(100_000_000);
/// Numbers of each of [`JOINTS`]: x, y, whether it is in sight, and how sure of that the pose model is.
const CELL: usize = 4;
/// Numbers in a glimpse: the joints', then where the trunk is and how it moves.
pub const WIDTH: usize = JOINTS.len() * CELL + 4;

/// The joints that tell; ears and eyes say no more than the nose.
const JOINTS: [Joint; 13] = [
    Joint::Nose,
    Joint::LeftShoulder,
    Joint::RightShoulder,
    Joint::LeftElbow,
    Joint::RightElbow,
    Joint::LeftWrist,
    Joint::RightWrist,
    Joint::LeftHip,
    Joint::RightHip,
    Joint::LeftKnee,
    Joint::RightKnee,
    Joint::LeftAnkle,
    Joint::RightAnkle,
];
/// Moments of a step that are averaged, as shares of it before its end.
const WITHIN: [f64; 3] = [5.0 / 6.0, 0.5, 1.0 / 6.0];
/// Seconds without the person after which a new beginning is made.
const LOST_S: f64 = 1.0;
/// Seconds over which the trunk's usual place follows it.
const PLACE_S: f32 = 3.0;
/// Body heights that the trunk is at most away from its usual place, and moves in a second.
const FARTHEST: f32 = 1.0;
const FASTEST: f32 = 3.0;

/// One of them, and the moment that it is of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glimpse {
    /// End of the step that it is the mean of.
    pub at: Nanos,
    /// The numbers.
    pub row: [f32; WIDTH],
}

impl Glimpse {
    /// The same person in a mirror.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let mut row = self.row;
        for pair in row[CELL..JOINTS.len() * CELL].chunks_exact_mut(2 * CELL) {
            let (left, right) = pair.split_at_mut(CELL);
            left.swap_with_slice(right);
        }
        for x in row[..JOINTS.len() * CELL].iter_mut().step_by(CELL) {
            *x = -*x;
        }
        row[WIDTH - 4] = -row[WIDTH - 4];
        row[WIDTH - 2] = -row[WIDTH - 2];
        Self { at: self.at, row }
    }
}

/// Makes glimpses of the figures of one person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Glimpses {
    last: Option<Figure>,
    next: Nanos,
    /// The steps' moments since `next` began whose figures are known.
    within: Vec<Figure>,
    usual: Option<Point>,
    before: Option<Point>,
}

impl Glimpses {
    /// The glimpses that `figure` completes; `stature` is the body height in square units, `visible` the score from
    /// which keypoints are worth anything. The steps begin at the first figure.
    pub fn step(&mut self, figure: &Figure, stature: f32, visible: f32) -> Vec<Glimpse> {
        let mut out = Vec::new();
        let Some(last) = self.last.replace(*figure).filter(|last| (figure.at - last.at).seconds() <= LOST_S) else {
            *self = Self { last: Some(*figure), next: Nanos(figure.at.0 + STEP.0), ..Self::default() };
            return out;
        };
        loop {
            let behind = WITHIN[self.within.len()] * STEP.0 as f64;
            let moment = Nanos(self.next.0 - behind as i64);
            if moment > figure.at {
                return out;
            }
            self.within.push(between(&last, figure, moment));
            if self.within.len() == WITHIN.len() {
                out.push(self.glimpse(stature, visible));
                self.within.clear();
                self.next = Nanos(self.next.0 + STEP.0);
            }
        }
    }

    /// The glimpses of one more step in which the person stays as they were.
    pub fn stay(&mut self, stature: f32, visible: f32) -> Vec<Glimpse> {
        let Some(last) = self.last else { return Vec::new() };
        self.step(&Figure { at: last.at + STEP, ..last }, stature, visible)
    }

    fn glimpse(&mut self, stature: f32, visible: f32) -> Glimpse {
        let figure = mean(&self.within, self.next);
        let mut row = [0.0; WIDTH];
        let Some(middle) = middle(&figure) else {
            return Glimpse { at: self.next, row };
        };
        for (cell, joint) in row.chunks_exact_mut(CELL).zip(JOINTS) {
            if let Some(seen) = figure.points[joint as usize] {
                cell[0] = (seen.point.x - middle.x) / stature;
                cell[1] = (seen.point.y - middle.y) / stature;
                cell[2] = (seen.score / (2.0 * visible)).min(1.0);
                cell[3] = ((seen.score - visible) / (1.0 - visible)).clamp(0.0, 1.0);
            }
        }
        let seconds = STEP.seconds() as f32;
        let before = self.before.replace(middle).unwrap_or(middle);
        let usual = self.usual.unwrap_or(middle);
        let share = 1.0 - (-seconds / PLACE_S).exp();
        self.usual =
            Some(Point { x: usual.x + share * (middle.x - usual.x), y: usual.y + share * (middle.y - usual.y) });
        let away = |now: f32, then: f32, most: f32| ((now - then) / stature).clamp(-most, most);
        row[WIDTH - 4] = away(middle.x, usual.x, FARTHEST);
        row[WIDTH - 3] = away(middle.y, usual.y, FARTHEST);
        row[WIDTH - 2] = away(middle.x, before.x, FASTEST * seconds) / seconds;
        row[WIDTH - 1] = away(middle.y, before.y, FASTEST * seconds) / seconds;
        Glimpse { at: self.next, row }
    }
}

/// The trunk's middle, or what is seen of it, or of the person.
fn middle(figure: &Figure) -> Option<Point> {
    match (figure.shoulders(), figure.hips()) {
        (Some(a), Some(b)) => Some(Point { x: f32::midpoint(a.x, b.x), y: f32::midpoint(a.y, b.y) }),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => {
            let seen: Vec<Point> = figure.points.iter().flatten().map(|seen| seen.point).collect();
            let count = seen.len() as f32;
            let sum = seen.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.x, sum.1 + point.y));
            (!seen.is_empty()).then(|| Point { x: sum.0 / count, y: sum.1 / count })
        }
    }
}

/// The figure on the straight way from one to the next.
fn between(last: &Figure, next: &Figure, at: Nanos) -> Figure {
    let share = ((at - last.at).seconds() / (next.at - last.at).seconds()).clamp(0.0, 1.0) as f32;
    let mut figure = Figure::unseen(at);
    for (point, (a, b)) in figure.points.iter_mut().zip(last.points.iter().zip(&next.points)) {
        let way = |a: f32, b: f32| a + share * (b - a);
        *point = match (a, b) {
            (Some(a), Some(b)) => Some(Seen {
                point: Point { x: way(a.point.x, b.point.x), y: way(a.point.y, b.point.y) },
                score: way(a.score, b.score),
            }),
            (Some(a), None) if share < 0.5 => Some(*a),
            (None, Some(b)) if share >= 0.5 => Some(*b),
            _ => None,
        };
    }
    figure
}

/// The mean figure, joint by joint over where it is seen.
fn mean(figures: &[Figure], at: Nanos) -> Figure {
    let mut mean = Figure::unseen(at);
    for (joint, point) in mean.points.iter_mut().enumerate() {
        let seen: Vec<Seen> = figures.iter().filter_map(|figure| figure.points[joint]).collect();
        let count = seen.len() as f32;
        let sum = |value: fn(&Seen) -> f32| seen.iter().map(value).sum::<f32>() / count;
        *point = (!seen.is_empty()).then(|| Seen {
            point: Point { x: sum(|seen| seen.point.x), y: sum(|seen| seen.point.y) },
            score: sum(|seen| seen.score),
        });
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pose::Joint as J;

    /// Somebody whose left wrist rises steadily, seen `fps` times a second.
    fn seen(fps: f64, start: i64) -> Vec<Glimpse> {
        let mut glimpses = Glimpses::default();
        let figure = |frame: i32| {
            let seconds = f64::from(frame) / fps;
            let mut figure = Figure::unseen(Nanos(start) + Nanos::from_seconds(seconds));
            for (joint, x, y) in [
                (J::LeftShoulder, 0.6, 0.3),
                (J::RightShoulder, 0.4, 0.3),
                (J::LeftHip, 0.55, 0.5),
                (J::RightHip, 0.45, 0.5),
                (J::LeftWrist, 0.65, 0.5 - 0.1 * seconds as f32),
            ] {
                figure.points[joint as usize] = Some(Seen { point: Point { x, y }, score: 0.15 });
            }
            figure
        };
        (0..=(2.0 * fps) as i32).flat_map(|frame| glimpses.step(&figure(frame), 0.8, 0.1)).collect()
    }

    #[test]
    fn the_rate_of_the_camera_does_not_show() {
        let (slow, fast) = (seen(8.0, 0), seen(30.0, 0));
        assert_eq!((slow.len(), fast.len()), (20, 20));
        for (a, b) in slow.iter().zip(&fast) {
            assert_eq!(a.at, b.at);
            assert!(a.row.iter().zip(b.row).all(|(a, b)| (a - b).abs() < 1e-4), "{a:?} {b:?}");
        }
    }

    #[test]
    fn the_hour_does_not_show() {
        let rows = |start| seen(12.0, start).into_iter().map(|glimpse| glimpse.row).collect::<Vec<_>>();
        assert_eq!(rows(0), rows(86_400_000_000_000));
    }

    #[test]
    fn a_mirror_of_a_mirror_is_oneself() {
        let glimpse = seen(15.0, 0)[10];
        assert_ne!(glimpse.mirrored(), glimpse);
        assert_eq!(glimpse.mirrored().mirrored(), glimpse);
        assert!((glimpse.row[CELL + 2] - 0.75).abs() < 1e-6, "half as much again as the least that counts");
    }

    #[test]
    fn how_sure_the_pose_model_is_shows() {
        let glimpse = seen(15.0, 0)[0];
        assert!((glimpse.row[CELL + 3] - 0.05 / 0.9).abs() < 1e-6, "a shoulder that is hardly seen");
        assert_eq!(glimpse.row[..CELL], [0.0; CELL], "a nose that is not");
    }

    #[test]
    fn lengths_are_in_body_heights() {
        let glimpse = seen(15.0, 0)[0];
        assert!((glimpse.row[CELL] - 0.1 / 0.8).abs() < 1e-6, "left shoulder, beside the trunk's middle");
        assert!((glimpse.row[CELL + 1] + 0.1 / 0.8).abs() < 1e-6, "and above it");
    }
}
