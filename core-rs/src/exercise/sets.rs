//! Sets: cycles that agree become repetitions, and what is said once is never taken back.

use crate::event::{FinishedSet, Movement, Rep, RepKind, SetId};
use crate::exercise::cycle::Cycle;
use crate::exercise::measure::{Measure, Measures};
use crate::exercise::signal::Signal;
use crate::exercise::spec::Catalogue;
use crate::motion::smooth::median;
use crate::units::{Degrees, Nanos, Score};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Evidence from which a cycle may count.
pub const ACCEPT: f32 = 0.40;
/// Seconds between two cycles that may confirm each other.
const PAIR_S: f64 = 15.0;
/// Mean evidence of the two cycles that begin a set: more is asked of a stranger than of a running set.
const BEGIN: f32 = 0.60;
/// Smaller over larger rise of two cycles that confirm each other.
const ALIKE: f32 = 0.45;
/// Seconds without a repetition after which a set is over.
pub const SET_GAP_S: f64 = 60.0;
/// Share of the usual depth from which a repetition is full.
pub const FULL: f32 = 0.70;
/// Body heights of shoulder width: depth is only compared between repetitions seen from the same side.
const TURNED: f32 = 0.08;
/// Seconds under which a cycle is a twitch.
const FASTEST_S: f64 = 0.6;
/// Share of an arm cycle that overlaps a squat: then it is part of the squat.
const PART_OF_SQUAT: f64 = 0.25;
/// Share of the shorter of two cycles: more overlap than this is one repetition seen on two channels.
const SAME: f64 = 0.65;
/// Repetitions that the usual depth is taken from.
const USUAL_OF: usize = 6;

/// A cycle and what it was taken for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// When and how far.
    pub cycle: Cycle,
    /// What moved and what stayed.
    pub measures: Measures,
    /// The exercise that it looks like.
    pub exercise: Arc<str>,
    /// How much.
    pub evidence: f32,
}

impl Candidate {
    fn depth(&self) -> f32 {
        self.measures.get(Measure::Depth).unwrap_or(self.cycle.rise)
    }
}

/// The set that is running.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenSet {
    /// Which.
    pub id: SetId,
    /// What.
    pub exercise: Arc<str>,
    /// Confirmed.
    pub reps: Vec<(Candidate, RepKind)>,
}

impl OpenSet {
    /// Confirmed repetitions of a kind.
    #[must_use]
    pub fn count(&self, kind: RepKind) -> u32 {
        self.reps.iter().filter(|rep| rep.1 == kind).count() as u32
    }

    fn end(&self) -> Nanos {
        self.reps.last().map_or(Nanos(0), |rep| rep.0.cycle.end)
    }

    /// Rise and elbow bend of this person's recent repetitions, as seen from the same side.
    fn usual(&self, width: Option<f32>) -> (f32, Option<f32>) {
        let same_side = |candidate: &Candidate| {
            let other = candidate.measures.get(Measure::WidthRest);
            width.zip(other).is_none_or(|(a, b)| (a - b).abs() <= TURNED)
        };
        let recent: Vec<&Candidate> =
            self.reps.iter().rev().take(USUAL_OF).map(|rep| &rep.0).filter(|c| same_side(c)).collect();
        let depth = median(&mut recent.iter().map(|c| c.depth()).collect::<Vec<_>>()).unwrap_or(0.0);
        (depth, median(&mut recent.iter().filter_map(|c| c.measures.get(Measure::ElbowBend)).collect::<Vec<_>>()))
    }
}

/// Turns candidates into sets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sets {
    open: Option<OpenSet>,
    pending: Vec<Candidate>,
    squats: Vec<Cycle>,
    last_id: u32,
}

impl Sets {
    /// The set that is running.
    #[must_use]
    pub fn open(&self) -> Option<&OpenSet> {
        self.open.as_ref()
    }

    /// The usual rise in the running set, body heights; 0 without one.
    #[must_use]
    pub fn usual(&self) -> f32 {
        self.open.as_ref().map_or(0.0, |set| set.usual(None).0)
    }

    /// What follows from one more cycle.
    pub fn step(&mut self, candidate: Candidate, catalogue: &Catalogue, out: &mut Vec<Movement>) {
        let cycle = candidate.cycle;
        if cycle.seconds() < FASTEST_S || candidate.evidence < ACCEPT {
            return;
        }
        if cycle.channel.signal() == Signal::Legs {
            self.squats.push(cycle);
            if self.squats.len() > 8 {
                self.squats.remove(0);
            }
        } else if &*candidate.exercise != "push_up"
            && self.squats.iter().any(|squat| squat.shared(&cycle) > PART_OF_SQUAT * cycle.seconds())
        {
            return;
        }
        let known = self.open.iter().flat_map(|set| set.reps.iter().rev().take(4).map(|rep| &rep.0));
        if known
            .chain(&self.pending)
            .any(|other| other.cycle.shared(&cycle) > SAME * other.cycle.seconds().min(cycle.seconds()))
        {
            return;
        }
        self.add(candidate, catalogue, out);
    }

    fn add(&mut self, candidate: Candidate, _catalogue: &Catalogue, out: &mut Vec<Movement>) {
        let end = candidate.cycle.end;
        if let Some(set) = &mut self.open
            && set.exercise == candidate.exercise
            && (end - set.end()).seconds() <= SET_GAP_S
        {
            self.pending.clear();
            release(set, &candidate, out);
            return;
        }
        self.pending.retain(|held| (end - held.cycle.end).seconds() <= PAIR_S);
        let agree: Vec<Candidate> = self
            .pending
            .iter()
            .filter(|held| {
                let (a, b) = (held.depth(), candidate.depth());
                held.exercise == candidate.exercise && a.min(b) >= ALIKE * a.max(b)
            })
            .cloned()
            .chain([candidate.clone()])
            .collect();
        let mean = agree.iter().map(|c| c.evidence.min(1.0)).sum::<f32>() / agree.len() as f32;
        if agree.len() < 2 || mean < BEGIN {
            if self.pending.len() > 3 {
                self.pending.remove(0);
            }
            self.pending.push(candidate);
            return;
        }
        self.pending.clear();
        self.close(out);
        self.last_id += 1;
        let id = SetId(self.last_id);
        out.push(Movement::SetStarted { set: id, exercise: candidate.exercise.clone(), start: agree[0].cycle.start });
        let mut set = OpenSet { id, exercise: candidate.exercise, reps: Vec::new() };
        for candidate in agree {
            release(&mut set, &candidate, out);
        }
        self.open = Some(set);
    }

    /// Closes the running set, if its last repetition is long ago.
    pub fn tick(&mut self, at: Nanos, out: &mut Vec<Movement>) {
        if self.open.as_ref().is_some_and(|set| (at - set.end()).seconds() > SET_GAP_S) {
            self.close(out);
        }
    }

    /// Closes the running set.
    pub fn close(&mut self, out: &mut Vec<Movement>) {
        let Some(set) = self.open.take() else { return };
        out.push(Movement::SetFinished(FinishedSet {
            set: set.id,
            start: set.reps.first().map_or(Nanos(0), |rep| rep.0.cycle.start),
            end: set.end(),
            reps: set.count(RepKind::Full),
            partial_reps: set.count(RepKind::Partial),
            form_score: None,
            exercise: set.exercise,
        }));
    }
}

fn release(set: &mut OpenSet, candidate: &Candidate, out: &mut Vec<Movement>) {
    set.reps.push((candidate.clone(), RepKind::Full));
    let (usual, bend) = set.usual(candidate.measures.get(Measure::WidthRest));
    let mut depth = candidate.depth() / usual;
    if let (Some(usual), Some(this)) = (bend.filter(|bend| *bend > 30.0), candidate.measures.get(Measure::ElbowBend))
        && &*set.exercise != "lateral_raise"
    {
        depth = f32::midpoint(depth, this / usual);
    }
    let kind = if depth >= FULL { RepKind::Full } else { RepKind::Partial };
    if let Some(last) = set.reps.last_mut() {
        last.1 = kind;
    }
    out.push(Movement::RepConfirmed(Rep {
        set: set.id,
        exercise: set.exercise.clone(),
        number: set.count(kind),
        kind,
        start: candidate.cycle.start,
        turn: candidate.cycle.turn,
        end: candidate.cycle.end,
        range_of_motion: candidate.measures.get(Measure::ElbowBend).map(Degrees),
        depth,
        peak_velocity: 0.0,
        symmetry: None,
        confidence: Score(candidate.evidence.min(1.0)),
    }));
}
