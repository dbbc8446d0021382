//! The joint angles that an exercise's range is told in.

use crate::geometry::angle;
use crate::motion::figure::{Figure, Side};
use crate::pose::Joint as J;
use crate::units::Degrees;
use serde::{Deserialize, Serialize};

/// An angle of the body, in the picture plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyAngle {
    /// Shoulder, elbow, wrist: 180 is straight.
    LeftElbow,
    /// The other arm.
    RightElbow,
    /// Hip, shoulder, elbow: 0 is the arm along the trunk.
    LeftShoulder,
    /// The other shoulder.
    RightShoulder,
    /// Shoulder, hip, knee: 180 is straight.
    LeftHip,
    /// The other hip.
    RightHip,
    /// Hip, knee, ankle: 180 is straight.
    LeftKnee,
    /// The other knee.
    RightKnee,
}

impl BodyAngle {
    /// Every angle, in order.
    pub const ALL: [Self; 8] = [
        Self::LeftElbow,
        Self::RightElbow,
        Self::LeftShoulder,
        Self::RightShoulder,
        Self::LeftHip,
        Self::RightHip,
        Self::LeftKnee,
        Self::RightKnee,
    ];

    /// The angle, or `None` where one of its points is unseen: never a made-up one.
    #[must_use]
    pub fn of(self, figure: &Figure) -> Option<Degrees> {
        let joint = |a, b, c| angle(figure.point(a)?, figure.point(b)?, figure.point(c)?);
        match self {
            Self::LeftElbow => joint(J::LeftShoulder, J::LeftElbow, J::LeftWrist),
            Self::RightElbow => joint(J::RightShoulder, J::RightElbow, J::RightWrist),
            Self::LeftShoulder => joint(J::LeftHip, J::LeftShoulder, J::LeftElbow),
            Self::RightShoulder => joint(J::RightHip, J::RightShoulder, J::RightElbow),
            Self::LeftHip => joint(J::LeftShoulder, J::LeftHip, J::LeftKnee),
            Self::RightHip => joint(J::RightShoulder, J::RightHip, J::RightKnee),
            Self::LeftKnee => joint(J::LeftHip, J::LeftKnee, J::LeftAnkle),
            Self::RightKnee => joint(J::RightHip, J::RightKnee, J::RightAnkle),
        }
    }

    /// Which side of the body it is on.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::LeftElbow | Self::LeftShoulder | Self::LeftHip | Self::LeftKnee => Side::Left,
            Self::RightElbow | Self::RightShoulder | Self::RightHip | Self::RightKnee => Side::Right,
        }
    }
}
