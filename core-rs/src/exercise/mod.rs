//! From keypoints to repetitions: found by a height that rises and returns, named by what stayed, counted in sets.

pub mod course;
pub mod cycle;
pub mod effort;
pub mod form;
pub mod gate;
pub mod guess;
pub mod measure;
pub mod motions;
pub mod sets;
pub mod signal;
pub mod spec;
pub mod view;

use crate::event::{Movement, Phase, RepKind, SetId};
use crate::exercise::course::Course;
use crate::exercise::cycle::{Cycle, Follower, SLOWEST_S};
use crate::exercise::effort::Effort;
use crate::exercise::form::Form;
use crate::exercise::guess::Guess;
use crate::exercise::measure::Measures;
use crate::exercise::sets::{Candidate, Sets};
use crate::exercise::signal::Channel;
use crate::geometry::Point;
use crate::motion::Figure;
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// All that an [`Athlete`] remembers: plain data, so that a journal can keep it and a restart go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    options: AthleteOptions,
    smoother: Smoother,
    stature: Stature,
    height: Option<f32>,
    figures: VecDeque<Figure>,
    followers: Vec<Follower>,
    sets: Sets,
    form: Form,
    guess: Guess,
    phase: Phase,
    progress: f32,
}

impl Athlete {
    /// Somebody of whom nothing is known.
    #[must_use]
    pub fn new(catalogue: Arc<Catalogue>, options: AthleteOptions) -> Self {
        let catalogue = match options.exercise.as_deref() {
            Some(id) => Arc::new(catalogue.only(id)),
            None => catalogue,
        };
        let state = State {
            options,
            smoother: Smoother::default(),
            stature: Stature::default(),
            height: None,
            figures: VecDeque::new(),
            followers: Channel::ALL.map(Follower::new).to_vec(),
            sets: Sets::default(),
            form: Form::default(),
            guess: Guess::default(),
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
        Self { catalogue, state }
    }

    /// What follows from one more frame. A frame that is not later than the last is ignored.
    pub fn step(&mut self, at: Nanos, keypoints: &Keypoints) -> Vec<Movement> {
        let mut out = Vec::new();
        if self.state.figures.back().is_some_and(|last| at <= last.at) {
            return out;
        }
        let figure =
            self.state.smoother.step(at, keypoints, &self.state.options.picture, self.state.options.keypoint_visible);
        self.state.height = self.state.stature.step(&figure);
        let Some(stature) = self.state.height else {
            return out;
        };
        self.state.form.look(&figure, stature);
        self.state.figures.push_back(figure);
        while (at - self.state.figures[0].at).seconds() > SLOWEST_S + 1.0 {
            self.state.figures.pop_front();
        }
        let now = measure::unrest(self.state.figures.make_contiguous(), at, stature);
        self.state.sets.tick(at, now, false, &self.catalogue, &mut out);
        self.tell(0, &mut out);
        let ended: Vec<Cycle> = self
            .state
            .followers
            .iter_mut()
            .zip(Channel::ALL)
            .filter_map(|(follower, channel)| follower.step(at, channel.height(&figure), stature))
            .collect();
        for cycle in ended {
            self.end_cycle(cycle, stature, &mut out);
        }
        self.watch(stature, &mut out);
        out
    }

    /// What follows when the person left or the video ended.
    pub fn finish(&mut self, at: Nanos) -> Vec<Movement> {
        let mut out = Vec::new();
        if let Some(stature) = self.state.height {
            let ended: Vec<Cycle> =
                self.state.followers.iter_mut().filter_map(|follower| follower.finish(stature)).collect();
            for cycle in ended {
                self.end_cycle(cycle, stature, &mut out);
            }
        }
        let before = out.len();
        self.state.sets.tick(at, None, true, &self.catalogue, &mut out);
        self.tell(before, &mut out);
        self.state.sets.close(&mut out);
        out
    }

    /// What a screen shows.
    #[must_use]
    pub fn status(&self) -> Status {
        let set = self.state.sets.open();
        let at = self.state.figures.back().map_or(Nanos(0), |figure| figure.at);
        let guess = || self.state.guess.exercise(at);
        let known = set.map(|set| (set.exercise.clone(), set.confidence(&self.catalogue))).or_else(guess);
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

    fn end_cycle(&mut self, cycle: Cycle, stature: f32, out: &mut Vec<Movement>) {
        let figures: &[Figure] = self.state.figures.make_contiguous();
        let measures = Measures::of(&cycle, figures, stature);
        let Some((measures, effort)) = measures.zip(Effort::of(&cycle, figures, stature)) else {
            return;
        };
        self.state.guess.weigh(&cycle, &measures, &self.catalogue);
        let course = Course::over(cycle, figures, stature);
        let reviews = self.catalogue.exercises().iter().filter(|exercise| exercise.signal == cycle.channel.signal());
        let review = |exercise| self.state.form.review(exercise, course.as_ref()?, figures, stature);
        let reviews = reviews.filter_map(review).collect();
        let place = self
            .state
            .figures
            .iter()
            .find(|figure| figure.at >= cycle.start)
            .and_then(Figure::hips)
            .map(|hips| Point { x: hips.x / stature, y: hips.y / stature });
        let candidate = Candidate { cycle, measures, effort, reviews, place };
        let before = out.len();
        self.state.sets.step(candidate, &self.catalogue, out);
        self.tell(before, out);
        for follower in &mut self.state.followers {
            follower.usual = self.state.sets.usual_rise(follower.channel().signal());
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
        let State { figures, followers, sets, form, guess, phase, progress, .. } = &mut self.state;
        let figures: &[Figure] = figures.make_contiguous();
        let Some(figure) = figures.last() else { return };
        let set = sets.open();
        if set.is_none() {
            guess.look(followers, figures, stature, &self.catalogue);
        }
        let known = set.map(|set| set.exercise.clone()).or_else(|| guess.exercise(figure.at).map(|guess| guess.0));
        let exercise = known.and_then(|id| self.catalogue.get(&id));
        let channels = |channel: Channel| match set {
            Some(set) => set.channels().any(|used| used == channel),
            None => exercise.is_some_and(|exercise| exercise.signal == channel.signal()),
        };
        let under_way = |follower: &Follower| {
            let cycle = follower.under_way(figure.at, stature).filter(|cycle| channels(cycle.channel))?;
            Some((Course::under_way(cycle, figures, stature, follower.usual)?, follower.usual))
        };
        let furthest = followers.iter().filter_map(under_way).max_by(|a, b| a.0.cycle.rise.total_cmp(&b.0.cycle.rise));
        let course = furthest.as_ref().map(|furthest| &furthest.0);
        *phase = course.and_then(|course| course.phase(figure)).unwrap_or(Phase::Rest);
        *progress = furthest.as_ref().and_then(|(course, usual)| course.progress(figure, *usual)).unwrap_or(0.0);
        if let Some((set, exercise)) = set.zip(exercise) {
            let number = set.count(RepKind::Full) + 1;
            form.watch((set.id, number), exercise, course, figures, stature, out);
        }
    }
}
