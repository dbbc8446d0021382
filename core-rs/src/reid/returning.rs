//! Whether somebody who came is somebody who went: only where nobody else could be meant.
//!
//! To be taken for somebody new costs a member a tap on the phone; to be taken for somebody else gives one member's
//! repetitions to another, and costs the trust in all of them.

use super::appearance;
use super::trail::{ENOUGH, Trail};
use crate::units::{Nanos, Score};
use serde::{Deserialize, Serialize};

/// How long a newcomer who may be somebody is looked at before they are somebody new. What they do meanwhile waits. Longer
/// knows more people again, since who comes in is hardly seen at first.
const DECIDE: Nanos = Nanos(2_000_000_000);
/// How long somebody may be out of sight and be found in their place without a doubt: somebody else can step in after it.
pub const DOUBT: Nanos = Nanos(1_000_000_000);
/// How far somebody may have got at once, in body lengths: to lie down, or behind a pillar.
const REACH: f32 = 1.0;
/// How much farther in a second: a quick walk.
const PACE: f32 = 1.0;
/// Share of grey from which looks tell less: half of the people in a gym wear black. The time that somebody may be away
/// goes down from here to nothing where all is grey.
const GREY: f32 = 0.5;

/// The kind of looks: only those of one kind may be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Looks {
    /// Of [`appearance`].
    Colours,
    /// Of a network that was taught to tell people apart: `OSNet`.
    Network,
}

impl Looks {
    /// The name of the space that the embeddings are in, and its version.
    #[must_use]
    pub fn space(self) -> (&'static str, u32) {
        match self {
            Self::Colours => ("colour-parts", 1),
            Self::Network => ("osnet-x0-25", 1),
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(space: &str) -> Option<Self> {
        [Self::Colours, Self::Network].into_iter().find(|looks| looks.space().0 == space)
    }

    /// Least likeness of two looks at one person. Higher calls more people new; lower takes one for another. Of six people
    /// in one corridor, looks at two were at most 0.93 and 0.87 alike; nine in ten looks at one were 0.96 and 0.95.
    fn least(self) -> f32 {
        match self {
            Self::Colours => 0.96,
            Self::Network => 0.95,
        }
    }

    /// Likeness under which somebody who was found again in their place is somebody else. Higher breaks sets of people
    /// who come out from behind a pillar in another light; lower lets the next in line go on with a set. Looks at one
    /// person were never less than 0.92 and 0.91 alike.
    fn other(self) -> f32 {
        match self {
            Self::Colours | Self::Network => 0.9,
        }
    }

    /// How much less like everybody else. Higher calls more people new where all wear the gym's shirt.
    fn margin(self) -> f32 {
        match self {
            Self::Colours => 0.03,
            Self::Network => 0.05,
        }
    }
}

/// How somebody who comes back is known again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Returning {
    /// By what.
    pub looks: Looks,
    /// How long somebody may be out of sight. Longer gives more strangers a chance to look like them.
    pub away: Nanos,
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
    /// Who `came` is among all who are `known`, where `others` came too.
    pub fn judge<'a, Id: Copy>(
        &self,
        came: &Trail,
        at: Nanos,
        known: impl Iterator<Item = (Id, &'a Trail)> + Clone,
        others: impl Iterator<Item = &'a Trail>,
    ) -> Verdict<Id> {
        if !known.clone().any(|(_, gone)| self.may_be(came, gone)) {
            return Verdict::New;
        }
        match self.plainly(came, known, others) {
            Some((id, score)) => Verdict::Is(id, score),
            None if at - came.first < DECIDE => Verdict::Wait,
            None => Verdict::New,
        }
    }

    /// Whether `came`, who was found where `gone` went out of sight, is somebody else; `Wait` until they were looked at.
    pub fn doubt<Id>(&self, came: &Trail, at: Nanos, gone: (Id, &Trail)) -> Verdict<Id> {
        let (id, gone) = gone;
        let enough = came.often() >= ENOUGH;
        if !enough && at - came.first < DECIDE {
            return Verdict::Wait;
        }
        let likeness = came.likeness(gone);
        if enough && gone.often() >= ENOUGH && likeness < self.looks.other() {
            Verdict::New
        } else {
            Verdict::Is(id, Score(likeness.clamp(0.0, 1.0)))
        }
    }

    /// Whether one could have gone out of sight there and then, and come into sight here and now.
    fn may_be(&self, came: &Trail, gone: &Trail) -> bool {
        let away = came.first - gone.last;
        let way = (came.place.x - gone.place.x).hypot(came.place.y - gone.place.y) / came.length.max(gone.length);
        gone.last < came.first && away <= self.away && way <= REACH + PACE * away.seconds() as f32
    }

    /// How long somebody who looks like that may be away.
    fn patience(&self, gone: &Trail) -> f64 {
        let grey = match self.looks {
            Looks::Colours => appearance::greyness(gone.looks()),
            Looks::Network => 0.0,
        };
        self.away.seconds() * f64::from(((1.0 - grey) / (1.0 - GREY)).min(1.0))
    }

    /// The one who must be meant, and how alike the two look.
    fn plainly<'a, Id: Copy>(
        &self,
        came: &Trail,
        known: impl Iterator<Item = (Id, &'a Trail)>,
        mut others: impl Iterator<Item = &'a Trail>,
    ) -> Option<(Id, Score)> {
        let mut alike: Vec<(f32, Id, &Trail)> = known.map(|(id, trail)| (came.likeness(trail), id, trail)).collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (&(best, id, gone), rest) = alike.split_first()?;
        let apart = best - self.looks.margin();
        let plain = best >= self.looks.least()
            && came.often() >= ENOUGH
            && gone.often() >= ENOUGH
            && self.may_be(came, gone)
            && (came.first - gone.last).seconds() <= self.patience(gone)
            && rest.first().is_none_or(|second| second.0 <= apart)
            && others.all(|other| other.likeness(gone) <= apart);
        plain.then_some((id, Score(best.clamp(0.0, 1.0))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BBox;
    use crate::pose::{Detection, Picture};
    use crate::reid::WIDTH;

    const PICTURE: Picture = Picture { width: 1280, height: 720, sample_aspect_ratio: 1.0 };
    const BY_COLOUR: Returning = Returning { looks: Looks::Colours, away: Nanos(60_000_000_000) };

    fn at(seconds: f64) -> Nanos {
        Nanos::from_seconds(seconds)
    }

    /// Somebody who was seen from one moment to another, whose every part has the colours of these bins.
    fn seen(from: f64, to: f64, x: f32, bins: &[(usize, f32)]) -> Trail {
        let detection =
            Detection { bbox: BBox { x1: x - 0.05, y1: 0.2, x2: x + 0.05, y2: 0.9 }, ..Detection::default() };
        let mut trail = Trail::new(at(from), &detection, &PICTURE);
        trail.see(at(to), &detection, &PICTURE);
        let mut row = [0.0; WIDTH];
        for part in row.chunks_exact_mut(32) {
            for &(bin, share) in bins {
                part[bin] = share;
            }
        }
        for _ in 0..ENOUGH {
            trail.look(at(to), Some(&row));
        }
        trail
    }

    fn judged(came: &Trail, known: &[&Trail], others: &[&Trail], now: f64) -> Verdict<usize> {
        BY_COLOUR.judge(came, at(now), known.iter().copied().enumerate(), others.iter().copied())
    }

    const RED: &[(usize, f32)] = &[(8, 1.0)];
    const BLUE: &[(usize, f32)] = &[(24, 1.0)];
    const BLACK: &[(usize, f32)] = &[(0, 1.0), (8, 0.05)];

    #[test]
    fn who_comes_back_within_a_minute_is_known_and_later_is_new() {
        let gone = seen(0.0, 30.0, 0.5, RED);
        assert!(matches!(judged(&seen(89.0, 90.0, 0.5, RED), &[&gone], &[], 90.0), Verdict::Is(0, _)));
        assert_eq!(judged(&seen(90.5, 91.0, 0.5, RED), &[&gone], &[], 91.0), Verdict::New);
        assert_eq!(judged(&seen(40.0, 41.0, 0.5, BLUE), &[&gone], &[], 41.0), Verdict::Wait);
        assert_eq!(judged(&seen(40.0, 42.0, 0.5, BLUE), &[&gone], &[], 42.0), Verdict::New);
    }

    #[test]
    fn who_is_still_seen_or_was_just_elsewhere_is_somebody_else() {
        let here = seen(0.0, 40.0, 0.5, RED);
        assert_eq!(judged(&seen(40.0, 41.0, 0.5, RED), &[&here], &[], 41.0), Verdict::New, "seen in one frame");
        assert_eq!(judged(&seen(40.1, 41.0, 0.1, RED), &[&seen(0.0, 40.0, 0.9, RED)], &[], 41.0), Verdict::New);
    }

    #[test]
    fn where_two_could_be_meant_it_is_nobody() {
        let (one, twin) = (seen(0.0, 30.0, 0.5, RED), seen(0.0, 41.0, 0.2, RED));
        let came = seen(40.0, 42.0, 0.5, RED);
        assert_eq!(judged(&came, &[&one, &twin], &[], 42.0), Verdict::New, "a twin who is here");
        assert_eq!(judged(&came, &[&one], &[&came], 42.0), Verdict::New, "a twin who came too");
        assert!(matches!(judged(&came, &[&seen(0.0, 30.0, 0.5, BLUE), &one], &[], 42.0), Verdict::Is(1, _)));
    }

    #[test]
    fn black_clothes_tell_little_so_their_owner_is_soon_somebody_new() {
        let gone = seen(0.0, 30.0, 0.5, BLACK);
        assert_eq!(judged(&seen(45.0, 47.0, 0.5, BLACK), &[&gone], &[], 47.0), Verdict::New);
        assert_eq!(judged(&seen(30.1, 32.1, 0.5, BLACK), &[&gone], &[], 32.1), Verdict::Is(0, Score(1.0)));
    }
}
