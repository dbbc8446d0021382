//! How far along its way a repetition is: the phase of each of its moments.

use crate::event::Phase;
use crate::exercise::cycle::Cycle;
use crate::motion::Figure;
use crate::units::Nanos;

/// Share of the rise up to which the body rests.
const RESTING: f32 = 0.10;
/// Share of the rise from which it is around the turn.
const TURNING: f32 = 0.75;
/// Share of the usual rise from which a rise that still goes on may be near its turn: lower calls the way there the turn.
const DEEP: f32 = 0.85;

/// Seconds before the start at which the body was surely at rest: joints turn before the height shows it.
const BEFORE_S: f64 = 0.3;

/// The heights between which a cycle goes, and when it turned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// The cycle, or what there is of it.
    pub cycle: Cycle,
    /// Height at rest, square units.
    low: f32,
    /// Height at the turn, square units.
    high: f32,
    /// Whether `cycle.turn` is the turn and not just the highest moment so far.
    turned: bool,
}

impl Course {
    /// Of a cycle that is over. `None` where its turn is not among the figures.
    #[must_use]
    pub fn over(cycle: Cycle, figures: &[Figure], stature: f32) -> Option<Self> {
        Self::of(cycle, figures, stature, true)
    }

    /// Of a cycle that is under way; `usual` is the usual rise in the set, body heights.
    #[must_use]
    pub fn under_way(cycle: Cycle, figures: &[Figure], stature: f32, usual: f32) -> Option<Self> {
        Self::of(cycle, figures, stature, cycle.rise >= DEEP * usual)
    }

    fn of(cycle: Cycle, figures: &[Figure], stature: f32, turned: bool) -> Option<Self> {
        let turn = figures.get(figures.partition_point(|figure| figure.at < cycle.turn))?;
        let high = cycle.channel.height(turn)?;
        (cycle.rise > 0.0).then_some(Self { cycle, low: high - cycle.rise * stature, high, turned })
    }

    /// Share of the rise that a figure has reached; `None` where it is unseen.
    #[must_use]
    pub fn reached(&self, figure: &Figure) -> Option<f32> {
        Some((self.cycle.channel.height(figure)? - self.low) / (self.high - self.low))
    }

    /// Share of the usual rise that a figure has reached, 0 to 1; without a usual one, of the highest so far.
    #[must_use]
    pub fn progress(&self, figure: &Figure, usual: f32) -> Option<f32> {
        let whole = if usual > 0.0 { usual } else { self.cycle.rise };
        Some((self.reached(figure)? * self.cycle.rise / whole).clamp(0.0, 1.0))
    }

    /// Where in the repetition a figure is; `None` where it is unseen.
    #[must_use]
    pub fn phase(&self, figure: &Figure) -> Option<Phase> {
        let reached = self.reached(figure)?;
        let later = figure.at > self.cycle.turn;
        Some(if reached >= TURNING && self.turned {
            Phase::Turn
        } else if reached <= RESTING {
            Phase::Rest
        } else if later {
            Phase::Back
        } else {
            Phase::Out
        })
    }

    /// The person at rest, before it began.
    #[must_use]
    pub fn rest<'a>(&self, figures: &'a [Figure]) -> Option<&'a Figure> {
        figures.get(figures.partition_point(|figure| (self.cycle.start - figure.at).seconds() > BEFORE_S))
    }

    /// The figures of the cycle, each with the time since the one before.
    pub fn figures<'a>(&self, figures: &'a [Figure]) -> impl Iterator<Item = (&'a Figure, Nanos)> + use<'a> {
        let first = figures.partition_point(|figure| figure.at < self.cycle.start);
        let last = figures.partition_point(|figure| figure.at <= self.cycle.end);
        (first..last).map(move |index| {
            let before = figures[index.saturating_sub(1)].at;
            (&figures[index], figures[index].at - before)
        })
    }
}
