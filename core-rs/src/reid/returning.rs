//! Whether somebody who came is somebody who went: only where nobody else could be meant.
//!
//! To be taken for somebody new costs a member a tap on the phone; to be taken for somebody else gives one member's
//! repetitions to another, and costs the trust in all of them.

use super::trail::{ENOUGH, Trail};
use crate::units::{Nanos, Score};

/// How long a newcomer who may be somebody is looked at before it is decided. Their repetitions are not lost: they wait.
const DECIDE: Nanos = Nanos(1_500_000_000);

/// Likeness from which two looks may be the same person's. It belongs to the kind of look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Returning {
    /// How long somebody may be away, from when they were last seen to when they were seen again. Longer gives more
    /// strangers a chance to look like them.
    pub away: Nanos,
    /// Least likeness. Higher calls more people new; lower takes one for another.
    pub least: f32,
    /// How much less like each other person the newcomer must be, and each other newcomer like who went.
    pub margin: f32,
    /// Body lengths from where they were last, at once.
    pub reach: f32,
    /// Body lengths more for each second that they were away: people come back to where they train.
    pub pace: f32,
    /// Body lengths at most.
    pub farthest: f32,
}

/// What becomes of a newcomer now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict<Id> {
    /// It is too early to say.
    Wait,
    /// Nobody who is known.
    New,
    /// Somebody who was here before, and how alike they look.
    Is(Id, Score),
}

impl Returning {
    /// What holds for looks of that kind; `None` where there is no such kind.
    #[must_use]
    pub fn by(looks: &str, away: Nanos) -> Option<Self> {
        let everyone = Self { away, least: 0.0, margin: 0.0, reach: 1.5, pace: 0.3, farthest: 6.0 };
        match looks {
            "colour-parts" => Some(Self { least: 0.93, margin: 0.06, ..everyone }),
            "osnet-x0-25" => Some(Self { least: 0.85, margin: 0.15, ..everyone }),
            _ => None,
        }
    }

    /// Whether `gone` was last seen before `came` was first seen, and not too long before.
    fn may_be(&self, came: &Trail, gone: &Trail) -> bool {
        gone.last < came.first && came.first - gone.last <= self.away
    }

    /// Whether one could have gone that way.
    fn is_near(&self, came: &Trail, gone: &Trail) -> bool {
        let length = came.length.max(gone.length);
        let way = (came.place.x - gone.place.x).hypot(came.place.y - gone.place.y) / length;
        let seconds = (came.first - gone.last).seconds() as f32;
        way <= (self.reach + self.pace * seconds).min(self.farthest)
    }

    /// Who `came` is, among all who are `known`, where `others` came too; each that is known with whether it could
    /// still be someone's, which it is not while its owner is in the picture.
    pub fn judge<'a, Id: Copy>(
        &self,
        came: &Trail,
        at: Nanos,
        known: impl Iterator<Item = (Id, &'a Trail)> + Clone,
        mut others: impl Iterator<Item = &'a Trail>,
    ) -> Verdict<Id> {
        if !known.clone().any(|(_, gone)| self.may_be(came, gone)) {
            return Verdict::New;
        }
        if at - came.first < DECIDE && came.looks() < ENOUGH {
            return Verdict::Wait;
        }
        let mut alike: Vec<(f32, Id, &Trail)> = known.map(|(id, trail)| (came.likeness(trail), id, trail)).collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        let [(best, id, gone), ref rest @ ..] = alike[..] else { return Verdict::New };
        let plain = best >= self.least
            && came.looks() >= ENOUGH
            && gone.looks() >= ENOUGH
            && self.may_be(came, gone)
            && self.is_near(came, gone)
            && rest.first().is_none_or(|second| second.0 <= best - self.margin)
            && others.all(|other| other.likeness(gone) <= best - self.margin);
        if plain { Verdict::Is(id, Score(best.clamp(0.0, 1.0))) } else { Verdict::New }
    }
}
