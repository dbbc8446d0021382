//! Sets: cycles that agree become repetitions, and what is said once is never taken back.

use crate::event::{FinishedSet, Movement, Rep, RepKind, SetId};
use crate::exercise::cycle::Cycle;
use crate::exercise::effort::Effort;
use crate::exercise::form::{self, Review};
use crate::exercise::gate::ramp;
use crate::exercise::measure::{Measure, Measures, READY_S, TOGETHER};
use crate::exercise::signal::{Channel, Signal};
use crate::exercise::spec::{Anchor, Catalogue, Exercise};
use crate::geometry::Point;
use crate::motion::Side;
use crate::motion::smooth::median;
use crate::units::{Nanos, Score};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Evidence from which a cycle may count.
pub const ACCEPT: f32 = 0.40;
/// Seconds between two cycles that may confirm each other.
const PAIR_S: f64 = 12.0;
/// Evidence of the mean of the two cycles that begin a set: more is asked of a stranger than of a running set.
const BEGIN: f32 = 0.60;
/// The same after a long pause.
const BEGIN_LATE: f32 = 0.80;
/// Length of a pause that is long, in cycles.
const RHYTHM_GAP: f64 = 1.5;
/// Evidence from which a cycle continues a set, alike or not.
const IN_SET: f32 = 0.45;
/// Evidence from which a shallow cycle continues a set that it is like.
const IN_SET_ALIKE: f32 = 0.15;
/// Evidence that each of the two has at least.
const BEGIN_EACH: f32 = 0.20;
/// Smaller over larger depth of two cycles that confirm each other.
const ALIKE: f32 = 0.40;
/// Shorter over longer of two cycles that confirm each other.
const RHYTHM: f64 = 0.40;
/// Evidence from which a cycle may be a repetition by itself.
const ALONE: f32 = 0.60;
/// Body heights of unrest up to which somebody stands still.
const STILL: f32 = 0.07;
/// Seconds of standing still that end a repetition.
const REST_AFTER_S: f64 = 0.5;
/// Seconds within which that must come.
const SOON_S: f64 = 3.0;
/// Seconds after which a rested person has finished.
const DONE_S: f64 = 4.0;
/// Body heights within which a set stays.
const PLACE: f32 = 0.40;
/// Seconds without a repetition after which a set is over.
pub const SET_GAP_S: f64 = 60.0;
/// Share of the usual depth from which a repetition is full.
pub const FULL: f32 = 0.70;
/// Degrees of elbow bend from which it tells depth.
const USUAL_BEND: f32 = 35.0;
/// Share of the usual depth under which a movement is no repetition at all.
const SHALLOWEST: f32 = 0.30;
/// Seconds under which a cycle is a twitch.
const FASTEST_S: f64 = 0.6;
/// Share of an arm cycle that overlaps a squat: then it is part of the squat.
const PART_OF_SQUAT: f64 = 0.25;
/// Share of the shorter of two cycles: more overlap than this is one repetition seen on two channels.
const SAME: f64 = 0.60;
/// Repetitions that the usual depth is taken from.
const USUAL_OF: usize = 8;
/// Repetitions whose channels are watched: one arm may follow the other.
const ALTERNATE: usize = 2;
/// Cycles remembered that belong to no set yet.
const REMEMBERED: usize = 12;

/// A cycle and what was measured on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// When and how far.
    pub cycle: Cycle,
    /// What moved and what stayed.
    pub measures: Measures,
    /// How it was done.
    pub effort: Effort,
    /// What the checks of each exercise say that it may be.
    pub reviews: Vec<Review>,
    /// Where the hips were at rest, in body heights; far apart is not the same set.
    pub place: Option<Point>,
}

impl Candidate {
    fn signal(&self) -> Signal {
        self.cycle.channel.signal()
    }

    /// What the checks of an exercise say.
    #[must_use]
    pub fn review(&self, exercise: &str) -> Option<&Review> {
        self.reviews.iter().find(|review| review.exercise() == exercise)
    }

    /// Vertical length of the limb at rest, body heights.
    fn extent(&self) -> Option<f32> {
        self.measures.get(match self.signal() {
            Signal::Legs => Measure::Stand,
            Signal::Arms => Measure::Hang,
        })
    }

    fn rise(&self) -> f32 {
        self.measures.get(Measure::Depth).unwrap_or(self.cycle.rise)
    }

    /// Degrees that the limb turned, from how far its end rose: heights survive every view, and a joint's angle is what
    /// people mean by range.
    fn turned(&self, lever: f32, extent: Option<f32>) -> f32 {
        let lever = (lever * extent.or(self.extent()).unwrap_or(0.4)).max(0.05);
        (1.0 - self.rise() / lever).clamp(-1.0, 1.0).acos().to_degrees()
    }
}

/// Whether the cycle's channel can show the exercise: hands that carry the body carry it together, and the mean of two
/// arms of which only one moved shows nothing.
fn shows(candidate: &Candidate, exercise: &Exercise) -> bool {
    can_show(&candidate.cycle, &candidate.measures, exercise)
}

/// The same of a cycle that is no candidate yet.
pub(super) fn can_show(cycle: &Cycle, measures: &Measures, exercise: &Exercise) -> bool {
    let both = cycle.channel == Channel::Arm(Side::Both);
    let alone = measures.get(Measure::Together).is_some_and(|share| share < TOGETHER - 0.1);
    cycle.channel.signal() == exercise.signal
        && match exercise.anchor {
            Anchor::Hands => both,
            Anchor::Shoulders => !(both && alone),
            Anchor::Feet => true,
        }
}

/// How much a cycle looks like an exercise: its weakest gate.
pub(super) fn evidence(exercise: &Exercise, measures: &Measures) -> f32 {
    exercise.gates.iter().map(|gate| gate.evidence(measures)).fold(1.0, f32::min)
}

/// The set that is running.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenSet {
    /// Which.
    pub id: SetId,
    /// What.
    pub exercise: Arc<str>,
    lever: f32,
    bends_elbows: bool,
    /// Confirmed.
    pub reps: Vec<(Candidate, RepKind)>,
}

impl OpenSet {
    fn new(id: SetId, exercise: &Exercise) -> Self {
        let bends_elbows = exercise.bends_elbows();
        Self { id, exercise: exercise.id.clone(), lever: exercise.lever, bends_elbows, reps: Vec::new() }
    }

    /// Confirmed repetitions of a kind.
    #[must_use]
    pub fn count(&self, kind: RepKind) -> u32 {
        self.reps.iter().filter(|rep| rep.1 == kind).count() as u32
    }

    /// The channels that the last repetitions were seen on.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        self.reps.iter().rev().take(ALTERNATE).map(|rep| rep.0.cycle.channel)
    }

    /// How surely the set is what it is called.
    #[must_use]
    pub fn confidence(&self, catalogue: &Catalogue) -> Score {
        let last: Vec<&Measures> = self.reps.iter().rev().take(USUAL_OF).map(|rep| &rep.0.measures).collect();
        Score(catalogue.get(&self.exercise).map_or(0.0, |exercise| evidence(exercise, &Measures::mean(&last))))
    }

    fn end(&self) -> Nanos {
        self.reps.iter().map(|rep| rep.0.cycle.end).max().unwrap_or(Nanos(0))
    }

    fn median(&self, value: impl Fn(&Candidate) -> Option<f32>) -> Option<f32> {
        let mut values: Vec<f32> = self.reps.iter().rev().take(USUAL_OF).filter_map(|rep| value(&rep.0)).collect();
        median(&mut values)
    }

    fn turned(&self, candidate: &Candidate) -> f32 {
        candidate.turned(self.lever, self.median(Candidate::extent))
    }

    /// Degrees that the limb usually turns in this set: the middle of its full repetitions.
    fn usual(&self) -> f32 {
        let mut turned: Vec<f32> = self.reps.iter().rev().take(USUAL_OF).map(|rep| self.turned(&rep.0)).collect();
        turned.sort_unstable_by(f32::total_cmp);
        let better = turned.len() / 2;
        let top = median(&mut turned[better..]).unwrap_or(0.0);
        turned.retain(|degrees| *degrees >= FULL * top);
        median(&mut turned).unwrap_or(top)
    }

    /// The repetition at `index` as an event.
    fn rep(&self, index: usize, exercise: &Exercise) -> Rep {
        let (candidate, kind) = &self.reps[index];
        Rep {
            set: self.id,
            exercise: self.exercise.clone(),
            number: self.reps[..=index].iter().filter(|rep| rep.1 == *kind).count() as u32,
            kind: *kind,
            start: candidate.cycle.start,
            turn: candidate.cycle.turn,
            end: candidate.cycle.end,
            range_of_motion: candidate.effort.range(exercise.primary_joint_pair),
            depth: self.depth(candidate),
            peak_velocity: candidate.effort.peak_velocity,
            symmetry: candidate.effort.symmetry,
            confidence: Score(evidence(exercise, &candidate.measures)),
        }
    }

    /// Depth over the usual: by how far the limb's end rose and, where the elbow usually bends, by how far it bent.
    fn depth(&self, candidate: &Candidate) -> f32 {
        let depth = self.turned(candidate) / self.usual().max(1.0);
        let usual = self.median(|c| c.measures.get(Measure::ElbowBend));
        let usual = usual.filter(|bend| self.bends_elbows && *bend >= USUAL_BEND);
        match usual.zip(candidate.measures.get(Measure::ElbowBend)) {
            Some((usual, bend)) => f32::midpoint(depth, (bend / usual).clamp(0.0, 1.5)),
            None => depth,
        }
    }

    /// Whether a cycle is one more of this set's, good or bad.
    fn continues(&self, candidate: &Candidate, exercise: &Exercise) -> bool {
        let gap = (candidate.cycle.start - self.end()).seconds();
        if !shows(candidate, exercise) || gap > SET_GAP_S {
            return false;
        }
        let depth = self.depth(candidate);
        if depth < SHALLOWEST {
            return false;
        }
        let deepened = candidate.measures.deepened((1.0 / depth).clamp(1.0, 3.0));
        let evidence = evidence(exercise, &deepened);
        evidence >= IN_SET || (self.is_like(candidate, depth) && (evidence >= IN_SET_ALIKE || depth >= FULL))
    }

    /// Whether a cycle is like the set's, whatever its depth.
    fn is_like(&self, candidate: &Candidate, depth: f32) -> bool {
        let seconds = self.median(|c| Some(c.cycle.seconds() as f32)).unwrap_or(2.0);
        let near = |measure: Measure, reach: f32| {
            let usual = self.median(|c| c.measures.get(measure));
            usual.zip(candidate.measures.get(measure)).is_none_or(|(a, b)| (a - b).abs() <= reach)
        };
        let no_more = |measure: Measure, slack: f32| {
            let usual = self.median(|c| c.measures.get(measure));
            usual.zip(candidate.measures.get(measure)).is_none_or(|(a, b)| b <= a + slack)
        };
        let tempo = candidate.cycle.seconds() as f32 / seconds;
        (0.3..=3.0).contains(&tempo)
            && depth <= 1.6
            && self.reps.iter().rev().take(3).any(|rep| is_near(&rep.0, candidate))
            && near(Measure::TrunkRest, 25.0)
            && near(Measure::Tall, 0.15)
            && near(Measure::Stand, 0.12)
            && near(Measure::Hang, 0.12)
            && near(Measure::ShoulderShare, 0.5 / depth)
            && near(Measure::Follow, 0.8)
            && no_more(Measure::Shift, 0.15)
            && no_more(Measure::HandPath, 0.15)
            && no_more(Measure::FeetPath, 0.12)
            && no_more(Measure::BodyPath, 0.15)
    }
}

/// Turns candidates into sets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sets {
    open: Option<OpenSet>,
    recent: Vec<Candidate>,
    lone: Option<Lone>,
    last_id: u32,
}

/// A repetition that may be the first of a set, or all of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Lone {
    id: SetId,
    exercise: Arc<str>,
    candidate: Candidate,
    /// Seconds that the person has stood still since.
    still_s: f64,
    last: Nanos,
}

impl Sets {
    /// The set that is running.
    #[must_use]
    pub fn open(&self) -> Option<&OpenSet> {
        self.open.as_ref()
    }

    /// The usual rise of that signal in the running set, body heights; 0 without one.
    #[must_use]
    pub fn usual_rise(&self, signal: Signal) -> f32 {
        let set = self.open.as_ref().filter(|set| set.reps[0].0.signal() == signal);
        set.and_then(|set| set.median(|c| Some(c.rise()))).unwrap_or(0.0)
    }

    /// What follows from one more cycle.
    pub fn step(&mut self, candidate: Candidate, catalogue: &Catalogue, out: &mut Vec<Movement>) {
        let cycle = candidate.cycle;
        if cycle.seconds() < FASTEST_S {
            return;
        }
        if let Some(set) = &mut self.open
            && let Some(exercise) = catalogue.get(&set.exercise)
        {
            let same = set.reps.iter().rev().take(6).any(|rep| is_same(&rep.0.cycle, &cycle));
            if same {
                return;
            }
            if set.continues(&candidate, exercise) {
                release(set, candidate, exercise, out);
                return;
            }
        }
        self.recent.retain(|held| (cycle.end - held.cycle.end).seconds() <= 2.0 * PAIR_S);
        if self.recent.len() >= REMEMBERED {
            self.recent.remove(0);
        }
        self.recent.push(candidate);
        if !self.begin(catalogue, out) {
            self.consider(catalogue, out);
        }
    }

    /// Begins a set if the last cycle and an earlier one agree.
    fn begin(&mut self, catalogue: &Catalogue, out: &mut Vec<Movement>) -> bool {
        let Some((last, earlier)) = self.recent.split_last() else {
            return false;
        };
        let squat = |c: &Candidate| {
            c.signal() == Signal::Legs
                && catalogue.exercises().iter().any(|e| e.signal == Signal::Legs && evidence(e, &c.measures) >= ACCEPT)
        };
        let known = self.open.iter().flat_map(|set| set.reps.iter().map(|rep| &rep.0));
        let legs: Vec<Cycle> = self
            .recent
            .iter()
            .filter(|c| squat(c))
            .chain(known.filter(|c| c.signal() == Signal::Legs))
            .map(|c| c.cycle)
            .collect();
        let within_squat = |c: &Candidate| {
            c.signal() == Signal::Arms && legs.iter().any(|l| l.shared(&c.cycle) > PART_OF_SQUAT * c.cycle.seconds())
        };
        let mut best: Option<(f32, &Exercise, &Candidate)> = None;
        for other in earlier.iter().rev() {
            if other.signal() != last.signal()
                || is_same(&other.cycle, &last.cycle)
                || (last.cycle.start - other.cycle.end).seconds() > PAIR_S
            {
                continue;
            }
            let gap = (last.cycle.start - other.cycle.end).seconds();
            let (a_s, b_s) = (last.cycle.seconds(), other.cycle.seconds());
            if a_s.min(b_s) < RHYTHM * a_s.max(b_s) || !is_near(last, other) {
                continue;
            }
            for exercise in catalogue.exercises().iter().filter(|e| shows(last, e) && shows(other, e)) {
                if &*exercise.id != "push_up" && (within_squat(last) || within_squat(other)) {
                    continue;
                }
                let (a, b) = (last.turned(exercise.lever, None), other.turned(exercise.lever, None));
                if a.min(b) < ALIKE * a.max(b) {
                    continue;
                }
                let each = evidence(exercise, &last.measures).min(evidence(exercise, &other.measures));
                let mean = evidence(exercise, &Measures::mean(&[&last.measures, &other.measures]));
                let asked = if gap > RHYTHM_GAP * (a_s + b_s) / 2.0 + 1.0 { BEGIN_LATE } else { BEGIN };
                if each >= BEGIN_EACH && mean >= asked && best.as_ref().is_none_or(|b| mean > b.0) {
                    best = Some((mean, exercise, other));
                }
            }
        }
        let Some((_, exercise, other)) = best else {
            return false;
        };
        let (last, other) = (last.clone(), other.clone());
        self.close(out);
        let id = self.id_for(&other, exercise, out);
        out.push(Movement::SetStarted { set: id, exercise: exercise.id.clone(), start: other.cycle.start });
        let mut set = OpenSet::new(id, exercise);
        let mut reps = vec![other, last];
        set.reps = reps.iter().map(|c| (c.clone(), RepKind::Full)).collect();
        // What was too shallow or too odd to begin a set may well belong to it.
        let mut missed: Vec<Candidate> = Vec::new();
        for held in self.recent.iter().rev() {
            let first = reps.iter().map(|c| c.cycle.start).min().unwrap_or_default();
            let near = (first - held.cycle.end).seconds() <= PAIR_S;
            if near && !reps.iter().any(|c| is_same(&c.cycle, &held.cycle)) && set.continues(held, exercise) {
                reps.push(held.clone());
                missed.push(held.clone());
            }
        }
        reps.sort_by_key(|c| c.cycle.turn);
        set.reps.clear();
        set.reps.extend(reps.iter().map(|c| (c.clone(), RepKind::Full)));
        for index in 0..reps.len() {
            tell(&mut set, index, exercise, out);
        }
        self.recent.clear();
        self.open = Some(set);
        true
    }

    /// The id of a set that begins with `first`: the provisional one's, if it is that; else a new one, and the
    /// provisional one is withdrawn.
    fn id_for(&mut self, first: &Candidate, exercise: &Exercise, out: &mut Vec<Movement>) -> SetId {
        match self.lone.take() {
            Some(lone) if lone.exercise == exercise.id && is_same(&lone.candidate.cycle, &first.cycle) => lone.id,
            lone => {
                if let Some(lone) = lone {
                    out.push(Movement::RepWithdrawn { set: lone.id, at: first.cycle.end });
                }
                self.last_id += 1;
                SetId(self.last_id)
            }
        }
    }

    /// Shows the last cycle as provisional, if it alone is plain enough.
    fn consider(&mut self, catalogue: &Catalogue, out: &mut Vec<Movement>) {
        let Some(last) = self.recent.last() else { return };
        let at = last.cycle.end;
        if self.lone.as_ref().is_some_and(|lone| is_same(&lone.candidate.cycle, &last.cycle)) {
            return;
        }
        let plain = catalogue
            .exercises()
            .iter()
            .filter(|exercise| shows(last, exercise))
            .map(|exercise| (exercise, alone(last, exercise)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|best| best.1 >= ALONE);
        let Some((exercise, _)) = plain else { return };
        let candidate = last.clone();
        if let Some(lone) = self.lone.take() {
            out.push(Movement::RepWithdrawn { set: lone.id, at });
        }
        self.last_id += 1;
        let id = SetId(self.last_id);
        let mut set = OpenSet::new(id, exercise);
        set.reps.push((candidate.clone(), RepKind::Full));
        out.push(Movement::RepProvisional(set.rep(0, exercise)));
        self.lone = Some(Lone { id, exercise: exercise.id.clone(), candidate, still_s: 0.0, last: at });
    }

    /// Confirms or withdraws the provisional repetition once the person has plainly finished, or plainly not.
    fn settle(&mut self, at: Nanos, unrest: Option<f32>, left: bool, catalogue: &Catalogue, out: &mut Vec<Movement>) {
        let Some(lone) = &mut self.lone else { return };
        let since = (at - lone.candidate.cycle.end).seconds();
        if unrest.is_some_and(|unrest| unrest <= STILL) {
            lone.still_s += (at - lone.last).seconds();
        }
        lone.last = at;
        let rested = lone.still_s >= REST_AFTER_S;
        let confirmed = lone.still_s >= DONE_S
            || (rested && since >= DONE_S)
            || (left && (rested || since < REST_AFTER_S + READY_S));
        let withdrawn = left || (!rested && since > SOON_S);
        if !confirmed && !withdrawn {
            return;
        }
        let Some(lone) = self.lone.take() else { return };
        let Some(exercise) = catalogue.get(&lone.exercise).filter(|_| confirmed) else {
            out.push(Movement::RepWithdrawn { set: lone.id, at });
            return;
        };
        self.close(out);
        let mut set = OpenSet::new(lone.id, exercise);
        out.push(Movement::SetStarted { set: lone.id, exercise: lone.exercise, start: lone.candidate.cycle.start });
        release(&mut set, lone.candidate, exercise, out);
        self.recent.clear();
        self.open = Some(set);
    }

    /// What follows from time going on: `unrest` is how much the person moves now, `left` that nobody is there.
    pub fn tick(&mut self, at: Nanos, unrest: Option<f32>, left: bool, catalogue: &Catalogue, out: &mut Vec<Movement>) {
        self.settle(at, unrest, left, catalogue, out);
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
            form_score: form::set_score(set.reps.iter().filter_map(|rep| rep.0.review(&set.exercise))),
            exercise: set.exercise,
        }));
    }
}

/// How plainly a cycle is a repetition with none beside it: somebody stood ready, moved, turned at once, came back.
fn alone(candidate: &Candidate, exercise: &Exercise) -> f32 {
    let measures = &candidate.measures;
    let mut weakest = evidence(exercise, measures);
    let mut asks = |measure: Measure, none: f32, full: f32, unseen: f32| {
        weakest = weakest.min(measures.get(measure).map_or(unseen, |value| ramp(value, none, full)));
    };
    asks(Measure::Hold, 2.2, 1.4, 0.5);
    asks(Measure::Unrest, 0.12, 0.06, 0.6);
    asks(Measure::Evenness, 0.2, 0.4, 0.5);
    asks(Measure::Shift, 0.25, 0.12, 0.5);
    match exercise.anchor {
        Anchor::Feet => asks(Measure::HandsLow, 0.08, 0.16, 1.0),
        Anchor::Shoulders => asks(Measure::Together, 0.4, 0.6, 0.5),
        Anchor::Hands => {}
    }
    let seconds = candidate.cycle.seconds() as f32;
    weakest.min(ramp(seconds, 0.7, 1.0)).min(ramp(seconds, 8.0, 5.0)).min(ramp(
        candidate.turned(exercise.lever, None),
        28.0,
        40.0,
    ))
}

fn is_near(a: &Candidate, b: &Candidate) -> bool {
    a.place.zip(b.place).is_none_or(|(a, b)| (a.x - b.x).hypot(a.y - b.y) <= PLACE)
}

fn is_same(a: &Cycle, b: &Cycle) -> bool {
    a.shared(b) > SAME * a.seconds().min(b.seconds())
}

fn release(set: &mut OpenSet, candidate: Candidate, exercise: &Exercise, out: &mut Vec<Movement>) {
    set.reps.push((candidate, RepKind::Full));
    tell(set, set.reps.len() - 1, exercise, out);
}

/// Says the repetition at `index`, full or partial by what is usual in the set.
fn tell(set: &mut OpenSet, index: usize, exercise: &Exercise, out: &mut Vec<Movement>) {
    let depth = set.depth(&set.reps[index].0);
    set.reps[index].1 = if depth >= FULL { RepKind::Full } else { RepKind::Partial };
    out.push(Movement::RepConfirmed(set.rep(index, exercise)));
}
