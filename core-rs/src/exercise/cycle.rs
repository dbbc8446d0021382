//! Valley, turn, valley: the rises and returns of one height, as they happen.

use crate::exercise::signal::Channel;
use crate::units::Nanos;
use serde::{Deserialize, Serialize};

/// Smallest rise that is motion and no noise, in body heights. Lower finds smaller repetitions and more fidgeting; the
/// default pose model's noise is about 0.02.
pub const SMALLEST_RISE: f32 = 0.07;
/// Share of the rise that must be taken back to be at lockout. Lower counts earlier and splits bouncing repetitions.
const LOCKOUT: f32 = 0.65;
/// Share that is enough once the next rise has begun, or the person left: a repetition without lockout.
const NO_LOCKOUT: f32 = 0.50;
/// Share of the usual rise that makes a new rise. Lower splits a repetition with a sticking point in two.
const NEW_RISE: f32 = 0.35;
/// Share of the usual rise within which the body still rests: a long rest is no part of the repetition.
const RESTING: f32 = 0.08;
/// Seconds that a cycle may take: a slower one is somebody who rests half way.
pub const SLOWEST_S: f64 = 10.0;
/// Seconds without the channel's points after which an open cycle is forgotten.
const BLIND_S: f64 = 1.0;

/// A moment of the channel: when, and its height in square units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Capture time.
    pub at: Nanos,
    /// Square units.
    pub height: f32,
}

/// One rise and return.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cycle {
    /// Of which height.
    pub channel: Channel,
    /// Last moment of rest.
    pub start: Nanos,
    /// The highest moment.
    pub turn: Nanos,
    /// Back at rest, or the lowest moment before the next rise.
    pub end: Nanos,
    /// Rise from start to turn, body heights.
    pub rise: f32,
}

impl Cycle {
    /// Seconds from start to end.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        (self.end - self.start).seconds()
    }

    /// Seconds that both last.
    #[must_use]
    pub fn shared(&self, other: &Self) -> f64 {
        (self.end.min(other.end) - self.start.max(other.start)).seconds().max(0.0)
    }
}

/// Where the follower is within a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum State {
    /// At rest or sinking; the valley so far.
    Down { valley: Moment },
    /// In a rise or its return: where it began, the highest moment, the lowest since.
    Up { valley: Moment, turn: Moment, low: Moment },
}

/// Follows one channel. Knows no absolute level, so that a clip may start in the middle of a repetition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Follower {
    channel: Channel,
    state: Option<State>,
    last: Nanos,
    /// This person's usual rise in the set, body heights; 0 before the first.
    pub usual: f32,
}

impl Follower {
    /// At rest.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self { channel, state: None, last: Nanos(0), usual: 0.0 }
    }

    /// The cycle that ended with this height, if one did. `stature` is the body height in square units.
    pub fn step(&mut self, at: Nanos, height: Option<f32>, stature: f32) -> Option<Cycle> {
        let Some(height) = height else {
            if (at - self.last).seconds() > BLIND_S {
                self.state = None;
            }
            return None;
        };
        self.last = at;
        let now = Moment { at, height };
        let new_rise = stature * SMALLEST_RISE.max(NEW_RISE * self.usual);
        let (state, cycle) = match self.state {
            None => (Some(State::Down { valley: now }), None),
            Some(State::Down { valley }) => {
                let resting = valley.height + RESTING * stature * SMALLEST_RISE.max(self.usual);
                let valley = if height <= valley.height {
                    now
                } else if height <= resting {
                    Moment { at, height: valley.height }
                } else {
                    valley
                };
                let up = height - valley.height >= new_rise;
                (Some(if up { State::Up { valley, turn: now, low: now } } else { State::Down { valley } }), None)
            }
            Some(State::Up { valley, turn, low }) => self.up(valley, turn, low, now, stature, new_rise),
        };
        self.state = state;
        cycle
    }

    fn up(
        &self,
        valley: Moment,
        turn: Moment,
        low: Moment,
        now: Moment,
        stature: f32,
        new_rise: f32,
    ) -> (Option<State>, Option<Cycle>) {
        let (turn, low) = if now.height >= turn.height {
            (now, now)
        } else {
            (turn, if now.height < low.height { now } else { low })
        };
        if (now.at - valley.at).seconds() > SLOWEST_S {
            return (None, None);
        }
        let rise = turn.height - valley.height;
        let cycle = |end: Nanos| {
            Some(Cycle { channel: self.channel, start: valley.at, turn: turn.at, end, rise: rise / stature })
        };
        if turn.height - now.height >= LOCKOUT * rise {
            return (Some(State::Down { valley: now }), cycle(now.at));
        }
        if turn.height - low.height >= NO_LOCKOUT * rise && now.height - low.height >= new_rise {
            return (Some(State::Up { valley: low, turn: now, low: now }), cycle(low.at));
        }
        (Some(State::Up { valley, turn, low }), None)
    }

    /// The cycle under way when the person left or the video ended, if it is as good as done.
    pub fn finish(&mut self, stature: f32) -> Option<Cycle> {
        match self.state.take() {
            Some(State::Up { valley, turn, low })
                if turn.height - low.height >= NO_LOCKOUT * (turn.height - valley.height) =>
            {
                let rise = (turn.height - valley.height) / stature;
                Some(Cycle { channel: self.channel, start: valley.at, turn: turn.at, end: low.at, rise })
            }
            _ => None,
        }
    }

    /// The rise under way, as a cycle that ends at `at`; `None` at rest.
    #[must_use]
    pub fn under_way(&self, at: Nanos, stature: f32) -> Option<Cycle> {
        match self.state {
            Some(State::Up { valley, turn, .. }) => Some(Cycle {
                channel: self.channel,
                start: valley.at,
                turn: turn.at,
                end: at,
                rise: (turn.height - valley.height) / stature,
            }),
            _ => None,
        }
    }
}
