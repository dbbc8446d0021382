//! A causal median per keypoint: flips of a frame or two vanish, edges stay sharp.

use crate::geometry::Point;
use crate::motion::figure::{Figure, Seen};
use crate::units::Nanos;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Seconds that the median looks back. Longer kills longer flickers and says everything half of it later.
pub const WINDOW_S: f64 = 0.30;
/// Frames that the median needs at least, however far apart: two cannot outvote a flip.
const FEWEST: usize = 3;
/// Seconds after which a frame is too old to vote, also where fewer than [`FEWEST`] are younger.
const STALE_S: f64 = 1.0;

/// The middle of `values`, or the mean of the two middle ones; `None` where there are none. Sorts in place.
///
/// Not-a-number is no value: leave it out before.
#[must_use]
pub fn median(values: &mut [f32]) -> Option<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[half]),
        _ => Some(f32::midpoint(values[half - 1], values[half])),
    }
}

/// Remembers the last frames of one person and gives the median of each keypoint.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Smoother {
    frames: VecDeque<Figure>,
    /// Scores over about [`TRUST_S`]; 0 where unseen. Two limbs are mixed by them, and the mix must not jump.
    trust: [f32; 17],
}

/// Seconds over which a keypoint's score is averaged.
const TRUST_S: f64 = 1.0;

impl Smoother {
    /// The smoothed figure after `raw`; a keypoint seen in less than half of the window's frames is unseen.
    pub fn step(&mut self, raw: &Figure) -> Figure {
        let at = raw.at;
        let seconds = self.frames.back().map_or(TRUST_S, |last| (at - last.at).seconds());
        let share = (1.0 - (-seconds / TRUST_S).exp()) as f32;
        for (trust, seen) in self.trust.iter_mut().zip(&raw.points) {
            *trust += share * (seen.map_or(0.0, |seen| seen.score) - *trust);
        }
        self.frames.push_back(*raw);
        while let Some(oldest) = self.frames.front() {
            let age = (at - oldest.at).seconds();
            if age <= WINDOW_S || (self.frames.len() <= FEWEST && age <= STALE_S) {
                break;
            }
            self.frames.pop_front();
        }
        self.middle(at)
    }

    fn middle(&self, at: Nanos) -> Figure {
        let mut figure = Figure::unseen(at);
        let (mut xs, mut ys) = (Vec::new(), Vec::new());
        for joint in 0..figure.points.len() {
            xs.clear();
            ys.clear();
            for seen in self.frames.iter().filter_map(|frame| frame.points[joint]) {
                xs.push(seen.point.x);
                ys.push(seen.point.y);
            }
            if xs.len() * 2 < self.frames.len() {
                continue;
            }
            if let Some((x, y)) = median(&mut xs).zip(median(&mut ys)) {
                figure.points[joint] = Some(Seen { point: Point { x, y }, score: self.trust[joint] });
            }
        }
        figure
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pose::{Keypoint, Picture};

    const PICTURE: Picture = Picture { width: 100, height: 100, sample_aspect_ratio: 1.0 };

    #[test]
    fn the_middle_of_five() {
        assert_eq!(median(&mut [10., 90., 20., 30., 40.]), Some(30.));
        assert_eq!(median(&mut [1., 2.]), Some(1.5));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn a_flip_of_one_frame_vanishes() {
        let mut smoother = Smoother::default();
        let mut last = Figure::unseen(Nanos(0));
        for frame in 0..10 {
            let x = if frame == 6 { 0.9 } else { 0.2 };
            let keypoints = [Keypoint { x, y: 0.5, score: 0.9 }; 17];
            let at = Nanos::from_seconds(f64::from(frame) / 15.0);
            last = smoother.step(&Figure::of(at, &keypoints, &PICTURE, 0.1));
            assert!(last.points.iter().flatten().all(|seen| (seen.point.x - 0.2).abs() < 1e-6));
        }
        assert!(last.points[0].is_some());
    }

    #[test]
    fn what_is_faint_or_no_number_is_unseen() {
        let mut keypoints = [Keypoint { x: 0.5, y: 0.5, score: 0.05 }; 17];
        keypoints[3] = Keypoint { x: f32::NAN, y: 0.5, score: 0.9 };
        keypoints[4].score = 0.9;
        let figure = Smoother::default().step(&Figure::of(Nanos(0), &keypoints, &PICTURE, 0.1));
        assert_eq!(figure.points.iter().flatten().count(), 1);
    }
}
