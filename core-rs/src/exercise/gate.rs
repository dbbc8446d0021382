//! What a cycle must look like, as soft limits on its measures.

use crate::exercise::measure::{Measure, Measures};
use crate::exercise::signal::Signal;
use serde::{Deserialize, Serialize};

/// Evidence of a measure that was not seen: neither for nor against.
const UNSEEN: f32 = 0.5;

/// A soft limit: 0 at `none`, 1 at `full`, straight between, in either direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Gate {
    /// On one measure.
    Ramp {
        /// Which.
        measure: Measure,
        /// Where the evidence is 0.
        none: f32,
        /// Where it is 1.
        full: f32,
        /// The evidence where the measure is unseen.
        #[serde(default = "unseen")]
        unseen: f32,
    },
    /// The best of several.
    Any {
        /// Of which one is enough.
        any: Vec<Gate>,
    },
}

fn unseen() -> f32 {
    UNSEEN
}

/// 0 at `none`, 1 at `full`, straight between.
#[must_use]
pub fn ramp(value: f32, none: f32, full: f32) -> f32 {
    ((value - none) / (full - none)).clamp(0.0, 1.0)
}

impl Gate {
    /// Evidence from 0 to 1.
    #[must_use]
    pub fn evidence(&self, measures: &Measures) -> f32 {
        match self {
            Self::Ramp { measure, none, full, unseen } => {
                measures.get(*measure).map_or(*unseen, |value| ramp(value, *none, *full))
            }
            Self::Any { any } => any.iter().map(|gate| gate.evidence(measures)).fold(0.0, f32::max),
        }
    }

    /// Whether it can be evaluated on that signal.
    #[must_use]
    pub fn is_sound(&self, signal: Signal) -> bool {
        match self {
            Self::Ramp { measure, none, full, unseen } => {
                none.is_finite()
                    && full.is_finite()
                    && (none - full).abs() > f32::EPSILON
                    && (0.0..=1.0).contains(unseen)
                    && measure.is_of(signal)
            }
            Self::Any { any } => !any.is_empty() && any.iter().all(|gate| gate.is_sound(signal)),
        }
    }
}
