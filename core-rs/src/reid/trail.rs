//! What is remembered of somebody: when and where they were seen, and what they look like.

use super::WIDTH;
use crate::geometry::Point;
use crate::pose::{Detection, Keypoint, Picture};
use crate::units::Nanos;
use serde::{Deserialize, Serialize};

/// Seconds between two looks at somebody who is known. Shorter follows a jacket that is taken off sooner, and costs more.
const REFRESH: Nanos = Nanos(2_000_000_000);
/// The same for who has just come.
const FIRST: Nanos = Nanos(150_000_000);
/// Looks that a newcomer is judged by.
pub const ENOUGH: u32 = 4;
/// Looks that the mean remembers: older ones fade.
const REMEMBERED: u32 = 30;

/// Where somebody was and what they look like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    /// When they were first seen.
    pub first: Nanos,
    /// When they were last seen.
    pub last: Nanos,
    /// The middle of their box then, square units.
    pub place: Point,
    /// The longer side of their box then, square units.
    pub length: f32,
    /// When they were last looked at.
    looked: Option<Nanos>,
    /// How often.
    often: u32,
    /// The mean of the looks; empty before the first.
    mean: Vec<f32>,
}

impl Trail {
    /// Of somebody who was seen for the first time.
    #[must_use]
    pub fn new(at: Nanos, seen: &Detection, picture: &Picture) -> Self {
        let (place, length) = placed(seen, picture);
        Self { first: at, last: at, place, length, looked: None, often: 0, mean: Vec::new() }
    }

    /// They were seen again.
    pub fn see(&mut self, at: Nanos, seen: &Detection, picture: &Picture) {
        self.last = at;
        (self.place, self.length) = placed(seen, picture);
    }

    /// Whether it is time to look at them again.
    #[must_use]
    pub fn is_due(&self, at: Nanos) -> bool {
        let every = if self.often < ENOUGH { FIRST } else { REFRESH };
        self.looked.is_none_or(|looked| at - looked >= every)
    }

    /// They were looked at, and what was seen, if anything was.
    pub fn look(&mut self, at: Nanos, seen: Option<&[f32; WIDTH]>) {
        self.looked = Some(at);
        let Some(seen) = seen else { return };
        self.often = (self.often + 1).min(REMEMBERED);
        self.mean.resize(WIDTH, 0.0);
        for (mean, seen) in self.mean.iter_mut().zip(seen) {
            *mean += (seen - *mean) / self.often as f32;
        }
    }

    /// How often they were looked at, as far as that is remembered.
    #[must_use]
    pub fn often(&self) -> u32 {
        self.often
    }

    /// The mean of what was seen; empty before the first look.
    #[must_use]
    pub fn looks(&self) -> &[f32] {
        &self.mean
    }

    /// Who they are together with what is known of who they turned out to be.
    pub fn join(&mut self, later: &Self) {
        (self.last, self.place, self.length) = (later.last, later.place, later.length);
        if !later.mean.is_empty() {
            let (old, new) = (self.often as f32, later.often as f32);
            self.mean.resize(WIDTH, 0.0);
            for (mean, later) in self.mean.iter_mut().zip(&later.mean) {
                *mean = (*mean * old + later * new) / (old + new);
            }
            self.often = (self.often + later.often).min(REMEMBERED);
        }
        self.looked = self.looked.max(later.looked);
    }

    /// Cosine of the two mean looks, 0 where one was never seen.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let lengths = (dot(&self.mean, &self.mean) * dot(&other.mean, &other.mean)).sqrt();
        if lengths > 0.0 { dot(&self.mean, &other.mean) / lengths } else { 0.0 }
    }
}

/// The middle of a box and its longer side, in square units.
fn placed(seen: &Detection, picture: &Picture) -> (Point, f32) {
    let centre = seen.bbox.centre();
    let middle = picture.square(&Keypoint { x: centre.x, y: centre.y, score: 1.0 });
    (middle, (seen.bbox.width() * picture.aspect()).max(seen.bbox.height()))
}
