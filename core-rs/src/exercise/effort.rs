//! How a repetition was done, beyond its depth: range of each joint, speed, symmetry.

use crate::exercise::cycle::Cycle;
use crate::exercise::measure::{Window, quantile};
use crate::exercise::signal::{Channel, Signal};
use crate::motion::angles::BodyAngle;
use crate::motion::{Figure, Side};
use crate::pose::Joint;
use crate::units::Degrees;
use serde::{Deserialize, Serialize};

/// Seconds over which speed is measured: shorter measures the pose model's noise, longer flattens the peak.
const SPEED_S: f64 = 0.2;
/// Seconds before the start that belong to the range: a joint has turned far before the height shows it.
const BEFORE_S: f64 = 0.5;
/// Quantiles between which joints turn: outside are misplaced keypoints.
const EXTREMES: (f32, f32) = (0.05, 0.95);
/// Rise of the stronger side in body heights under which noise decides which side is weaker.
const TELLS_SIDES: f32 = 0.05;

/// Share of the other side's rise under which a side does not work at all: arms that take turns are not lame.
const WORKS: f32 = 0.25;

/// Share of the usual range under which the camera does not see the joint turn: then no range is told, rather than a wrong one.
const LEGIBLE: f32 = 0.25;

/// How one cycle was done.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// How far each joint was at the turn from where it was furthest, degrees in the picture plane, in the order of
    /// [`BodyAngle::ALL`]; `None` where it was unseen.
    ranges: [Option<f32>; BodyAngle::ALL.len()],
    /// Highest speed of the signal, body heights a second.
    pub peak_velocity: f32,
    /// Smaller over larger rise of the two sides, 0 to 1; `None` where only one side worked or was seen.
    pub symmetry: Option<f32>,
    /// Whose limb worked.
    side: Side,
}

impl Effort {
    /// Of a cycle; `None` where fewer than four frames show it.
    #[must_use]
    pub fn of(cycle: &Cycle, figures: &[Figure], stature: f32) -> Option<Self> {
        let window = Window::of(cycle, figures, stature)?;
        let first = figures.partition_point(|figure| (cycle.start - figure.at).seconds() > BEFORE_S);
        let ranges = BodyAngle::ALL.map(|angle| {
            let degrees = |figure: &Figure| angle.of(figure).map(|degrees| degrees.0);
            let turn = window.turn(degrees)?;
            let mut seen: Vec<f32> = figures.get(first..)?.iter().filter_map(degrees).collect();
            let (low, high) = (quantile(&mut seen, EXTREMES.0)?, quantile(&mut seen, EXTREMES.1)?);
            Some((high - turn).max(turn - low))
        });
        let rise = |side| window.moved(|figure| one_sided(cycle.channel.signal(), side, figure));
        let symmetry = rise(Side::Left)
            .zip(rise(Side::Right))
            .filter(|(left, right)| left.max(*right) >= TELLS_SIDES)
            .map(|(left, right)| left.min(right) / left.max(right))
            .filter(|share| *share >= WORKS);
        let peak_velocity = peak_velocity(cycle.channel, window.all, stature);
        Some(Self { ranges, peak_velocity, symmetry, side: cycle.channel.side() })
    }

    /// Range of a pair of joints: of the one that worked, or the mean of both; `None` where it is not seen from here. `usual`
    /// is that of the exercise, in degrees.
    #[must_use]
    pub fn range(&self, pair: [BodyAngle; 2], usual: f32) -> Option<Degrees> {
        let works = |angle: &BodyAngle| self.side == Side::Both || angle.side() == self.side;
        let seen: Vec<f32> = pair.into_iter().filter(works).filter_map(|angle| self.ranges[angle as usize]).collect();
        let mean = seen.iter().sum::<f32>() / seen.len() as f32;
        (mean >= LEGIBLE * usual).then_some(Degrees(mean)) // of nothing it is not a number, and not more
    }
}

/// The signal's height on one side of the body, square units.
fn one_sided(signal: Signal, side: Side, figure: &Figure) -> Option<f32> {
    let (hip, ankle) = match side {
        Side::Left => (Joint::LeftHip, Joint::LeftAnkle),
        _ => (Joint::RightHip, Joint::RightAnkle),
    };
    match signal {
        Signal::Legs => Some(figure.point(hip)?.y - figure.point(ankle)?.y),
        Signal::Arms => Channel::Arm(side).height(figure),
    }
}

/// Highest speed of the channel's height between two moments at least [`SPEED_S`] apart.
fn peak_velocity(channel: Channel, figures: &[Figure], stature: f32) -> f32 {
    let heights: Vec<(f64, f32)> =
        figures.iter().filter_map(|figure| Some((figure.at.seconds(), channel.height(figure)?))).collect();
    let speed = |(index, from): (usize, &(f64, f32))| {
        let to = heights[index..].iter().find(|to| to.0 - from.0 >= SPEED_S)?;
        Some((to.1 - from.1).abs() / (to.0 - from.0) as f32 / stature)
    };
    heights.iter().enumerate().filter_map(speed).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_told_where_it_is_seen() {
        let pair = [BodyAngle::LeftElbow, BodyAngle::RightElbow];
        let range = |left, right, side| {
            let mut ranges = [None; BodyAngle::ALL.len()];
            (ranges[pair[0] as usize], ranges[pair[1] as usize]) = (left, right);
            Effort { ranges, peak_velocity: 1.0, symmetry: None, side }.range(pair, 70.0).map(|range| range.0)
        };
        assert_eq!(range(Some(60.0), Some(50.0), Side::Both), Some(55.0));
        assert_eq!(range(Some(60.0), Some(50.0), Side::Left), Some(60.0));
        assert_eq!(range(Some(60.0), None, Side::Both), Some(60.0));
        assert_eq!(range(None, None, Side::Both), None);
        assert_eq!(range(Some(8.0), Some(9.0), Side::Both), None, "nobody does a push-up of eight degrees");
    }
}
