//! One person at one moment, smoothed, in square units: y 0 to 1 of the picture's height downwards, x in the same unit.

use crate::geometry::{Point, angle};
use crate::pose::{Joint, Keypoints, Picture};
use crate::units::Nanos;
use serde::{Deserialize, Serialize};

/// A keypoint that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Where, in square units.
    pub point: Point,
    /// How sure the pose model was.
    pub score: f32,
}

/// Whose limb: the person's left, the right, or the mean of both by their scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The person's own left.
    Left,
    /// The person's own right.
    Right,
    /// Both, weighted by how well each was seen.
    Both,
}

/// One arm, or the mean of the two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arm {
    /// Shoulder in square units.
    pub shoulder: Option<Point>,
    /// Elbow in square units.
    pub elbow: Option<Point>,
    /// Wrist in square units.
    pub wrist: Option<Point>,
    /// Angle at the elbow in degrees: 180 is straight.
    pub bend: Option<f32>,
}

/// One person at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Capture time.
    pub at: Nanos,
    /// COCO-17 in the order of [`Joint`]; `None` is unseen.
    pub points: [Option<Seen>; 17],
}

impl Figure {
    /// Nobody yet.
    #[must_use]
    pub fn unseen(at: Nanos) -> Self {
        Self { at, points: [None; 17] }
    }

    /// What the pose model saw, but for keypoints that are no numbers or score less than `visible`.
    #[must_use]
    pub fn of(at: Nanos, keypoints: &Keypoints, picture: &Picture, visible: f32) -> Self {
        let mut figure = Self::unseen(at);
        for (seen, keypoint) in figure.points.iter_mut().zip(keypoints) {
            let point = picture.square(keypoint);
            if keypoint.score >= visible && point.x.is_finite() && point.y.is_finite() {
                *seen = Some(Seen { point, score: keypoint.score });
            }
        }
        figure
    }

    /// A joint in square units.
    #[must_use]
    pub fn point(&self, joint: Joint) -> Option<Point> {
        self.points[joint as usize].map(|seen| seen.point)
    }

    fn score(&self, joint: Joint) -> f32 {
        self.points[joint as usize].map_or(0.0, |seen| seen.score)
    }

    /// Between two joints, nearer to the one seen better; one of them where the other is unseen.
    #[must_use]
    pub fn middle(&self, left: Joint, right: Joint) -> Option<Point> {
        mix(self.point(left), self.point(right), self.score(left), self.score(right))
    }

    /// Between the shoulders.
    #[must_use]
    pub fn shoulders(&self) -> Option<Point> {
        self.middle(Joint::LeftShoulder, Joint::RightShoulder)
    }

    /// Between the hips.
    #[must_use]
    pub fn hips(&self) -> Option<Point> {
        self.middle(Joint::LeftHip, Joint::RightHip)
    }

    /// Between the knees.
    #[must_use]
    pub fn knees(&self) -> Option<Point> {
        self.middle(Joint::LeftKnee, Joint::RightKnee)
    }

    /// Between the ankles.
    #[must_use]
    pub fn ankles(&self) -> Option<Point> {
        self.middle(Joint::LeftAnkle, Joint::RightAnkle)
    }

    /// Between the shoulders in the picture plane; narrow from the side.
    #[must_use]
    pub fn shoulder_width(&self) -> Option<f32> {
        distance(self.point(Joint::LeftShoulder), self.point(Joint::RightShoulder))
    }

    /// Degrees of the trunk from the vertical: 0 is upright, 90 lies, more hangs head down.
    #[must_use]
    pub fn trunk_lean(&self) -> Option<f32> {
        let (shoulders, hips) = (self.shoulders()?, self.hips()?);
        let (x, up) = (shoulders.x - hips.x, hips.y - shoulders.y);
        (x != 0.0 || up != 0.0).then(|| x.abs().atan2(up).to_degrees())
    }

    /// One arm, or both as one.
    #[must_use]
    pub fn arm(&self, side: Side) -> Arm {
        use Joint::{LeftElbow, LeftShoulder, LeftWrist, RightElbow, RightShoulder, RightWrist};
        let one = |shoulder, elbow, wrist| {
            let (a, b, c) = (self.point(shoulder), self.point(elbow), self.point(wrist));
            let bend = a.zip(b).zip(c).and_then(|((a, b), c)| angle(a, b, c)).map(|degrees| degrees.0);
            (Arm { shoulder: a, elbow: b, wrist: c, bend }, self.score(shoulder).min(self.score(wrist)))
        };
        let (left, left_score) = one(LeftShoulder, LeftElbow, LeftWrist);
        let (right, right_score) = one(RightShoulder, RightElbow, RightWrist);
        match side {
            Side::Left => left,
            Side::Right => right,
            Side::Both => {
                let (a, b) = weights(left_score, right_score);
                Arm {
                    shoulder: mix(left.shoulder, right.shoulder, left_score, right_score),
                    elbow: mix(left.elbow, right.elbow, left_score, right_score),
                    wrist: mix(left.wrist, right.wrist, left_score, right_score),
                    bend: match (left.bend, right.bend) {
                        (Some(left), Some(right)) => Some(a * left + b * right),
                        (left, right) => left.or(right),
                    },
                }
            }
        }
    }
}

/// Distance between two points, where both were seen.
#[must_use]
pub fn distance(a: Option<Point>, b: Option<Point>) -> Option<f32> {
    let (a, b) = (a?, b?);
    Some((a.x - b.x).hypot(a.y - b.y))
}

/// Shares of two points: by the square of their scores, so that a faint one hardly pulls a clear one.
fn weights(a: f32, b: f32) -> (f32, f32) {
    let (a, b) = (a * a + f32::EPSILON, b * b + f32::EPSILON);
    (a / (a + b), b / (a + b))
}

fn mix(a: Option<Point>, b: Option<Point>, a_score: f32, b_score: f32) -> Option<Point> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let (v, w) = weights(a_score, b_score);
            Some(Point { x: v * a.x + w * b.x, y: v * a.y + w * b.y })
        }
        (a, b) => a.or(b),
    }
}
