//! From keypoints to repetitions: found by a height that rises and returns, named by what stayed, counted in sets.

pub mod cycle;
pub mod gate;
pub mod measure;
pub mod sets;
pub mod signal;
pub mod spec;
pub mod view;

use crate::event::{Movement, Phase, RepKind, SetId};
use crate::exercise::cycle::{Cycle, Follower, SLOWEST_S};
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
}

impl Athlete {
    /// Somebody of whom nothing is known.
    #[must_use]
    pub fn new(catalogue: Arc<Catalogue>, options: AthleteOptions) -> Self {
        let state = State {
            options,
            smoother: Smoother::default(),
            stature: Stature::default(),
            height: None,
            figures: VecDeque::new(),
            followers: Channel::ALL.map(Follower::new).to_vec(),
            sets: Sets::default(),
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
        self.state.figures.push_back(figure);
        while (at - self.state.figures[0].at).seconds() > SLOWEST_S + 1.0 {
            self.state.figures.pop_front();
        }
        let now = measure::unrest(self.state.figures.make_contiguous(), at, stature);
        self.state.sets.tick(at, now, false, &self.catalogue, &mut out);
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
        self.state.sets.tick(at, None, true, &self.catalogue, &mut out);
        self.state.sets.close(&mut out);
        out
    }

    /// What a screen shows.
    #[must_use]
    pub fn status(&self) -> Status {
        let set = self.state.sets.open();
        Status {
            exercise: set.map(|set| set.exercise.clone()),
            confidence: Score(0.0),
            phase: Phase::Rest,
            reps: set.map_or(0, |set| set.count(RepKind::Full)),
            partial_reps: set.map_or(0, |set| set.count(RepKind::Partial)),
            progress: 0.0,
            set: set.map(|set| set.id),
        }
    }

    fn end_cycle(&mut self, cycle: Cycle, stature: f32, out: &mut Vec<Movement>) {
        let Some(measures) = Measures::of(&cycle, self.state.figures.make_contiguous(), stature) else {
            return;
        };
        let place = self
            .state
            .figures
            .iter()
            .find(|figure| figure.at >= cycle.start)
            .and_then(Figure::hips)
            .map(|hips| Point { x: hips.x / stature, y: hips.y / stature });
        let candidate = Candidate { cycle, measures, place };
        self.state.sets.step(candidate, &self.catalogue, out);
        for follower in &mut self.state.followers {
            follower.usual = self.state.sets.usual_rise(follower.channel().signal());
        }
    }
}
