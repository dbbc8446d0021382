//! How tall a person is in the picture, from whichever limb is least foreshortened.

use crate::motion::figure::{Figure, distance};
use crate::pose::Joint;
use crate::units::Nanos;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Seconds of limb lengths remembered. Longer than the slowest repetition, or the scale would breathe with it; longer
/// still follows somebody who comes nearer too late.
const MEMORY_S: f64 = 12.0;
/// Quantile of the remembered lengths that is believed: above the foreshortened, below the misplaced.
const QUANTILE: f32 = 0.80;

/// Lengths over body height (after Drillis and Contini's segment lengths, between joint centres as COCO places them).
pub(crate) const ARM: f32 = 0.33;
const LEG: f32 = 0.49;
const TRUNK: f32 = 0.29;
const SHOULDERS: f32 = 0.28;

/// Follows one person's height in square units.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Stature {
    lengths: VecDeque<(Nanos, f32)>,
}

impl Stature {
    /// Body height in square units so far; `None` until a limb was seen.
    pub fn step(&mut self, figure: &Figure) -> Option<f32> {
        if let Some(height) = tallest(figure) {
            self.lengths.push_back((figure.at, height));
        }
        while self.lengths.len() > 1 && (figure.at - self.lengths[0].0).seconds() > MEMORY_S {
            self.lengths.pop_front();
        }
        let mut heights: Vec<f32> = self.lengths.iter().map(|&(_, height)| height).collect();
        let rank = (QUANTILE * heights.len().saturating_sub(1) as f32).round() as usize;
        (!heights.is_empty()).then(|| *heights.select_nth_unstable_by(rank, f32::total_cmp).1)
    }
}

/// The height that the longest-looking limb implies.
fn tallest(figure: &Figure) -> Option<f32> {
    use Joint::{
        LeftAnkle, LeftElbow, LeftHip, LeftKnee, LeftShoulder, LeftWrist, RightAnkle, RightElbow, RightHip, RightKnee,
        RightShoulder, RightWrist,
    };
    let limb = |a, b, c, share: f32| {
        let upper = distance(figure.point(a), figure.point(b))?;
        Some((upper + distance(figure.point(b), figure.point(c))?) / share)
    };
    [
        limb(LeftShoulder, LeftElbow, LeftWrist, ARM),
        limb(RightShoulder, RightElbow, RightWrist, ARM),
        limb(LeftHip, LeftKnee, LeftAnkle, LEG),
        limb(RightHip, RightKnee, RightAnkle, LEG),
        distance(figure.shoulders(), figure.hips()).map(|length| length / TRUNK),
        figure.shoulder_width().map(|length| length / SHOULDERS),
    ]
    .into_iter()
    .flatten()
    .filter(|height| *height > 0.0)
    .max_by(f32::total_cmp)
}
