//! The heights that rise and return once a repetition.
//!
//! Heights, not angles: a squat seen from the front hardly bends a knee in the picture, but its hip drops all the same.

use crate::exercise::cycle::{Cycle, Swing};
use crate::exercise::measure::TOGETHER;
use crate::motion::{Figure, Side};
use crate::units::Nanos;
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

impl Signal {
    /// The same repetition on the limb that did it: its highest moment and how far it rose, body heights.
    #[must_use]
    pub fn cycle(self, seen: Swing, figures: &[Figure], stature: f32) -> Cycle {
        let channel = match self {
            Self::Legs => Channel::Legs,
            Self::Arms => {
                let rise = |side| Channel::Arm(side).rise(&seen, figures).map_or(0.0, |rise| rise.1);
                match (rise(Side::Left), rise(Side::Right)) {
                    (left, right) if left < TOGETHER * right => Channel::Arm(Side::Right),
                    (left, right) if right < TOGETHER * left => Channel::Arm(Side::Left),
                    _ => Channel::Arm(Side::Both),
                }
            }
        };
        let (turn, rise) = channel.rise(&seen, figures).unwrap_or((seen.turn, 0.0));
        Swing { turn, rise: rise / stature, ..seen }.on(channel)
    }
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

    /// The highest moment of a swing and how far it is above the first, square units.
    fn rise(self, swing: &Swing, figures: &[Figure]) -> Option<(Nanos, f32)> {
        let first = figures.partition_point(|figure| figure.at < swing.start);
        let last = figures.partition_point(|figure| figure.at <= swing.end);
        let mut heights = figures.get(first..last)?.iter().filter_map(|figure| Some((figure.at, self.height(figure)?)));
        let start = heights.next()?;
        let highest = heights.fold(start, |best, now| if now.1 > best.1 { now } else { best });
        Some((highest.0, highest.1 - start.1))
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
