//! A person whose picture jumped: a cut between views, a cross-fade, a move faster than the frames.
//!
//! Only where nobody else could be meant. A set that falls apart costs a member a word; a rep of somebody else in one's own set costs
//! the trust in all of them.

use super::kalman::Placed;

/// Farthest jump in body lengths. The clips' cuts and fades need 0.45; where one person left and the next came in, it was 0.87 and more.
const REACH: f64 = 0.6;
/// Anybody within this many body lengths of either end could have been meant.
const CROWD: f64 = 1.6;
/// Largest change of the body's length at a cut.
const STRETCH: f64 = 1.7;
/// A box this near to the picture's edge, in picture heights, may be leaving or coming in.
const EDGE: f64 = 0.02;

/// The one pair (lost, new) that must be the same person, if there is exactly one of each around.
///
/// `lost` are the last boxes of the tracks that nobody was found for, `new` the boxes that belong to no track, `others` everybody
/// else in the picture, all in square units; `aspect` is the picture's width.
pub(super) fn relink(lost: &[Placed], new: &[Placed], others: &[Placed], aspect: f64) -> Option<(usize, usize)> {
    let mut pairs = (0..lost.len()).flat_map(|gone| (0..new.len()).map(move |came| (gone, came)));
    pairs.find(|&(gone, came)| {
        let (from, to) = (&lost[gone], &new[came]);
        let stranger = |person: &Placed| near(person, from, CROWD) || near(person, to, CROWD);
        let alone = |people: &[Placed], this: usize| {
            people.iter().enumerate().all(|(index, person)| index == this || !stranger(person))
        };
        let stretch = to.length() / from.length();
        near(from, to, REACH)
            && (STRETCH.recip()..STRETCH).contains(&stretch)
            && !crossed(from, to, aspect)
            && alone(lost, gone)
            && alone(new, came)
            && !others.iter().any(stranger)
    })
}

/// Whether the centres are within `reach` lengths of the longer body.
fn near(a: &Placed, b: &Placed, reach: f64) -> bool {
    (a.x - b.x).hypot(a.y - b.y) < reach * a.length().max(b.length())
}

/// Whether one was at the left edge only and the other at the right edge only: somebody left, somebody else came in.
fn crossed(a: &Placed, b: &Placed, aspect: f64) -> bool {
    let side = |person: &Placed| {
        let left = person.x - person.width / 2.0 < EDGE;
        let right = person.x + person.width / 2.0 > aspect - EDGE;
        i8::from(right) - i8::from(left)
    };
    side(a) * side(b) < 0
}
