//! What comes out of the core: every event names its track and can be traced to frames by its times.

use crate::units::{Degrees, Nanos, Score};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A person's track within one pipeline, from 1, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrackId(pub u64);

/// A set within one track, from 1. A set whose only rep was withdrawn leaves a number that nobody hears of again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SetId(pub u32);

/// Whether a repetition used the person's usual range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepKind {
    /// At least 70 % of the person's usual range in this set.
    Full,
    /// Less.
    Partial,
}

/// Where in a repetition the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// At lockout, or not in a repetition.
    #[default]
    Rest,
    /// On the way from rest to the turn.
    Out,
    /// Around the turn: the bottom of a squat, the top of a curl.
    Turn,
    /// On the way back to rest.
    Back,
}

/// One repetition, from rest over the turn to rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rep {
    /// The set it belongs to.
    pub set: SetId,
    /// The exercise's id, such as `squat`.
    pub exercise: Arc<str>,
    /// Position among the set's repetitions of its kind, from 1.
    pub number: u32,
    /// Full or partial.
    pub kind: RepKind,
    /// When the body left rest.
    pub start: Nanos,
    /// The bottom of a squat or push-up, the top of a curl or raise.
    pub turn: Nanos,
    /// When it was back at lockout.
    pub end: Nanos,
    /// How far the exercise's primary joint moved, in the picture plane; `None` where it could not be seen.
    pub range_of_motion: Option<Degrees>,
    /// Depth over the person's usual depth in this set: 1 is usual, under 0.7 is partial.
    pub depth: f32,
    /// Highest speed of the exercise's signal, in body heights a second.
    pub peak_velocity: f32,
    /// Smaller over larger range of the two sides, 0 to 1; `None` where one side was unseen.
    pub symmetry: Option<f32>,
    /// How sure the core is that this was this exercise.
    pub confidence: Score,
}

impl Rep {
    /// Seconds from rest to the turn: lowering in a squat or push-up, lifting in a curl or raise.
    #[must_use]
    pub fn tempo_out(&self) -> f64 {
        (self.turn - self.start).seconds()
    }

    /// Seconds from the turn back to rest.
    #[must_use]
    pub fn tempo_back(&self) -> f64 {
        (self.end - self.turn).seconds()
    }
}

/// A joint outside its range in the phase that a form check names, for long enough to be no flicker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormAlert {
    /// The set that was running.
    pub set: SetId,
    /// The exercise's id.
    pub exercise: Arc<str>,
    /// The check's id within the exercise.
    pub check: Arc<str>,
    /// When the joint had been outside its range long enough.
    pub at: Nanos,
    /// The phase it was seen in.
    pub phase: Phase,
    /// The number that the repetition under way will have if it counts.
    pub rep: u32,
    /// The worst value measured so far, in the check's unit.
    pub measured: f32,
    /// Lowest value that is well, if there is one.
    pub min: Option<f32>,
    /// Highest value that is well, if there is one.
    pub max: Option<f32>,
}

/// A set that is over: 60 s without a repetition, another exercise, or the person left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FinishedSet {
    /// Which.
    pub set: SetId,
    /// The exercise's id.
    pub exercise: Arc<str>,
    /// When its first repetition left rest.
    pub start: Nanos,
    /// When its last repetition was back at rest.
    pub end: Nanos,
    /// Confirmed full repetitions.
    pub reps: u32,
    /// Partial repetitions.
    pub partial_reps: u32,
    /// 0 to 100; `None` where the view showed none of the exercise's checks.
    pub form_score: Option<f32>,
}

/// What one person's movement gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Movement {
    /// The first repetition of what may be a set: shown, not stored. It is confirmed or withdrawn later.
    RepProvisional(Rep),
    /// A repetition that counts and always will.
    RepConfirmed(Rep),
    /// The provisional repetition of this set was none.
    RepWithdrawn {
        /// The set that did not come to be.
        set: SetId,
        /// When that was clear.
        at: Nanos,
    },
    /// A set has its first confirmed repetition; comes right before that one's `RepConfirmed`.
    SetStarted {
        /// Which.
        set: SetId,
        /// The exercise's id.
        exercise: Arc<str>,
        /// When its first repetition left rest.
        start: Nanos,
    },
    /// A joint was outside its range.
    FormAlert(FormAlert),
    /// A set is over.
    SetFinished(FinishedSet),
}

/// Something that happened on the floor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Whose.
    pub track: TrackId,
    /// When the core said it: the capture time of the frame that made it certain.
    pub at: Nanos,
    /// What.
    #[serde(flatten)]
    pub movement: Movement,
}
