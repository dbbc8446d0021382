//! From keypoints to repetitions: found by how deep the body is in one, named by what it looks like, counted in sets.

pub mod course;
pub mod cycle;
pub mod effort;
pub mod form;
pub mod gate;
pub mod guess;
pub mod measure;
pub mod motions;
pub mod recogniser;
pub mod sets;
pub mod signal;
pub mod spec;
pub mod view;

use crate::event::{Movement, Phase, RepKind, SetId};
use crate::exercise::course::Course;
use crate::exercise::cycle::{Cycle, Follower, LimbFollower, SLOWEST_S, Swing};
use crate::exercise::effort::Effort;
use crate::exercise::form::Form;
use crate::exercise::measure::Measures;
use crate::exercise::recogniser::{DELAY, Look, Recogniser};
use crate::exercise::sets::{Candidate, Sets};
use crate::exercise::signal::Channel;
use crate::motion::Figure;
use crate::motion::glimpse::{Glimpse, Glimpses, STEP};
use crate::motion::smooth::Smoother;
use crate::motion::stature::Stature;
use crate::pose::{Keypoints, Picture};
use crate::units::{Nanos, Score};
use serde::{Deserialize, Serialize};
pub use spec::{Catalogue, Exercise, FormCheck};
use std::collections::VecDeque;
use std::sync::Arc;

/// What an [`Athlete`] must be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AthleteOptions {
    /// The exercise's id where it is known; `None` recognises it.
    pub exercise: Option<Arc<str>>,
    /// The picture that keypoints refer to.
    pub picture: Picture,
    /// Score from which the pose model's keypoints are worth anything (its manifest row says).
    pub keypoint_visible: f32,
}

/// What a screen shows of a person now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Status {
    /// The exercise under way, if it is known.
    pub exercise: Option<Arc<str>>,
    /// How sure that is.
    pub confidence: Score,
    /// Where in the repetition.
    pub phase: Phase,
    /// Full repetitions of the running set.
    pub reps: u32,
    /// Its partial ones.
    pub partial_reps: u32,
    /// Share of the usual range that the repetition under way has reached, 0 to 1.
    pub progress: f32,
    /// The running set.
    pub set: Option<SetId>,
}

/// One person, from the first frame of a track to the last.
#[derive(Debug, Clone)]
pub struct Athlete {
    catalogue: Arc<Catalogue>,
    state: State,
}

/// Body heights that stand for a whole repetition where [`Follower`] follows its depth: the limits of its heights then
/// begin a repetition at a sixth of the way.
const WHOLE: f32 = 0.30;

/// How long nobody may be seen in a repetition whose depth is believed.
const UNSEEN: Nanos = Nanos(500_000_000);

/// Share of a whole repetition from which the recogniser's begin a set. Lower takes getting up for the first of one.
const BEGINS: f32 = 0.42;

/// All that an [`Athlete`] remembers: plain data, so that a journal can keep it and a restart go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    options: AthleteOptions,
    smoother: Smoother,
    stature: Stature,
    height: Option<f32>,
    figures: VecDeque<Figure>,
    glimpses: Glimpses,
    recogniser: Recogniser,
    looks: VecDeque<Look>,
    /// What it seems to be, before a set says so, and how sure that is.
    guess: Option<(Arc<str>, Score)>,
    /// Follows the depth that the recogniser sees.
    depth: Follower,
    /// Follow the heights of exercises that the recogniser does not know.
    heights: Vec<LimbFollower>,
    sets: Sets,
    form: Form,
    phase: Phase,
    progress: f32,
}

/// What a cycle is taken for: see [`Candidate`].
struct Judged {
    depth: f32,
    begins: bool,
    evidence: Vec<f32>,
    exercising: f32,
}

impl Athlete {
    /// Somebody of whom nothing is known.
    #[must_use]
    pub fn new(catalogue: Arc<Catalogue>, options: AthleteOptions) -> Self {
        let catalogue = narrowed(catalogue, &options);
        let gated = |channel: &Channel| {
            let mut exercises = catalogue.exercises().iter().filter(|exercise| exercise.recogniser.is_none());
            exercises.any(|exercise| exercise.signal == channel.signal())
        };
        let state = State {
            options,
            smoother: Smoother::default(),
            stature: Stature::default(),
            height: None,
            figures: VecDeque::new(),
            glimpses: Glimpses::default(),
            recogniser: Recogniser::default(),
            looks: VecDeque::new(),
            guess: None,
            depth: Follower::default(),
            heights: Channel::ALL.into_iter().filter(gated).map(LimbFollower::new).collect(),
            sets: Sets::default(),
            form: Form::default(),
            phase: Phase::Rest,
            progress: 0.0,
        };
        Self { catalogue, state }
    }

    /// All that is remembered.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Somebody who goes on where `state` was taken.
    #[must_use]
    pub fn restore(catalogue: Arc<Catalogue>, state: State) -> Self {
        Self { catalogue: narrowed(catalogue, &state.options), state }
    }

    /// What follows from being told what they do; `None` lets the recogniser find out. A set of something else ends, and
    /// so does what was known of this person's movement; the numbers of their sets go on.
    pub fn told(&mut self, catalogue: Arc<Catalogue>, exercise: Option<Arc<str>>, at: Nanos) -> Vec<Movement> {
        let running = self.state.sets.open().map(|set| &set.exercise);
        if self.state.options.exercise == exercise || (exercise.is_some() && running == exercise.as_ref()) {
            return Vec::new();
        }
        let out = self.close(at);
        let (options, sets) = (self.state.options.clone(), std::mem::take(&mut self.state.sets));
        *self = Self::new(catalogue, AthleteOptions { exercise, ..options });
        self.state.sets = sets.begun_anew();
        out
    }

    /// What follows from one more frame. A frame that is not later than the last is ignored.
    pub fn step(&mut self, at: Nanos, keypoints: &Keypoints) -> Vec<Movement> {
        let mut out = Vec::new();
        if self.state.figures.back().is_some_and(|last| at <= last.at) {
            return out;
        }
        let visible = self.state.options.keypoint_visible;
        let raw = Figure::of(at, keypoints, &self.state.options.picture, visible);
        let figure = self.state.smoother.step(&raw);
        self.state.height = self.state.stature.step(&figure);
        let Some(stature) = self.state.height else {
            return out;
        };
        self.state.form.look(&figure, stature);
        self.state.figures.push_back(figure);
        while (at - self.state.figures[0].at).seconds() > SLOWEST_S + 1.0 {
            self.state.figures.pop_front();
        }
        self.state.sets.tick(at, false, &self.catalogue, &mut out);
        self.tell(0, &mut out);
        for glimpse in self.state.glimpses.step(&raw, stature, visible) {
            self.look(&glimpse, stature, &mut out);
        }
        let ended: Vec<Cycle> =
            self.state.heights.iter_mut().filter_map(|follower| follower.step(&figure, stature)).collect();
        for cycle in ended {
            self.end_height(cycle, stature, &mut out);
        }
        self.watch(stature, &mut out);
        out
    }

    /// What follows when the person left or the video ended.
    pub fn finish(&mut self, at: Nanos) -> Vec<Movement> {
        let mut out = self.leave(at);
        self.state.sets.close(&mut out);
        out
    }

    /// They are back after [`Athlete::leave`]: their set goes on, and their movement is looked at as if for the first time,
    /// since what was seen before the gap would only confuse.
    pub fn come_back(&mut self) {
        let (sets, form) = (std::mem::take(&mut self.state.sets), std::mem::take(&mut self.state.form));
        *self = Self::new(Arc::clone(&self.catalogue), self.state.options.clone());
        (self.state.sets, self.state.form) = (sets, form);
        self.expect();
    }

    /// What follows from time alone, while nobody sees the person.
    pub fn wait(&mut self, at: Nanos) -> Vec<Movement> {
        let mut out = Vec::new();
        self.state.sets.tick(at, false, &self.catalogue, &mut out);
        self.tell(0, &mut out);
        out
    }

    /// What follows when the person will not come back, after [`Athlete::leave`] or in their middle.
    pub fn close(&mut self, at: Nanos) -> Vec<Movement> {
        let mut out = Vec::new();
        self.state.sets.tick(at, true, &self.catalogue, &mut out);
        self.tell(0, &mut out);
        self.state.sets.close(&mut out);
        out
    }

    /// What follows when the person is out of sight, and may come back to go on with the set.
    pub fn leave(&mut self, at: Nanos) -> Vec<Movement> {
        let mut out = Vec::new();
        if let Some(stature) = self.state.height {
            // The recogniser speaks late: it is shown the last figure until it has spoken of it.
            for _ in 0..=DELAY.0 / STEP.0 {
                for glimpse in self.state.glimpses.stay(stature, self.state.options.keypoint_visible) {
                    self.look(&glimpse, stature, &mut out);
                }
            }
            if let Some(swing) = self.state.depth.finish(1.0) {
                self.end_depth(swing, stature, &mut out);
            }
            let ended: Vec<Cycle> =
                self.state.heights.iter_mut().filter_map(|follower| follower.finish(stature)).collect();
            for cycle in ended {
                self.end_height(cycle, stature, &mut out);
            }
        }
        let before = out.len();
        self.state.sets.tick(at, true, &self.catalogue, &mut out);
        self.tell(before, &mut out);
        out
    }

    /// What a screen shows.
    #[must_use]
    pub fn status(&self) -> Status {
        let set = self.state.sets.open();
        let known = set.map(|set| (set.exercise.clone(), set.confidence())).or_else(|| self.state.guess.clone());
        Status {
            confidence: known.as_ref().map_or(Score(0.0), |known| known.1),
            exercise: known.map(|known| known.0),
            phase: self.state.phase,
            reps: set.map_or(0, |set| set.count(RepKind::Full)),
            partial_reps: set.map_or(0, |set| set.count(RepKind::Partial)),
            progress: self.state.progress,
            set: set.map(|set| set.id),
        }
    }

    /// Takes in what the recogniser says.
    fn look(&mut self, glimpse: &Glimpse, stature: f32, out: &mut Vec<Movement>) {
        let look = self.state.recogniser.step(glimpse);
        while self.state.looks.front().is_some_and(|first| (look.at - first.at).seconds() > SLOWEST_S + 1.0) {
            self.state.looks.pop_front();
        }
        self.state.looks.push_back(look);
        self.state.guess = guess::exercise(&self.state.looks, &self.catalogue);
        if let Some(swing) = self.state.depth.step(look.at, Some(look.depth * WHOLE), 1.0) {
            self.end_depth(swing, stature, out);
        }
    }

    /// A repetition that the recogniser saw.
    fn end_depth(&mut self, seen: Swing, stature: f32, out: &mut Vec<Movement>) {
        let within = || recogniser::within(&self.state.looks, seen.start, seen.end);
        let likeness = self.catalogue.expecting(&recogniser::likeness(within()));
        let alone = self.state.options.exercise.is_some();
        let exercises = || self.catalogue.exercises().iter();
        let mut evidence: Vec<f32> = exercises().map(|exercise| exercise.recognised(&likeness, alone)).collect();
        let likeliest = evidence.iter().zip(exercises()).max_by(|a, b| a.0.total_cmp(b.0));
        let Some((_, exercise)) = likeliest else { return };
        let figures: &[Figure] = self.state.figures.make_contiguous();
        let cycle = exercise.signal.cycle(seen, figures, stature);
        // Gates tell what is one more of a set: its first may begin wherever the body was before.
        if let Some(index) = self.state.sets.open().map(|set| set.index)
            && let running = &self.catalogue.exercises()[index]
            && !running.gates.is_empty()
            && let Some(measures) = Measures::of(&cycle, figures, stature)
        {
            evidence[index] = evidence[index].min(running.gated(&measures));
        }
        // How deep somebody is who was out of sight just before is hard to tell: what was not seen whole is a usual one.
        let mut pairs = self.state.looks.iter().zip(self.state.looks.iter().skip(1));
        let unseen = pairs
            .any(|(last, next)| next.at - last.at > UNSEEN && next.at >= seen.start - UNSEEN && last.at <= seen.end);
        let least = if unseen { self.state.sets.usual_depth() } else { 0.0 };
        // Nobody was deep where nothing was seen at the turn; how deep, the way back tells better.
        let deepest = within().map(|look| look.depth).fold(0.0, f32::max);
        let back = recogniser::reach(recogniser::within(&self.state.looks, seen.turn, seen.end));
        let depth = recogniser::share((deepest + 2.0 * back) / 3.0, exercise.anchor).max(least);
        let exercising = 1.0 - likeness[0];
        self.end(cycle, Judged { depth, begins: depth >= BEGINS, evidence, exercising }, stature, out);
    }

    /// A repetition of an exercise that the recogniser does not know, if its gates say so.
    fn end_height(&mut self, cycle: Cycle, stature: f32, out: &mut Vec<Movement>) {
        let figures: &[Figure] = self.state.figures.make_contiguous();
        let Some(measures) = Measures::of(&cycle, figures, stature) else { return };
        let evidence: Vec<f32> =
            self.catalogue.exercises().iter().map(|exercise| exercise.evidence(&cycle, &measures)).collect();
        let depth = measures.get(measure::Measure::Depth).unwrap_or(cycle.rise);
        let exercising = evidence.iter().copied().fold(0.0, f32::max);
        self.end(cycle, Judged { depth, begins: true, evidence, exercising }, stature, out);
    }

    fn end(&mut self, cycle: Cycle, judged: Judged, stature: f32, out: &mut Vec<Movement>) {
        let figures: &[Figure] = self.state.figures.make_contiguous();
        let Some(effort) = Effort::of(&cycle, figures, stature) else { return };
        let course = Course::over(cycle, figures, stature);
        let reviews = self.catalogue.exercises().iter().filter(|exercise| exercise.signal == cycle.channel.signal());
        let review = |exercise| self.state.form.review(exercise, course.as_ref()?, figures, stature);
        let reviews = reviews.filter_map(review).collect();
        let before = out.len();
        let Judged { depth, begins, evidence, exercising } = judged;
        let candidate = Candidate { cycle, depth, begins, evidence, exercising, effort, reviews };
        self.state.sets.step(candidate, &self.catalogue, out);
        self.tell(before, out);
        self.expect();
    }

    /// Expects more of what is usual in the set.
    fn expect(&mut self) {
        let exercise = self.state.sets.open().and_then(|set| self.catalogue.get(&set.exercise));
        let usual = self.state.sets.usual_depth();
        self.state.depth.usual = exercise.map_or(0.0, |exercise| recogniser::looks(usual, exercise.anchor)) * WHOLE;
        for follower in &mut self.state.heights {
            follower.expect(self.state.sets.usual_rise(follower.channel()));
        }
    }

    /// Says the faults of the repetitions that were confirmed since `from`, unless they were said while they were done.
    fn tell(&mut self, from: usize, out: &mut Vec<Movement>) {
        let Some(set) = self.state.sets.open() else { return };
        let Some(exercise) = self.catalogue.get(&set.exercise) else { return };
        for index in from..out.len() {
            let Movement::RepConfirmed(rep) = &out[index] else { continue };
            let (rep, same) = (rep.clone(), |cycle: &Cycle| (cycle.start, cycle.turn) == (rep.start, rep.turn));
            let candidate = set.reps.iter().map(|rep| &rep.0).find(|candidate| same(&candidate.cycle));
            if let Some(review) = candidate.and_then(|candidate| candidate.review(&exercise.id)) {
                self.state.form.tell(&rep, exercise, review, out);
            }
        }
    }

    /// Where in a repetition the person is now, and how it is done.
    fn watch(&mut self, stature: f32, out: &mut Vec<Movement>) {
        let State { figures, guess, depth, heights, sets, form, phase, progress, .. } = &mut self.state;
        let figures: &[Figure] = figures.make_contiguous();
        let Some(figure) = figures.last() else { return };
        let set = sets.open();
        let known = set.map(|set| &set.exercise).or(guess.as_ref().map(|guess| &guess.0));
        let exercise = known.and_then(|id| self.catalogue.get(id));
        let now = |exercise: &Exercise| {
            if exercise.recogniser.is_some() {
                return Some(exercise.signal.cycle(depth.under_way(figure.at, 1.0)?, figures, stature));
            }
            let own = heights.iter().filter(|follower| follower.channel().signal() == exercise.signal);
            own.filter_map(|own| own.under_way(figure.at, stature)).max_by(|a, b| a.rise.total_cmp(&b.rise))
        };
        let course = exercise.and_then(now).and_then(|cycle| {
            let usual = sets.usual_rise(cycle.channel);
            Some((Course::under_way(cycle, figures, stature, usual)?, usual))
        });
        *phase = course.as_ref().and_then(|(course, _)| course.phase(figure)).unwrap_or(Phase::Rest);
        *progress = course.as_ref().and_then(|(course, usual)| course.progress(figure, *usual)).unwrap_or(0.0);
        if let Some((set, exercise)) = set.zip(exercise) {
            let number = set.count(RepKind::Full) + 1;
            form.watch((set.id, number), exercise, course.as_ref().map(|it| &it.0), figures, stature, out);
        }
    }
}

/// The catalogue that somebody's exercise is sought in: that one alone, where it is known.
fn narrowed(catalogue: Arc<Catalogue>, options: &AthleteOptions) -> Arc<Catalogue> {
    match options.exercise.as_deref() {
        Some(id) => Arc::new(catalogue.only(id)),
        None => catalogue,
    }
}
