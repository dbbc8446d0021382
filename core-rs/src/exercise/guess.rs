//! What somebody seems to be doing, before a set says so.

use crate::exercise::cycle::{Cycle, Follower};
use crate::exercise::measure::Measures;
use crate::exercise::sets::{ACCEPT, can_show, evidence};
use crate::exercise::signal::Signal;
use crate::exercise::spec::Catalogue;
use crate::motion::Figure;
use crate::units::{Nanos, Score};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Seconds that a guess lives: 30 frames at 15 a second. Longer names somebody who has long stopped.
const MEMORY_S: f64 = 2.0;
/// Seconds between two looks at a movement under way.
const LOOK_EVERY_S: f64 = 0.2;

/// The exercise that the last two seconds look most like.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Guess {
    best: Option<Best>,
    looked: Option<Nanos>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Best {
    exercise: Arc<str>,
    evidence: f32,
    signal: Signal,
    at: Nanos,
}

impl Guess {
    /// The exercise and how sure it is; nobody who stands still does any.
    #[must_use]
    pub fn exercise(&self, at: Nanos) -> Option<(Arc<str>, Score)> {
        let best = self.best.as_ref().filter(|best| (at - best.at).seconds() <= MEMORY_S)?;
        Some((best.exercise.clone(), Score(best.evidence)))
    }

    /// Looks at the movements under way.
    pub fn look(&mut self, followers: &[Follower], figures: &[Figure], stature: f32, catalogue: &Catalogue) {
        let Some(at) = figures.last().map(|figure| figure.at) else { return };
        if self.looked.is_some_and(|looked| (at - looked).seconds() < LOOK_EVERY_S) {
            return;
        }
        self.looked = Some(at);
        for cycle in followers.iter().filter_map(|follower| follower.under_way(at, stature)) {
            if let Some(measures) = Measures::of(&cycle, figures, stature) {
                self.weigh(&cycle, &measures, catalogue);
            }
        }
    }

    /// Takes a cycle into account that is over, or as far as it has come.
    pub fn weigh(&mut self, cycle: &Cycle, measures: &Measures, catalogue: &Catalogue) {
        let like = |exercise| evidence(exercise, measures);
        let possible = catalogue.exercises().iter().filter(|exercise| can_show(cycle, measures, exercise));
        let Some(best) = possible.max_by(|a, b| like(a).total_cmp(&like(b))) else { return };
        let (evidence, signal) = (like(best), cycle.channel.signal());
        if evidence < ACCEPT {
            return;
        }
        // Arms move in a squat too, and both arms' mean as well as each: what is surer stays for its time.
        let rival = self.best.as_ref().filter(|held| (cycle.end - held.at).seconds() <= MEMORY_S);
        let rank = |signal: Signal, evidence: f32| (u8::from(signal == Signal::Legs), evidence);
        let wins = |held: &Best| rank(signal, evidence) >= rank(held.signal, held.evidence);
        if rival.is_none_or(|held| held.exercise == best.id || wins(held)) {
            self.best = Some(Best { exercise: best.id.clone(), evidence, signal, at: cycle.end });
        }
    }
}
