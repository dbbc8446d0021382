//! From where the camera sees the person.

use crate::motion::Figure;
use crate::pose::Joint as J;
use crate::units::Nanos;
use serde::{Deserialize, Serialize};

/// Shoulder width over body height up to which the camera looks from the side: turned by 60 degrees or more.
const SIDE: f32 = 0.085;
/// Shoulder width over body height from which it looks from the front or back: turned by less than about 35 degrees.
const FRONT: f32 = 0.155;
/// Share of the shoulders' scores that nose and eyes have at least, where the face is seen.
const FACE: f32 = 0.25;
/// Seconds over which a view is averaged: people turn slowly, keypoints jump.
const MEMORY_S: f64 = 1.0;

/// The side of the person that faces the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Face to the camera.
    Front,
    /// Either side.
    Side,
    /// Back to the camera.
    Rear,
    /// Between.
    Oblique,
}

/// Follows which way a person faces, from the shoulders' width and order and from what is seen of the face.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Facing {
    /// How far the left shoulder is to the right of the right one, body heights; positive from the front.
    width: Option<f32>,
    /// Scores of nose and eyes over those of the shoulders.
    face: f32,
    last: Nanos,
}

impl Facing {
    /// Takes one more figure into account; `stature` is the body height in square units.
    pub fn step(&mut self, figure: &Figure, stature: f32) {
        let shoulders = figure.point(J::LeftShoulder).zip(figure.point(J::RightShoulder));
        let Some((left, right)) = shoulders else { return };
        let width = (left.x - right.x) / stature;
        let score = |joint: J| figure.points[joint as usize].map_or(0.0, |seen| seen.score);
        let face = (score(J::Nose) + score(J::LeftEye) + score(J::RightEye)) / 3.0;
        let face = face / f32::midpoint(score(J::LeftShoulder), score(J::RightShoulder)).max(f32::EPSILON);
        let Some(before) = self.width else {
            *self = Self { width: Some(width), face, last: figure.at };
            return;
        };
        let share = (1.0 - (-(figure.at - self.last).seconds() / MEMORY_S).exp()) as f32;
        self.width = Some(before + share * (width - before));
        self.face += share * (face - self.face);
        self.last = figure.at;
    }

    /// The view; `None` until both shoulders were seen.
    #[must_use]
    pub fn view(&self) -> Option<View> {
        let width = self.width?;
        Some(match width.abs() {
            narrow if narrow < SIDE => View::Side,
            between if between < FRONT => View::Oblique,
            // A pose model that takes a back for a front swaps the shoulders, but it sees no face.
            _ if width > 0.0 && self.face >= FACE => View::Front,
            _ => View::Rear,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;
    use crate::motion::figure::Seen;

    fn view(width: f32, face: f32) -> Option<View> {
        let mut facing = Facing::default();
        for frame in 0..30 {
            let mut figure = Figure::unseen(Nanos::from_seconds(f64::from(frame) / 15.0));
            let mut see = |joint: J, x, score| {
                figure.points[joint as usize] = Some(Seen { point: Point { x, y: 0.3 }, score });
            };
            see(J::LeftShoulder, 0.5 + width / 2.0, 0.8);
            see(J::RightShoulder, 0.5 - width / 2.0, 0.8);
            for joint in [J::Nose, J::LeftEye, J::RightEye] {
                see(joint, 0.5, face);
            }
            facing.step(&figure, 1.0);
        }
        facing.view()
    }

    #[test]
    fn shoulders_and_face_tell_the_view() {
        assert_eq!(view(0.2, 0.7), Some(View::Front));
        assert_eq!(view(-0.2, 0.1), Some(View::Rear));
        assert_eq!(view(0.2, 0.05), Some(View::Rear));
        assert_eq!(view(0.12, 0.7), Some(View::Oblique));
        assert_eq!(view(-0.03, 0.5), Some(View::Side));
        assert_eq!(Facing::default().view(), None);
    }
}
