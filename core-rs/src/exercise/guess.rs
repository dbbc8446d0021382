//! What somebody seems to be doing, before a set says so.

use crate::exercise::recogniser::{Look, likeness, within};
use crate::exercise::spec::Catalogue;
use crate::units::{Nanos, Score};
use std::collections::VecDeque;
use std::sync::Arc;

/// Seconds that are looked back: 30 frames at 15 a second. Longer names somebody who has long stopped.
const MEMORY: Nanos = Nanos(2_000_000_000);
/// Likeness from which it is worth saying.
const SAID: f32 = 0.40;

/// The exercise that the last two seconds look most like and how sure that is; nobody who stands still does any.
#[must_use]
pub fn exercise(looks: &VecDeque<Look>, catalogue: &Catalogue) -> Option<(Arc<str>, Score)> {
    let last = looks.back()?.at;
    let likeness = catalogue.expecting(&likeness(within(looks, last - MEMORY, last)));
    let all = catalogue.exercises().iter().map(|exercise| (exercise, exercise.recognised(&likeness, false)));
    let (best, surely) = all.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (surely >= SAID).then(|| (best.id.clone(), Score(surely)))
}
