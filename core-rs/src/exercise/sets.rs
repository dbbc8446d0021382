//! Sets: cycles that agree become repetitions, and what is said once is never taken back.

use crate::event::{FinishedSet, Movement, Rep, RepKind, SetId};
use crate::exercise::cycle::Cycle;
use crate::exercise::effort::Effort;
use crate::exercise::form::{self, Review};
use crate::exercise::signal::Channel;
use crate::exercise::spec::{Anchor, Catalogue, Exercise};
use crate::motion::Side;
use crate::motion::angles::BodyAngle;
use crate::motion::smooth::median;
use crate::units::{Nanos, Score};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Seconds without a repetition after which a set is over.
pub const SET_GAP_S: f64 = 60.0;
/// Share of the usual depth from which a repetition is full.
pub const FULL: f32 = 0.70;
/// Times the usual way from turn to turn after which a set may be over. Lower asks more of who tires.
const PAUSE: f32 = 1.8;
/// Seconds between two cycles that may confirm each other.
const PAIR_S: f64 = 15.0;
/// Evidence that the two cycles have, each and on average, that begin a set.
const BEGIN: f32 = 0.45;
/// The least for any before the two, or for a first that was under way as the person came into the picture: who has just
/// begun is hard to name. Lower takes getting ready for a repetition.
const BEGIN_BEFORE: f32 = 0.30;
/// Seconds that somebody has just come, with nothing before to tell by.
const EARLY_S: f64 = 1.5;
/// Smaller over larger depth of two cycles that confirm each other.
const ALIKE: f32 = 0.40;
/// Shorter over longer of two cycles that confirm each other.
const RHYTHM: f64 = 0.30;
/// Evidence of all exercises together from which a cycle may be a repetition by itself, of the likeliest.
const ALONE: f32 = 0.80;
/// Seconds after a lone repetition with nothing that speaks against it.
const DONE_S: f64 = 4.0;
/// Evidence from which a full cycle continues a set.
const IN_SET: f32 = 0.40;
/// The same after a pause, of more than [`PAIR_S`] or [`PAUSE`]: who racks a weight may seem to do one more.
const IN_SET_LATE: f32 = 0.60;
/// The same for a partial one: the less it is, the plainer it must be. Lower takes the body's small movements while it
/// rests, and getting up.
const IN_SET_PARTIAL: f32 = 0.84;
/// The same for a partial one that a full one follows: who goes on has not got up.
const IN_SET_PARTIAL_FOLLOWED: f32 = 0.40;
/// Evidence from which a full cycle continues a set that is plainly an exercise, and of the catalogue's most like the set's:
/// what is too heavy is done badly, and looks like something else that nobody counts.
const IN_SET_BADLY: f32 = 0.15;
/// How plainly.
const EXERCISING: f32 = 0.80;
/// Weight of the joints' share of their usual range beside that of the depth: a second witness, where hands or feet stay in
/// place and the joints are seen to turn at least [`LEGIBLE`]. More makes badly seen joints tell full from partial; of a
/// free arm they tell nothing, since it may turn towards the camera.
const TURNED: f32 = 0.30;
/// Share of the exercise's range.
const LEGIBLE: f32 = 0.50;
/// Share of the usual depth under which a movement is no repetition at all.
const SHALLOWEST: f32 = 0.27;
/// Seconds under which a cycle is a twitch.
const FASTEST_S: f64 = 0.7;
/// Share of the shorter of two cycles: more overlap than this is one repetition seen on two channels.
const SAME: f64 = 0.60;
/// Repetitions that the usual depth is taken from.
const USUAL_OF: usize = 8;
/// Last repetitions whose channels are watched: one arm may follow the other.
const ALTERNATE: usize = 2;
/// Share of the last repetitions that are not by the arm of the one before, from which the arms take turns.
const TURNS: f32 = 0.6;
/// Cycles remembered that belong to no set yet.
const REMEMBERED: usize = 12;

/// A cycle and what it looks like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// When, and how far the limb went.
    pub cycle: Cycle,
    /// How far the repetition went; only shares of it mean anything.
    pub depth: f32,
    /// Whether that is far enough to begin a set by.
    pub begins: bool,
    /// How much it looks like each exercise of the catalogue, in its order: 0 to 1.
    pub evidence: Vec<f32>,
    /// How much it looks like any exercise at all, of the catalogue or not: 0 to 1.
    pub exercising: f32,
    /// How it was done.
    pub effort: Effort,
    /// What the checks of each exercise say that it may be.
    pub reviews: Vec<Review>,
}

impl Candidate {
    /// What the checks of an exercise say.
    #[must_use]
    pub fn review(&self, exercise: &str) -> Option<&Review> {
        self.reviews.iter().find(|review| review.exercise() == exercise)
    }

    /// Which exercise it looks most like.
    fn likeliest(&self) -> Option<usize> {
        let plainest = self.evidence.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        plainest.map(|(index, _)| index)
    }

    /// Whether two are like enough to confirm each other.
    fn agrees(&self, other: &Self) -> bool {
        let near = |a: f64, b: f64, share: f64| a.min(b) >= share * a.max(b);
        (self.cycle.start - other.cycle.end).seconds() <= PAIR_S
            && near(f64::from(self.depth), f64::from(other.depth), f64::from(ALIKE))
            && near(self.cycle.seconds(), other.cycle.seconds(), RHYTHM)
            && !is_same(&self.cycle, &other.cycle)
    }
}

/// The set that is running.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenSet {
    /// Which.
    pub id: SetId,
    /// What.
    pub exercise: Arc<str>,
    /// Its place in the catalogue.
    pub index: usize,
    /// The joints whose range says how far the body went, if any, and that of the exercise in degrees.
    joints: Option<[BodyAngle; 2]>,
    range: f32,
    /// Confirmed.
    pub reps: Vec<(Candidate, RepKind)>,
}

impl OpenSet {
    fn new(id: SetId, index: usize, catalogue: &Catalogue) -> Self {
        let exercise = &catalogue.exercises()[index];
        let joints = (exercise.anchor != Anchor::Shoulders).then_some(exercise.primary_joint_pair);
        Self { id, exercise: exercise.id.clone(), index, joints, range: exercise.range(), reps: Vec::new() }
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
    pub fn confidence(&self) -> Score {
        let last = self.reps.iter().rev().take(USUAL_OF).map(|rep| rep.0.evidence[self.index]);
        Score(last.sum::<f32>() / self.reps.len().clamp(1, USUAL_OF) as f32)
    }

    fn end(&self) -> Nanos {
        self.reps.iter().map(|rep| rep.0.cycle.end).max().unwrap_or(Nanos(0))
    }

    /// How far the limb usually goes, body heights.
    fn usual_rise(&self) -> f32 {
        let mut rises: Vec<f32> = self.reps.iter().rev().take(USUAL_OF).map(|rep| rep.0.cycle.rise).collect();
        median(&mut rises).unwrap_or(0.0)
    }

    /// The usual depth: the middle of the full ones among the last repetitions.
    fn usual(&self) -> f32 {
        usual(self.reps.iter().rev().map(|rep| &rep.0))
    }

    /// The usual depth for the limb of a cycle. Of arms that take turns each is held against itself, and a first that
    /// is not yet to be told from partial is full: an arm that the body hides looks as if it did less.
    fn usual_of(&self, candidate: &Candidate) -> f32 {
        let reps = || self.reps.iter().rev().map(|rep| &rep.0);
        let side = candidate.cycle.channel.side();
        let mut own = reps().filter(|rep| rep.cycle.channel.side() == side).peekable();
        if self.takes_turns(candidate) && own.peek().is_some() { usual(own) } else { usual(reps()) }
    }

    /// Whether one arm follows the other, with this cycle.
    fn takes_turns(&self, candidate: &Candidate) -> bool {
        let reps = || self.reps.iter().map(|rep| &rep.0);
        let new = (!reps().any(|rep| rep.cycle == candidate.cycle)).then_some(candidate);
        let sides: Vec<Side> = reps().chain(new).map(|rep| rep.cycle.channel.side()).collect();
        let sides = &sides[sides.len().saturating_sub(USUAL_OF)..];
        let turns = sides.windows(2).filter(|pair| pair[0] != pair[1] && !pair.contains(&Side::Both)).count();
        sides.len() > 1 && TURNS * (sides.len() - 1) as f32 <= turns as f32
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
            range_of_motion: candidate.effort.range(exercise.primary_joint_pair, exercise.range()),
            depth: self.share(candidate),
            peak_velocity: candidate.effort.peak_velocity,
            symmetry: candidate.effort.symmetry,
            confidence: Score(candidate.evidence[self.index]),
        }
    }

    /// How much of the usual repetition a cycle is.
    fn share(&self, candidate: &Candidate) -> f32 {
        let deep = candidate.depth / self.usual_of(candidate).max(f32::EPSILON);
        self.turned(candidate).map_or(deep, |turned| deep + TURNED * (turned - deep))
    }

    /// How much of their usual range the joints turned, at most 1; `None` where that cannot be seen.
    fn turned(&self, candidate: &Candidate) -> Option<f32> {
        let joints = self.joints?;
        let range = |candidate: &Candidate| Some(candidate.effort.range(joints, self.range)?.0);
        let mut ranges: Vec<f32> = self.reps.iter().rev().take(USUAL_OF).filter_map(|rep| range(&rep.0)).collect();
        let usual = better(&mut ranges).filter(|usual| *usual >= LEGIBLE * self.range)?;
        Some((range(candidate)? / usual).min(1.0))
    }

    /// Whether a cycle comes so late that the set may have been over: much later than they followed each other so far.
    fn is_late(&self, candidate: &Candidate) -> bool {
        let turns = || self.reps.iter().rev().take(USUAL_OF).map(|rep| rep.0.cycle.turn);
        let seconds = |last: Nanos, next: Nanos| (next - last).seconds() as f32;
        let mut waits: Vec<f32> = turns().zip(turns().skip(1)).map(|(next, last)| seconds(last, next)).collect();
        let usual = if waits.len() > 1 { median(&mut waits) } else { None };
        let wait = turns().next().map(|last| seconds(last, candidate.cycle.turn));
        usual.zip(wait).is_some_and(|(usual, wait)| wait > PAUSE * usual)
    }

    /// Whether a cycle is one more of this set's.
    fn continues(&self, candidate: &Candidate) -> bool {
        let gap = (candidate.cycle.start - self.end()).seconds();
        let share = self.share(candidate);
        let late = gap > PAIR_S || self.is_late(candidate);
        let asked = match share {
            _ if share < FULL => IN_SET_PARTIAL,
            _ if late => IN_SET_LATE,
            _ => IN_SET,
        };
        let evidence = candidate.evidence[self.index];
        let badly = share >= FULL
            && !late
            && evidence >= IN_SET_BADLY
            && candidate.exercising >= EXERCISING
            && candidate.likeliest() == Some(self.index);
        gap <= SET_GAP_S && share >= SHALLOWEST && (evidence >= asked || badly)
    }

    /// Whether a cycle that does not continue the set is a partial one of it, if the set goes on.
    fn doubts(&self, candidate: &Candidate) -> bool {
        let share = self.share(candidate);
        (SHALLOWEST..FULL).contains(&share) && candidate.evidence[self.index] >= IN_SET_PARTIAL_FOLLOWED
    }

    /// Adds a repetition and says it, full or partial by what is usual in the set.
    fn add(&mut self, candidate: Candidate, catalogue: &Catalogue, out: &mut Vec<Movement>) {
        self.reps.push((candidate, RepKind::Full));
        self.tell(self.reps.len() - 1, catalogue, out);
    }

    fn tell(&mut self, index: usize, catalogue: &Catalogue, out: &mut Vec<Movement>) {
        let share = self.share(&self.reps[index].0);
        self.reps[index].1 = if share >= FULL { RepKind::Full } else { RepKind::Partial };
        out.push(Movement::RepConfirmed(self.rep(index, &catalogue.exercises()[self.index])));
    }
}

/// The middle of the full ones among the depths of the last [`USUAL_OF`], of which the latest comes first; 0 of none.
fn usual<'a>(latest: impl Iterator<Item = &'a Candidate>) -> f32 {
    let mut depths: Vec<f32> = latest.take(USUAL_OF).map(|candidate| candidate.depth).collect();
    let top = better(&mut depths).unwrap_or(0.0);
    depths.retain(|depth| *depth >= FULL * top);
    median(&mut depths).unwrap_or(top)
}

/// The middle of the better half; `None` of none.
fn better(values: &mut [f32]) -> Option<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let half = values.len() / 2;
    median(&mut values[half..])
}

/// Turns candidates into sets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sets {
    open: Option<OpenSet>,
    recent: Vec<Candidate>,
    /// Partial ones of the running set that a full one would confirm.
    doubtful: Vec<Candidate>,
    lone: Option<Lone>,
    last_id: u32,
    /// When the person came into the picture.
    came: Option<Nanos>,
}

/// A repetition that may be the first of a set, or all of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Lone {
    id: SetId,
    index: usize,
    candidate: Candidate,
}

impl Lone {
    /// Whether a cycle would be one more of the set that this is the first of.
    fn is_followed_by(&self, other: &Candidate, catalogue: &Catalogue) -> bool {
        let mut set = OpenSet::new(self.id, self.index, catalogue);
        set.reps.push((self.candidate.clone(), RepKind::Full));
        other.likeliest() == Some(self.index) && !is_same(&self.candidate.cycle, &other.cycle) && set.continues(other)
    }
}

impl Sets {
    /// No set and nothing remembered, but for how many there were: no number is used twice.
    #[must_use]
    pub fn begun_anew(self) -> Self {
        Self { last_id: self.last_id, came: self.came, ..Self::default() }
    }

    /// The set that is running.
    #[must_use]
    pub fn open(&self) -> Option<&OpenSet> {
        self.open.as_ref()
    }

    /// The usual rise of that channel in the running set, body heights; 0 without one.
    #[must_use]
    pub fn usual_rise(&self, channel: Channel) -> f32 {
        let set = self.open.as_ref().filter(|set| set.reps[0].0.cycle.channel.signal() == channel.signal());
        set.map_or(0.0, OpenSet::usual_rise)
    }

    /// The usual depth in the running set; 0 without one.
    #[must_use]
    pub fn usual_depth(&self) -> f32 {
        self.open.as_ref().map_or(0.0, OpenSet::usual)
    }

    /// What follows from one more cycle.
    pub fn step(&mut self, candidate: Candidate, catalogue: &Catalogue, out: &mut Vec<Movement>) {
        let cycle = candidate.cycle;
        if cycle.seconds() < FASTEST_S {
            return;
        }
        if let Some(set) = &mut self.open {
            if set.reps.iter().rev().take(ALTERNATE).any(|rep| is_same(&rep.0.cycle, &cycle)) {
                return;
            }
            if set.continues(&candidate) {
                withdraw(&mut self.lone, cycle.end, out);
                if set.share(&candidate) >= FULL {
                    let followed = |held: &Candidate| (cycle.start - held.cycle.end).seconds() <= PAIR_S;
                    for held in self.doubtful.drain(..).filter(followed) {
                        set.add(held, catalogue, out);
                    }
                }
                set.add(candidate, catalogue, out);
                return;
            }
            let soon = (cycle.start - set.end()).seconds() <= SET_GAP_S;
            if soon && candidate.likeliest() == Some(set.index) {
                if set.doubts(&candidate) && !self.doubtful.iter().any(|held| is_same(&held.cycle, &cycle)) {
                    self.doubtful.push(candidate);
                }
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
        let mut best: Option<(f32, usize, &Candidate)> = None;
        if let Some(lone) = self.lone.as_ref().filter(|lone| lone.is_followed_by(last, catalogue)) {
            best = Some((0.0, lone.index, &lone.candidate));
        }
        for other in earlier.iter().rev().filter(|other| last.begins && other.begins && last.agrees(other)) {
            let full = FULL * last.depth.max(other.depth);
            let least = |one: &Candidate, least| if one.depth < full { IN_SET_PARTIAL } else { least };
            for (index, (a, b)) in last.evidence.iter().zip(&other.evidence).enumerate() {
                let mean = f32::midpoint(*a, *b);
                if *a >= least(last, BEGIN)
                    && *b >= least(other, self.asked(other))
                    && mean >= BEGIN
                    && best.is_none_or(|best| mean > best.0)
                {
                    best = Some((mean, index, other));
                }
            }
        }
        let Some((_, index, other)) = best else {
            return false;
        };
        let mut set = OpenSet::new(SetId(0), index, catalogue);
        set.reps = [other, last].map(|rep| (rep.clone(), RepKind::Full)).into();
        // What was not plain enough to begin a set may well belong to it, and a partial repetition agrees with none.
        let missed = |held: &&Candidate| {
            if held.cycle.turn < other.cycle.turn {
                let full = set.share(held) >= FULL;
                let asked = if full { BEGIN_BEFORE } else { IN_SET_PARTIAL };
                held.begins && last.agrees(held) && held.evidence[index] >= asked
            } else {
                ![other, last].iter().any(|rep| is_same(&rep.cycle, &held.cycle)) && set.continues(held)
            }
        };
        let more: Vec<Candidate> =
            earlier.iter().filter(|held| held.cycle != other.cycle).filter(missed).cloned().collect();
        set.reps.extend(more.into_iter().map(|rep| (rep, RepKind::Full)));
        set.reps.sort_by_key(|rep| rep.0.cycle.turn);
        self.close(out);
        let first = set.reps[0].0.cycle;
        set.id = self.id_for(&first, index, out);
        out.push(Movement::SetStarted { set: set.id, exercise: set.exercise.clone(), start: first.start });
        for index in 0..set.reps.len() {
            set.tell(index, catalogue, out);
        }
        self.recent.clear();
        self.open = Some(set);
        true
    }

    /// Evidence that a cycle before a set must have to begin it.
    fn asked(&self, held: &Candidate) -> f32 {
        let early = self.came.is_some_and(|came| (held.cycle.start - came).seconds() < EARLY_S);
        if early { BEGIN_BEFORE } else { BEGIN }
    }

    /// The id of a set that begins with `first`: the provisional one's, if it is that; else a new one, and the
    /// provisional one is withdrawn.
    fn id_for(&mut self, first: &Cycle, index: usize, out: &mut Vec<Movement>) -> SetId {
        let same = |lone: &mut Lone| lone.index == index && lone.candidate.cycle == *first;
        if let Some(lone) = self.lone.take_if(same) {
            return lone.id;
        }
        withdraw(&mut self.lone, first.end, out);
        self.last_id += 1;
        SetId(self.last_id)
    }

    /// Shows the last cycle as provisional, if it alone is plain enough; a plain other thing withdraws one.
    fn consider(&mut self, catalogue: &Catalogue, out: &mut Vec<Movement>) {
        let Some(last) = self.recent.last() else { return };
        let plain = last.begins && last.evidence.iter().sum::<f32>() >= ALONE;
        let Some(index) = last.likeliest().filter(|index| plain && last.evidence[*index] >= BEGIN) else {
            return;
        };
        let candidate = last.clone();
        withdraw(&mut self.lone, candidate.cycle.end, out);
        self.last_id += 1;
        let id = SetId(self.last_id);
        let mut set = OpenSet::new(id, index, catalogue);
        set.reps.push((candidate.clone(), RepKind::Full));
        out.push(Movement::RepProvisional(set.rep(0, &catalogue.exercises()[index])));
        self.lone = Some(Lone { id, index, candidate });
    }

    /// What follows from time going on: `left` that nobody is there any more. A provisional repetition is confirmed
    /// once nothing has spoken against it for long enough: the person has plainly finished.
    pub fn tick(&mut self, at: Nanos, left: bool, catalogue: &Catalogue, out: &mut Vec<Movement>) {
        self.came.get_or_insert(at);
        let done = |lone: &mut Lone| left || (at - lone.candidate.cycle.end).seconds() >= DONE_S;
        if let Some(lone) = self.lone.take_if(done) {
            self.close(out);
            let mut set = OpenSet::new(lone.id, lone.index, catalogue);
            let start = lone.candidate.cycle.start;
            out.push(Movement::SetStarted { set: set.id, exercise: set.exercise.clone(), start });
            set.add(lone.candidate, catalogue, out);
            self.recent.clear();
            self.open = Some(set);
        }
        if self.open.as_ref().is_some_and(|set| (at - set.end()).seconds() > SET_GAP_S) {
            self.close(out);
        }
    }

    /// Closes the running set.
    pub fn close(&mut self, out: &mut Vec<Movement>) {
        self.doubtful.clear();
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

/// Takes a provisional repetition back.
fn withdraw(lone: &mut Option<Lone>, at: Nanos, out: &mut Vec<Movement>) {
    if let Some(lone) = lone.take() {
        out.push(Movement::RepWithdrawn { set: lone.id, at });
    }
}

fn is_same(a: &Cycle, b: &Cycle) -> bool {
    a.shared(b) > SAME * a.seconds().min(b.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;
    use crate::motion::Figure;
    use crate::motion::figure::Seen;
    use crate::pose::Joint;

    fn catalogue() -> Catalogue {
        let check = |id: &str| {
            format!(
                r#"{{"id": "{id}", "joint": "trunk_lean", "max": 50, "phase": "turn", "views": ["side"],
                "message": {{"en": "Chest up"}}}}"#
            )
        };
        let exercise = |id: &str| {
            format!(
                r#"{{"id": "{id}", "name": {{"en": "{id}"}}, "primary_joint_pair": ["left_knee", "right_knee"],
                "up_angle": 165, "down_angle": 95, "signal": "legs", "recogniser": "{id}", "anchor": "feet",
                "form_checks": [{}, {}]}}"#,
                check("one"),
                check("other")
            )
        };
        let exercises = [exercise("squat"), exercise("lunge")].join(",");
        Catalogue::from_json(&format!(r#"{{"schema": 1, "exercises": [{exercises}]}}"#)).unwrap()
    }

    /// A cycle of two seconds that looks `squat` like a squat and `lunge` like a lunge.
    fn candidate(start: f64, depth: f32, [squat, lunge]: [f32; 2]) -> Candidate {
        let at = |seconds: f64| Nanos::from_seconds(start + seconds);
        let cycle = Cycle { channel: Channel::Legs, start: at(0.0), turn: at(1.0), end: at(2.0), rise: 0.3 };
        let figures: Vec<Figure> = (0..20).map(|tenth| Figure::unseen(at(f64::from(tenth) / 10.0))).collect();
        let (effort, exercising) = (Effort::of(&cycle, &figures, 1.0).unwrap(), squat + lunge);
        Candidate { cycle, depth, begins: true, evidence: vec![squat, lunge], exercising, effort, reviews: Vec::new() }
    }

    /// The same of somebody whose knees are seen to bend by so many degrees.
    fn bending(start: f64, depth: f32, degrees: f32) -> Candidate {
        let plain = candidate(start, depth, [0.95, 0.0]);
        let figure = |tenth: u8| {
            let share = f32::from(tenth) / 20.0;
            let bend = (degrees * (std::f32::consts::PI * share).sin()).to_radians();
            let mut figure = Figure::unseen(plain.cycle.start + Nanos::from_seconds(f64::from(tenth) / 10.0));
            let ankle = (0.25 * bend.sin(), 0.25 + 0.25 * bend.cos());
            let places = [(0.0, 0.0), (0.0, 0.25), ankle];
            for (joint, (x, y)) in [Joint::LeftHip, Joint::LeftKnee, Joint::LeftAnkle].into_iter().zip(places) {
                figure.points[joint as usize] = Some(Seen { point: Point { x, y }, score: 0.9 });
            }
            figure
        };
        let figures: Vec<Figure> = (0..=20).map(figure).collect();
        Candidate { effort: Effort::of(&plain.cycle, &figures, 1.0).unwrap(), ..plain }
    }

    const SQUAT: [f32; 2] = [0.7, 0.05];

    /// What is said of cycles that start at these seconds, as letters: provisional, confirmed full (F) and partial (h),
    /// withdrawn, set started and finished.
    fn said(candidates: &[Candidate], until: f64, left: bool) -> String {
        let (mut sets, mut out, catalogue) = (Sets::default(), Vec::new(), catalogue());
        for candidate in candidates {
            sets.tick(candidate.cycle.end, false, &catalogue, &mut out);
            sets.step(candidate.clone(), &catalogue, &mut out);
        }
        sets.tick(Nanos::from_seconds(until), left, &catalogue, &mut out);
        let letter = |movement: &Movement| match movement {
            Movement::RepProvisional(_) => 'p',
            Movement::RepConfirmed(rep) if rep.kind == RepKind::Full => 'F',
            Movement::RepConfirmed(_) => 'h',
            Movement::RepWithdrawn { .. } => 'w',
            Movement::SetStarted { .. } => '[',
            Movement::SetFinished(_) => ']',
            Movement::FormAlert(_) => '!',
        };
        out.iter().map(letter).collect()
    }

    #[test]
    fn two_that_agree_begin_a_set_and_others_follow() {
        let reps: Vec<Candidate> = (0..5).map(|rep| candidate(f64::from(rep) * 3.0, 1.0, SQUAT)).collect();
        assert_eq!(said(&reps, 20.0, false), "[FFFFF");
        assert_eq!(said(&reps, 80.0, false), "[FFFFF]", "a minute without a repetition ends the set");
        assert_eq!(said(&reps[..1], 20.0, true), "", "one that is not plain is none");
    }

    #[test]
    fn a_plain_one_alone_is_shown_and_confirmed_when_nothing_else_comes() {
        let plain = [candidate(0.0, 1.0, [0.95, 0.0])];
        assert_eq!(said(&plain, 3.0, false), "p");
        assert_eq!(said(&plain, 7.0, false), "p[F");
        assert_eq!(said(&plain, 3.0, true), "p[F", "or when the person leaves");
        assert_eq!(said(&[candidate(0.0, 1.0, [0.6, 0.3])], 7.0, false), "p[F", "plainly one of the two");
        let other = [plain[0].clone(), candidate(3.0, 1.0, [0.0, 0.95])];
        assert_eq!(said(&other, 4.0, false), "pwp", "something else withdraws it");
    }

    #[test]
    fn less_than_the_usual_way_is_partial_and_hardly_any_is_nothing() {
        let depths = [1.0, 1.0, 1.0, 0.6, 1.0, 0.1, 0.75];
        let reps: Vec<Candidate> =
            depths.iter().enumerate().map(|(rep, depth)| candidate(rep as f64 * 3.0, *depth, [0.95, 0.0])).collect();
        assert_eq!(said(&reps, 22.0, false), "p[FFFhFF");
    }

    #[test]
    fn a_first_that_was_hard_to_name_joins_the_set() {
        let reps = [candidate(0.0, 1.0, [0.32, 0.3]), candidate(3.0, 1.0, SQUAT), candidate(6.0, 1.0, SQUAT)];
        assert_eq!(said(&reps, 9.0, false), "[FFF");
    }

    #[test]
    fn what_is_done_badly_goes_on_with_the_set_and_what_is_nothing_does_not() {
        let like = |squat, exercising| Candidate { exercising, ..candidate(6.0, 1.0, [squat, 0.05]) };
        let reps = [candidate(0.0, 1.0, SQUAT), candidate(3.0, 1.0, SQUAT)];
        let then = |last| said(&[&reps[..], &[last]].concat(), 9.0, false);
        assert_eq!(then(like(0.25, 0.95)), "[FFF", "half of it looks like what is in no catalogue");
        assert_eq!(then(like(0.25, 0.5)), "[FF");
        assert_eq!(then(like(0.05, 0.95)), "[FF");
    }

    #[test]
    fn another_exercise_is_another_set() {
        let lunge = [0.05, 0.9];
        let reps: Vec<Candidate> = [SQUAT, SQUAT, lunge, lunge]
            .iter()
            .zip(0..)
            .map(|(like, rep)| candidate(f64::from(rep) * 3.0, 1.0, *like))
            .collect();
        assert_eq!(said(&reps, 12.0, false), "[FFp][FF");
    }

    #[test]
    fn a_partial_one_follows_a_plain_first() {
        let plain = [0.95, 0.0];
        let reps: Vec<Candidate> = [1.0, 0.5, 1.0]
            .iter()
            .zip(0..)
            .map(|(depth, rep)| candidate(f64::from(rep) * 3.0, *depth, plain))
            .collect();
        assert_eq!(said(&reps, 9.0, false), "p[FhF");
    }

    #[test]
    fn of_arms_that_take_turns_each_is_held_against_itself() {
        let by = |depths: &[f32], sides: [Side; 2]| {
            let arm = |(rep, depth): (usize, &f32)| {
                let plain = candidate(rep as f64 * 3.0, *depth, [0.95, 0.0]);
                let channel = Channel::Arm(sides[rep % 2]);
                Candidate { cycle: Cycle { channel, ..plain.cycle }, ..plain }
            };
            let reps: Vec<Candidate> = depths.iter().enumerate().map(arm).collect();
            said(&reps, 3.0 * depths.len() as f64, false)
        };
        let hidden = [1.0, 0.6, 1.0, 0.6, 1.0, 0.4, 0.6, 0.6];
        assert_eq!(by(&hidden, [Side::Left, Side::Right]), "p[FFFFFhhF");
        assert_eq!(by(&hidden, [Side::Both, Side::Both]), "p[FhFhFhhh", "both arms do the same");
        assert_eq!(by(&hidden, [Side::Both, Side::Right]), "p[FhFhFhhh", "an arm that was unseen for a moment");
    }

    #[test]
    fn a_partial_one_that_is_not_plain_begins_no_set() {
        let then = |like| said(&[candidate(0.0, 0.5, [like, 0.0]), candidate(3.0, 1.0, [0.9, 0.0])], 12.0, false);
        assert_eq!(then(0.7), "p[F", "getting down to the floor");
        assert_eq!(then(0.85), "p[hF");
    }

    #[test]
    fn a_partial_one_must_be_plainer() {
        let after = |depth: f32, like: f32| {
            let reps = [(0.0, 1.0, 0.7), (3.0, 1.0, 0.7), (6.0, depth, like)];
            said(&reps.map(|(start, depth, like)| candidate(start, depth, [like, 0.0])), 9.0, false)
        };
        assert_eq!(after(1.0, 0.4), "[FFF");
        assert_eq!(after(0.5, 0.7), "[FF");
        assert_eq!(after(0.5, 0.95), "[FFh");
        assert_eq!(after(0.2, 0.95), "[FF");
    }

    #[test]
    fn a_partial_one_that_is_not_plain_is_one_if_a_full_one_follows() {
        let then = |depth: f32, like: f32, last: f64| {
            let reps = [(0.0, 1.0, 0.7), (3.0, 1.0, 0.7), (6.0, depth, like), (last, 1.0, 0.7)];
            said(&reps.map(|(start, depth, like)| candidate(start, depth, [like, 0.0])), last + 3.0, false)
        };
        assert_eq!(then(0.5, 0.6, 9.0), "[FFhF");
        assert_eq!(then(0.5, 0.3, 9.0), "[FFF", "nothing like it");
        assert_eq!(then(0.2, 0.6, 9.0), "[FFF", "hardly any");
        assert_eq!(then(0.5, 0.6, 30.0), "[FFF", "a rest, and whatever was done before it");
    }

    #[test]
    fn after_a_pause_a_repetition_must_be_plainer() {
        let then = |last: f64, like: f32| {
            let reps = [(0.0, 0.7), (3.0, 0.7), (6.0, 0.7), (last, like)];
            said(&reps.map(|(start, like)| candidate(start, 1.0, [like, 0.0])), last + 3.0, false)
        };
        assert_eq!(then(9.0, 0.45), "[FFFF");
        assert_eq!(then(13.0, 0.45), "[FFF", "the weight is being racked");
        assert_eq!(then(13.0, 0.7), "[FFFF", "a breath before the last");
    }

    #[test]
    fn the_joints_are_a_second_witness_of_how_deep_it_was() {
        let then = |depth: f32, degrees: f32| {
            let reps = [(0.0, 1.0, 70.0), (3.0, 1.0, 70.0), (6.0, depth, degrees)];
            said(&reps.map(|(start, depth, degrees)| bending(start, depth, degrees)), 9.0, false)
        };
        assert_eq!(then(0.74, 70.0), "p[FFF");
        assert_eq!(then(0.74, 35.0), "p[FFh");
        assert_eq!(then(0.66, 35.0), "p[FFh");
        assert_eq!(then(0.66, 70.0), "p[FFF");
        let hidden = [(0.0, 1.0, 20.0), (3.0, 1.0, 20.0), (6.0, 0.74, 8.0)];
        let reps = hidden.map(|(start, depth, degrees)| bending(start, depth, degrees));
        assert_eq!(said(&reps, 9.0, false), "p[FFF", "knees that bend towards the camera");
    }

    #[test]
    fn what_is_too_little_for_the_running_set_begins_none() {
        let mut reps = [0.0, 3.0, 6.0, 12.0].map(|start| candidate(start, 1.0, [0.95, 0.0]));
        reps[2].depth = 0.05;
        assert_eq!(said(&reps, 18.0, false), "p[FFF", "else it would be a set of one, and end this");
    }

    #[test]
    fn who_has_hardly_moved_has_not_begun() {
        let mut reps = [0.0, 3.0].map(|start| candidate(start, 0.2, [0.95, 0.0]));
        for rep in &mut reps {
            rep.begins = false;
        }
        assert_eq!(said(&reps, 20.0, true), "");
    }
}
