//! How a body is held: the quantities that form checks put limits on.

use crate::geometry::{Point, angle};
use crate::motion::angles::BodyAngle;
use crate::motion::figure::{Figure, Side, distance};
use crate::motion::stature::ARM;
use crate::pose::Joint as J;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Share of the other arm's way from which an arm works too.
const WORKS: f32 = 0.35;

/// A quantity of one figure, in the picture plane. Angles are in degrees; what is no angle says its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// Shoulder, elbow, wrist: 180 is straight. Of the arm that works, or the mean of both.
    Elbow,
    /// Hip, shoulder, elbow: 0 is the arm along the trunk. Of the arm that works, or the mean of both.
    Shoulder,
    /// Shoulder, hip, knee: 180 is straight. The mean of both.
    Hip,
    /// Hip, knee, ankle: 180 is straight. The mean of both.
    Knee,
    /// Shoulders, hips, ankles of a body that is held level: 180 is a plank, less has the hips up, more lets them sag.
    BodyLine,
    /// The trunk from the vertical: 0 is upright.
    TrunkLean,
    /// How far the trunk has turned since the repetition began, whichever way.
    TrunkSwing,
    /// How much further one shoulder has opened than the other since the repetition began, where both arms work. Since
    /// then, because a pose model that sees one arm lower than it is does so all the time.
    ShoulderDifference,
    /// Distance of the knees in percent of that of the ankles: 100 is knees over feet (Barrios et al. 2009).
    KneeSpread,
    /// From shoulder to wrist in percent of the arm's length: 100 is straight and in the picture plane.
    ArmReach,
}

/// What a posture is measured with, besides the figure itself.
#[derive(Debug, Clone, Copy)]
pub struct Reference<'a> {
    /// The person when the repetition began.
    pub rest: &'a Figure,
    /// Whose arm works.
    pub side: Side,
    /// Body height in square units.
    pub stature: f32,
}

impl Posture {
    /// The values that limits may have.
    #[must_use]
    pub fn limits(self) -> RangeInclusive<f32> {
        match self {
            Self::BodyLine => 0.0..=360.0,
            Self::KneeSpread | Self::ArmReach => 0.0..=300.0,
            _ => 0.0..=180.0,
        }
    }

    /// The value, or `None` where one of its points is unseen: never a made-up one.
    #[must_use]
    pub fn of(self, figure: &Figure, reference: &Reference) -> Option<f32> {
        let Reference { rest, side, stature } = *reference;
        let joint = |left: BodyAngle, right: BodyAngle, side| {
            let (left, right) = (left.of(figure).map(|it| it.0), right.of(figure).map(|it| it.0));
            match side {
                Side::Left => left,
                Side::Right => right,
                Side::Both => mean(left, right),
            }
        };
        match self {
            Self::Elbow => joint(BodyAngle::LeftElbow, BodyAngle::RightElbow, side),
            Self::Shoulder => joint(BodyAngle::LeftShoulder, BodyAngle::RightShoulder, side),
            Self::Hip => joint(BodyAngle::LeftHip, BodyAngle::RightHip, Side::Both),
            Self::Knee => joint(BodyAngle::LeftKnee, BodyAngle::RightKnee, Side::Both),
            Self::BodyLine => body_line(figure.shoulders()?, figure.hips()?, figure.ankles()?),
            Self::TrunkLean => figure.trunk_lean(),
            Self::TrunkSwing => {
                let turned = (trunk_direction(figure)? - trunk_direction(rest)?).abs();
                Some(turned.min(360.0 - turned))
            }
            Self::ShoulderDifference => {
                let opened = |shoulder: BodyAngle| Some(shoulder.of(figure)?.0 - shoulder.of(rest)?.0);
                let (left, right) = (opened(BodyAngle::LeftShoulder)?, opened(BodyAngle::RightShoulder)?);
                (left.min(right) > WORKS * left.max(right)).then_some((left - right).abs())
            }
            Self::KneeSpread => {
                let knees = distance(figure.point(J::LeftKnee), figure.point(J::RightKnee))?;
                let ankles = distance(figure.point(J::LeftAnkle), figure.point(J::RightAnkle))?;
                (ankles > 0.0).then(|| 100.0 * knees / ankles)
            }
            Self::ArmReach => {
                let reach = |shoulder, wrist| distance(figure.point(shoulder), figure.point(wrist));
                let (left, right) = (reach(J::LeftShoulder, J::LeftWrist), reach(J::RightShoulder, J::RightWrist));
                let reach = match side {
                    Side::Left => left,
                    Side::Right => right,
                    Side::Both => mean(left, right),
                };
                Some(100.0 * reach? / (ARM * stature))
            }
        }
    }
}

fn mean(left: Option<f32>, right: Option<f32>) -> Option<f32> {
    left.zip(right).map(|(left, right)| f32::midpoint(left, right)).or(left).or(right)
}

/// Degrees of the trunk clockwise from upright, -180 to 180.
fn trunk_direction(figure: &Figure) -> Option<f32> {
    let (shoulders, hips) = (figure.shoulders()?, figure.hips()?);
    Some((shoulders.x - hips.x).atan2(hips.y - shoulders.y).to_degrees())
}

/// The angle at the hips on the floor's side.
fn body_line(shoulders: Point, hips: Point, ankles: Point) -> Option<f32> {
    let inner = angle(shoulders, hips, ankles)?.0;
    let along = (hips.x - ankles.x) / (shoulders.x - ankles.x);
    let on_the_line = ankles.y + along * (shoulders.y - ankles.y);
    along.is_finite().then_some(if hips.y > on_the_line { 360.0 - inner } else { inner })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::figure::Seen;
    use crate::units::Nanos;

    fn figure(points: &[(J, f32, f32)]) -> Figure {
        let mut figure = Figure::unseen(Nanos(0));
        for &(joint, x, y) in points {
            figure.points[joint as usize] = Some(Seen { point: Point { x, y }, score: 0.9 });
        }
        figure
    }

    fn of(posture: Posture, figure: &Figure, rest: &Figure, side: Side) -> Option<f32> {
        posture.of(figure, &Reference { rest, side, stature: 1.0 }).map(f32::round)
    }

    #[test]
    fn a_plank_is_180_whichever_way_the_head_points() {
        for head in [0.2, 0.8] {
            let line = |hips| {
                let points = [(J::LeftShoulder, head, 0.5), (J::LeftHip, 0.5, hips), (J::LeftAnkle, 1.0 - head, 0.5)];
                let lying = figure(&points);
                of(Posture::BodyLine, &lying, &lying, Side::Both).unwrap()
            };
            assert!((line(0.5) - 180.0).abs() < 0.1);
            assert!(line(0.55) > 190.0, "sagging");
            assert!(line(0.45) < 170.0, "piking");
        }
    }

    #[test]
    fn knees_over_feet_are_a_hundred_percent() {
        let legs = |knees: f32| {
            [
                (J::LeftKnee, 0.5 + knees / 2.0, 0.7),
                (J::RightKnee, 0.5 - knees / 2.0, 0.7),
                (J::LeftAnkle, 0.6, 0.9),
                (J::RightAnkle, 0.4, 0.9),
            ]
        };
        let (over, inside) = (figure(&legs(0.2)), figure(&legs(0.1)));
        assert_eq!(of(Posture::KneeSpread, &over, &over, Side::Both), Some(100.0));
        assert_eq!(of(Posture::KneeSpread, &inside, &over, Side::Both), Some(50.0));
    }

    #[test]
    fn the_trunk_swings_from_where_it_was_also_before_a_tilted_camera() {
        let trunk = |x| figure(&[(J::LeftShoulder, x, 0.3), (J::LeftHip, 0.5, 0.5)]);
        assert_eq!(of(Posture::TrunkSwing, &trunk(0.7), &trunk(0.5), Side::Both), Some(45.0));
        assert_eq!(of(Posture::TrunkSwing, &trunk(0.3), &trunk(0.7), Side::Both), Some(90.0));
        assert_eq!(of(Posture::TrunkSwing, &trunk(0.7), &trunk(0.7), Side::Both), Some(0.0));
    }

    #[test]
    fn arms_are_compared_by_how_far_they_have_opened() {
        let arms = |left: f32, right: f32| {
            let elbow = |shoulder: f32, degrees: f32, out: f32| {
                let (sin, cos) = degrees.to_radians().sin_cos();
                (shoulder + out * 0.2 * sin, 0.3 + 0.2 * cos)
            };
            let ((left_x, left_y), (right_x, right_y)) = (elbow(0.6, left, 1.0), elbow(0.4, right, -1.0));
            figure(&[
                (J::LeftShoulder, 0.6, 0.3),
                (J::RightShoulder, 0.4, 0.3),
                (J::LeftHip, 0.6, 0.6),
                (J::RightHip, 0.4, 0.6),
                (J::LeftElbow, left_x, left_y),
                (J::RightElbow, right_x, right_y),
            ])
        };
        let difference = |turn: &Figure, rest: &Figure| of(Posture::ShoulderDifference, turn, rest, Side::Both);
        assert_eq!(difference(&arms(90.0, 60.0), &arms(10.0, 10.0)), Some(30.0));
        assert_eq!(difference(&arms(90.0, 80.0), &arms(20.0, 10.0)), Some(0.0), "one is always seen higher");
        assert_eq!(difference(&arms(90.0, 10.0), &arms(10.0, 10.0)), None, "arms that take turns");
    }

    #[test]
    fn what_is_unseen_has_no_value() {
        let nobody = Figure::unseen(Nanos(0));
        for posture in [Posture::Elbow, Posture::BodyLine, Posture::TrunkSwing, Posture::KneeSpread, Posture::ArmReach]
        {
            assert_eq!(of(posture, &nobody, &nobody, Side::Both), None);
        }
    }
}
