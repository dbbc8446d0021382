//! The beginning of the walk alone: smooth figures, joint angles and cycles, of people who do anything.

use crate::exercise::cycle::{Cycle, LimbFollower};
use crate::exercise::signal::Channel;
use crate::motion::Figure;
use crate::motion::angles::BodyAngle;
use crate::motion::smooth::Smoother;
use crate::motion::stature::Stature;
use crate::pose::{Keypoints, Picture};
use crate::units::{Degrees, Nanos};

/// One person's angles and cycles, without a name for what is done.
#[derive(Debug, Clone)]
pub struct Motion {
    picture: Picture,
    keypoint_visible: f32,
    smoother: Smoother,
    stature: Stature,
    followers: [LimbFollower; Channel::ALL.len()],
}

/// What one frame showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// In the order of [`BodyAngle::ALL`].
    pub angles: [Option<Degrees>; BodyAngle::ALL.len()],
    /// Those that ended with this frame, in the order of [`Channel::ALL`].
    pub cycles: Vec<Cycle>,
}

impl Motion {
    /// Somebody of whom nothing was seen yet; `keypoint_visible` is the score from which a keypoint counts.
    #[must_use]
    pub fn new(picture: Picture, keypoint_visible: f32) -> Self {
        let (smoother, stature) = (Smoother::default(), Stature::default());
        Self { picture, keypoint_visible, smoother, stature, followers: Channel::ALL.map(LimbFollower::new) }
    }

    /// What one more frame shows; frames come in the order of time.
    pub fn step(&mut self, at: Nanos, keypoints: &Keypoints) -> Moved {
        let figure = self.smoother.step(&Figure::of(at, keypoints, &self.picture, self.keypoint_visible));
        let angles = BodyAngle::ALL.map(|angle| angle.of(&figure));
        let Some(stature) = self.stature.step(&figure) else {
            return Moved { angles, cycles: Vec::new() };
        };
        let follow = |follower: &mut LimbFollower| follower.step(&figure, stature);
        Moved { angles, cycles: self.followers.iter_mut().filter_map(follow).collect() }
    }
}
