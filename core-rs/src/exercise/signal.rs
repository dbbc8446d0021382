//! The heights that rise and return once a repetition.
//!
//! Heights, not angles: a squat seen from the front hardly bends a knee in the picture, but its hip drops all the same.

use crate::motion::{Figure, Side};
use serde::{Deserialize, Serialize};

/// What an exercise is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Hips towards the ankles: squat.
    Legs,
    /// Wrist towards or over the shoulder: push-up, curl, raise.
    Arms,
}

/// A signal on one side of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Both legs.
    Legs,
    /// One arm, or the mean of both.
    Arm(Side),
}

impl Channel {
    /// Every channel, in the order in which they are followed.
    pub const ALL: [Self; 4] = [Self::Legs, Self::Arm(Side::Both), Self::Arm(Side::Left), Self::Arm(Side::Right)];

    /// Which signal it belongs to.
    #[must_use]
    pub fn signal(self) -> Signal {
        match self {
            Self::Legs => Signal::Legs,
            Self::Arm(_) => Signal::Arms,
        }
    }

    /// Whose limb it follows.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::Legs => Side::Both,
            Self::Arm(side) => side,
        }
    }

    /// The height in square units: low at rest, high at the turn. `None` where its points are unseen.
    #[must_use]
    pub fn height(self, figure: &Figure) -> Option<f32> {
        match self {
            Self::Legs => Some(figure.hips()?.y - figure.ankles()?.y),
            Self::Arm(side) => {
                let arm = figure.arm(side);
                Some(arm.shoulder?.y - arm.wrist?.y)
            }
        }
    }
}
