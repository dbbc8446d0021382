//! What somebody is doing and how far into the repetition they are, by a small temporal convolutional network.
//!
//! Causal dilated convolutions over [`Glimpse`]s with residual connections (Bai, Kolter and Koltun 2018,
//! arXiv:1803.01271): each layer sees twice as far back, together 25.5 s. It was trained on rendered people alone
//! (`training/README.md`); its weights are the file beside this one. A person and their mirror image are looked at, and
//! the mean is the answer, so that left and right cannot matter.

use crate::exercise::spec::Anchor;
use crate::motion::glimpse::{Glimpse, WIDTH};
use crate::units::Nanos;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What can be recognised, in the order of [`Look::likeness`] after nothing at all.
pub const CLASSES: [&str; 11] = [
    "squat",
    "push_up",
    "bicep_curl",
    "lateral_raise",
    "overhead_press",
    "lunge",
    "deadlift",
    "pull_up",
    "sit_up",
    "front_raise",
    "jumping_jack",
];
/// [`CLASSES`] and nothing.
pub const OUTCOMES: usize = CLASSES.len() + 1;
/// How much later than a moment the network says what that moment was: a little future tells a lot.
pub const DELAY: Nanos = Nanos(300_000_000);

/// Numbers that the network says: of the outcomes, then depth and reach.
const SAID: usize = OUTCOMES + 2;
/// Numbers that pass from layer to layer.
const CHANNELS: usize = 96;
/// How far apart in time the three inputs of each layer are, in glimpses.
const DILATIONS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Depth that a look has at least as a weight: what somebody does at rest tells little.
const FAINTEST: f32 = 0.02;

/// The fitted weights, little-endian f32 in the order in which they are used.
static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| Weights::read(include_bytes!("recogniser.bin")));

/// What one moment looks like.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The moment.
    pub at: Nanos,
    /// Probability of doing nothing, then of each of [`CLASSES`].
    pub likeness: [f32; OUTCOMES],
    /// How far into the repetition: 0 at lockout, 1 where the person usually turns.
    pub depth: f32,
    /// How deep the repetition was that is on its way back or just ended; 0 where none is.
    pub reach: f32,
}

/// The looks from `start` to `end`.
pub fn within<'a>(
    looks: impl IntoIterator<Item = &'a Look>,
    start: Nanos,
    end: Nanos,
) -> impl Iterator<Item = &'a Look> {
    looks.into_iter().filter(move |look| look.at >= start && look.at <= end)
}

/// The mean likeness of some looks, by how deep each is.
#[must_use]
pub fn likeness<'a>(looks: impl Iterator<Item = &'a Look>) -> [f32; OUTCOMES] {
    let (mut mean, mut whole) = ([0.0; OUTCOMES], 0.0);
    for look in looks {
        let weight = look.depth.max(FAINTEST);
        whole += weight;
        for (mean, likeness) in mean.iter_mut().zip(look.likeness) {
            *mean += weight * likeness;
        }
    }
    mean.map(|sum| if whole > 0.0 { sum / whole } else { 0.0 })
}

/// The place of a class in [`Look::likeness`].
#[must_use]
pub fn outcome(class: &str) -> Option<usize> {
    CLASSES.iter().position(|known| *known == class).map(|place| place + 1)
}

/// How deep the repetition was whose way back some looks are of: their mean, since each has seen a little more of it.
#[must_use]
pub fn reach<'a>(looks: impl Iterator<Item = &'a Look>) -> f32 {
    let (sum, count) = looks.fold((0.0, 0.0), |(sum, count), look| (sum + look.reach, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// What [`look`] is the look of.
const WAY: f32 = 0.70;

/// How deep a repetition looks that went 70 % of the way, where the usual one looks 1 deep. Most go all of it, so the network
/// needs much to call one shallow: of development sets what looks deeper is rather full, what looks less deep rather not.
/// An arm that swings aside or towards the camera looks less deep than it went.
fn look(anchor: Anchor) -> f32 {
    if anchor == Anchor::Shoulders { 0.78 } else { 0.86 }
}

/// The share of the usual way that a repetition went which looks that deep.
#[must_use]
pub fn share(looks: f32, anchor: Anchor) -> f32 {
    let look = look(anchor);
    if looks < look { looks * WAY / look } else { WAY + (looks - look) * (1.0 - WAY) / (1.0 - look) }
}

/// How deep a repetition looks that went such a share of the usual way.
#[must_use]
pub fn looks(share: f32, anchor: Anchor) -> f32 {
    let look = look(anchor);
    if share < WAY { share * look / WAY } else { look + (share - WAY) * (1.0 - look) / (1.0 - WAY) }
}

/// Looks at one person as time goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Recogniser {
    seen: Memory,
    mirrored: Memory,
}

impl Recogniser {
    /// What the moment [`DELAY`] before `glimpse` looks like.
    pub fn step(&mut self, glimpse: &Glimpse) -> Look {
        let (one, other) = (self.seen.step(&glimpse.row), self.mirrored.step(&glimpse.mirrored().row));
        let mut likeness = [0.0; OUTCOMES];
        for (mean, (a, b)) in likeness.iter_mut().zip(softmax(&one).into_iter().zip(softmax(&other))) {
            *mean = f32::midpoint(a, b);
        }
        let [depth, reach] = [OUTCOMES, OUTCOMES + 1].map(|place| f32::midpoint(one[place], other[place]));
        Look { at: glimpse.at - DELAY, likeness, depth, reach }
    }
}

/// A layer: for each of its outputs a row of weights, and what is added.
struct Dense {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Dense {
    /// Adds the layer's output to `out`.
    fn add(&self, inputs: &[f32], out: &mut [f32]) {
        for ((out, row), bias) in out.iter_mut().zip(self.weights.chunks_exact(inputs.len())).zip(&self.bias) {
            *out += bias + dot(row, inputs);
        }
    }
}

/// In eight lanes, so that the compiler may use SIMD: float addition is not associative, and it must not choose.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

struct Weights {
    first: Dense,
    layers: Vec<(Dense, Dense)>,
    last: Dense,
}

impl Weights {
    fn read(bytes: &[u8]) -> Self {
        let mut numbers = bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        let mut dense = |inputs: usize, outputs: usize| Dense {
            weights: numbers.by_ref().take(inputs * outputs).collect(),
            bias: numbers.by_ref().take(outputs).collect(),
        };
        Self {
            first: dense(WIDTH, CHANNELS),
            layers: DILATIONS.map(|_| (dense(3 * CHANNELS, CHANNELS), dense(CHANNELS, CHANNELS))).into(),
            last: dense(CHANNELS, SAID),
        }
    }
}

/// The inputs of each layer that will be needed again, as rings; empty before the first glimpse.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Memory {
    rings: Vec<Vec<f32>>,
    now: usize,
}

impl Memory {
    fn step(&mut self, row: &[f32; WIDTH]) -> [f32; SAID] {
        if self.rings.is_empty() {
            self.rings = DILATIONS.map(|dilation| vec![0.0; 2 * dilation * CHANNELS]).into();
        }
        let mut state = [0.0; CHANNELS];
        WEIGHTS.first.add(row, &mut state);
        let mut inputs = [0.0; 3 * CHANNELS];
        for ((ring, dilation), (wide, narrow)) in self.rings.iter_mut().zip(DILATIONS).zip(&WEIGHTS.layers) {
            let place = |steps: usize| {
                let start = (self.now + 2 * dilation - steps) % (2 * dilation) * CHANNELS;
                start..start + CHANNELS
            };
            let active = state.map(|value| value.max(0.0));
            inputs[..CHANNELS].copy_from_slice(&ring[place(2 * dilation)]);
            inputs[CHANNELS..2 * CHANNELS].copy_from_slice(&ring[place(dilation)]);
            inputs[2 * CHANNELS..].copy_from_slice(&active);
            ring[place(0)].copy_from_slice(&active);
            let mut hidden = [0.0; CHANNELS];
            wide.add(&inputs, &mut hidden);
            narrow.add(&hidden.map(|value| value.max(0.0)), &mut state);
        }
        self.now = (self.now + 1) % (2 * DILATIONS[DILATIONS.len() - 1]);
        let mut out = [0.0; SAID];
        WEIGHTS.last.add(&state.map(|value| value.max(0.0)), &mut out);
        out
    }
}

/// Probabilities of the outcomes; depth and reach, last, are none of them.
fn softmax(out: &[f32; SAID]) -> [f32; OUTCOMES] {
    let mut probabilities = [0.0; OUTCOMES];
    let highest = out[..OUTCOMES].iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (probability, value) in probabilities.iter_mut().zip(out) {
        *probability = (value - highest).exp();
    }
    let sum: f32 = probabilities.iter().sum();
    probabilities.map(|probability| probability / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glimpse(number: u32) -> Glimpse {
        let mut row = [0.0; WIDTH];
        for (cell, index) in row.iter_mut().zip(0..) {
            *cell = ((number * 7 + index * 13) % 31) as f32 / 62.0;
        }
        Glimpse { at: Nanos(i64::from(number) * 100_000_000), row }
    }

    #[test]
    fn the_weights_are_those_of_this_network() {
        let numbers = |dense: &Dense| dense.weights.len() + dense.bias.len();
        let layers: usize = WEIGHTS.layers.iter().map(|(wide, narrow)| numbers(wide) + numbers(narrow)).sum();
        let all = numbers(&WEIGHTS.first) + layers + numbers(&WEIGHTS.last);
        assert_eq!(all * 4, include_bytes!("recogniser.bin").len());
    }

    #[test]
    fn a_share_looks_as_deep_as_it_is_the_share_of() {
        for anchor in [Anchor::Feet, Anchor::Hands, Anchor::Shoulders] {
            let (share, looks) = (|deep| share(deep, anchor), |far| looks(far, anchor));
            for hundredth in 0..130_u8 {
                let depth = f32::from(hundredth) / 100.0;
                assert!((looks(share(depth)) - depth).abs() < 1e-5);
            }
            let ends = [0.0, look(anchor), 1.0].map(share);
            assert!(ends.iter().zip([0.0, WAY, 1.0]).all(|(end, sought)| (end - sought).abs() < 1e-6));
        }
    }

    #[test]
    fn who_is_mirrored_looks_the_same() {
        let (mut one, mut other) = (Recogniser::default(), Recogniser::default());
        for number in 0..150 {
            let (seen, mirrored) = (one.step(&glimpse(number)), other.step(&glimpse(number).mirrored()));
            assert_eq!(seen, mirrored);
            assert!((seen.likeness.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn what_is_long_past_is_forgotten() {
        let (mut one, mut other) = (Recogniser::default(), Recogniser::default());
        for number in 0..40 {
            one.step(&glimpse(number + 5));
        }
        let reach = 2 * DILATIONS.iter().sum::<usize>();
        let last =
            |recogniser: &mut Recogniser| (0..).take(reach + 1).map(|number| recogniser.step(&glimpse(number))).last();
        assert_eq!(last(&mut one), last(&mut other));
    }

    #[test]
    fn nobody_does_nothing() {
        let mut recogniser = Recogniser::default();
        let look = (0..50).map(|number| recogniser.step(&Glimpse { at: Nanos(number), row: [0.0; WIDTH] })).last();
        assert!(look.is_some_and(|look| look.likeness[0] > 0.5));
    }
}
