//! Valley, turn, valley: the rises and returns of one height, as they happen.

use crate::exercise::signal::Channel;
use crate::motion::Figure;
use crate::units::Nanos;
use serde::{Deserialize, Serialize};

/// Smallest rise that is motion and no noise, in body heights. Lower finds smaller repetitions and more fidgeting; the
/// default pose model's noise is about 0.02.
pub const SMALLEST_RISE: f32 = 0.05;
/// The same within a set, where the repetitions themselves say what to look for.
const SMALLEST_IN_SET: f32 = 0.03;
/// Share of the usual rise that makes a new rise from rest. A half squat by its angle drops the hip by a fifth of a
/// full one. Lower finds shallower repetitions and more fidgeting.
const NEW_RISE: f32 = 0.18;
/// Share of the usual rise that makes a new rise without lockout before. Lower splits repetitions that tremble.
const NEW_RISE_IN_MOTION: f32 = 0.35;
/// Share of the rise that must be taken back to be at lockout. Lower counts earlier and splits bouncing repetitions.
const LOCKOUT: f32 = 0.75;
/// Share that is enough once the next rise has begun, or the person left: a repetition without lockout.
const NO_LOCKOUT: f32 = 0.60;
/// Share of the usual rise within which the body still rests: a long rest is no part of the repetition.
const RESTING: f32 = 0.08;
/// Seconds at one height after which that is the new rest, if the next rise starts from there: somebody who went from
/// standing to a plank. Shorter breaks repetitions with a sticking point, longer loses the first after a change.
const NEW_REST_S: f64 = 0.5;
/// Seconds more where all of the rise was done before: half way up it is a sticking point, unless it lasts.
const STALL_S: f64 = 1.5;
/// Body heights within which the calmed height stays at rest.
const REST_BAND: f32 = 0.025;
/// Seconds of the calming.
const CALM_S: f64 = 0.2;
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

/// One rise and return of whatever a [`Follower`] follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swing {
    /// Last moment of rest.
    pub start: Nanos,
    /// The highest moment.
    pub turn: Nanos,
    /// Back at rest, or the lowest moment before the next rise.
    pub end: Nanos,
    /// Rise from start to turn, in statures.
    pub rise: f32,
}

impl Swing {
    /// The same as that channel's.
    #[must_use]
    pub fn on(self, channel: Channel) -> Cycle {
        let Self { start, turn, end, rise } = self;
        Cycle { channel, start, turn, end, rise }
    }
}

/// One rise and return of a limb.
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

/// A stretch at about one height.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Plateau {
    since: Nanos,
    lowest: f32,
    highest: f32,
}

/// Follows one height. Knows no absolute level, so that a clip may start in the middle of a repetition.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Follower {
    state: Option<State>,
    plateau: Option<Plateau>,
    calm: Option<f32>,
    rest: Option<(Moment, f64)>,
    last: Nanos,
    /// This person's usual rise in the set, body heights; 0 before the first.
    pub usual: f32,
}

impl Follower {
    /// The swing that ended with this height, if one did. `stature` is the body height in square units.
    pub fn step(&mut self, at: Nanos, height: Option<f32>, stature: f32) -> Option<Swing> {
        let Some(height) = height else {
            if (at - self.last).seconds() > BLIND_S {
                self.state = None;
                self.plateau = None;
                self.calm = None;
                self.rest = None;
            }
            return None;
        };
        let seconds = (at - self.last).seconds();
        self.last = at;
        let now = Moment { at, height };
        let (state, swing) = match self.state {
            None => (Some(State::Down { valley: now }), None),
            Some(State::Down { valley }) => (Some(self.down(valley, now, stature)), None),
            Some(State::Up { valley, turn, low }) => self.up(valley, turn, low, now, stature),
        };
        self.state = state;
        self.rest_again(now, stature, seconds);
        swing
    }

    fn new_rise(&self, stature: f32) -> f32 {
        stature * if self.usual > 0.0 { SMALLEST_IN_SET.max(NEW_RISE * self.usual) } else { SMALLEST_RISE }
    }

    fn resting(&self, stature: f32) -> f32 {
        RESTING * stature * SMALLEST_RISE.max(self.usual)
    }

    fn down(&self, valley: Moment, now: Moment, stature: f32) -> State {
        let valley = if now.height <= valley.height {
            now
        } else if now.height <= valley.height + self.resting(stature) {
            Moment { at: now.at, height: valley.height }
        } else {
            valley
        };
        if now.height - valley.height >= self.new_rise(stature) {
            State::Up { valley, turn: now, low: now }
        } else {
            State::Down { valley }
        }
    }

    fn up(
        &self,
        valley: Moment,
        turn: Moment,
        low: Moment,
        now: Moment,
        stature: f32,
    ) -> (Option<State>, Option<Swing>) {
        let (turn, low) = if now.height >= turn.height {
            (now, now)
        } else {
            (turn, if now.height < low.height { now } else { low })
        };
        if (now.at - valley.at).seconds() > SLOWEST_S {
            return (None, None);
        }
        let rise = turn.height - valley.height;
        let swing = |end: Nanos| Some(Swing { start: valley.at, turn: turn.at, end, rise: rise / stature });
        if turn.height - now.height >= LOCKOUT * rise {
            return (Some(State::Down { valley: now }), swing(now.at));
        }
        let next = self.new_rise(stature).max(stature * NEW_RISE_IN_MOTION * self.usual);
        if turn.height - low.height >= NO_LOCKOUT * rise && now.height - low.height >= next {
            return (Some(State::Up { valley: low, turn: now, low: now }), swing(low.at));
        }
        (Some(State::Up { valley, turn, low }), None)
    }

    /// Moves the valley to the last stretch at one height, once the next rise starts from there.
    fn rest_again(&mut self, now: Moment, stature: f32, seconds: f64) {
        let share = (1.0 - (-seconds / CALM_S).exp()) as f32;
        let calm = self.calm.map_or(now.height, |calm| calm + share * (now.height - calm));
        self.calm = Some(calm);
        match &mut self.plateau {
            Some(plateau) if plateau.highest.max(calm) - plateau.lowest.min(calm) <= stature * REST_BAND => {
                (plateau.lowest, plateau.highest) = (plateau.lowest.min(calm), plateau.highest.max(calm));
                let seconds = (now.at - plateau.since).seconds();
                if seconds >= NEW_REST_S {
                    self.rest = Some((Moment { at: now.at, height: plateau.lowest }, seconds));
                }
            }
            _ => self.plateau = Some(Plateau { since: now.at, lowest: calm, highest: calm }),
        }
        let Some((rest, seconds)) = self.rest else { return };
        match &mut self.state {
            Some(State::Down { valley }) if rest.at > valley.at && rest.height > valley.height => *valley = rest,
            Some(State::Up { valley, turn, .. })
                if rest.at > valley.at
                    && rest.height > valley.height
                    && turn.at > rest.at
                    && turn.height - rest.height >= stature * SMALLEST_RISE.max(NEW_RISE_IN_MOTION * self.usual)
                    && seconds
                        >= NEW_REST_S
                            + STALL_S * f64::from((rest.height - valley.height) / (turn.height - valley.height)) =>
            {
                *valley = rest;
            }
            _ => {}
        }
    }

    /// The swing under way when the person left or the video ended, if it is as good as done.
    pub fn finish(&mut self, stature: f32) -> Option<Swing> {
        match self.state.take() {
            Some(State::Up { valley, turn, low })
                if turn.height - low.height >= NO_LOCKOUT * (turn.height - valley.height) =>
            {
                let rise = (turn.height - valley.height) / stature;
                Some(Swing { start: valley.at, turn: turn.at, end: low.at, rise })
            }
            _ => None,
        }
    }

    /// The rise under way, as a swing that ends at `at`; `None` at rest.
    #[must_use]
    pub fn under_way(&self, at: Nanos, stature: f32) -> Option<Swing> {
        match self.state {
            Some(State::Up { valley, turn, .. }) => {
                Some(Swing { start: valley.at, turn: turn.at, end: at, rise: (turn.height - valley.height) / stature })
            }
            _ => None,
        }
    }
}

/// Follows the height of one channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LimbFollower {
    channel: Channel,
    follower: Follower,
}

impl LimbFollower {
    /// At rest.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self { channel, follower: Follower::default() }
    }

    /// Which height it follows.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.channel
    }

    /// The cycle that ended with this figure, if one did.
    pub fn step(&mut self, figure: &Figure, stature: f32) -> Option<Cycle> {
        Some(self.follower.step(figure.at, self.channel.height(figure), stature)?.on(self.channel))
    }

    /// The cycle under way when the person left or the video ended, if it is as good as done.
    pub fn finish(&mut self, stature: f32) -> Option<Cycle> {
        Some(self.follower.finish(stature)?.on(self.channel))
    }

    /// The rise under way, as a cycle that ends at `at`; `None` at rest.
    #[must_use]
    pub fn under_way(&self, at: Nanos, stature: f32) -> Option<Cycle> {
        Some(self.follower.under_way(at, stature)?.on(self.channel))
    }

    /// Tells this person's usual rise, body heights.
    pub fn expect(&mut self, usual: f32) {
        self.follower.usual = usual;
    }
}
