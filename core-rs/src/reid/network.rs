//! What somebody looks like by a network that was taught to tell people apart: `OSNet` (Zhou et al. 2019,
//! arXiv:1905.00953), whose weights are the user's to add.
//!
//! Its 512 numbers become [`WIDTH`] by a subsampled randomised Hadamard transform (Ailon and Chazelle 2009): signs that are
//! fixed, a Hadamard matrix, its first half. Cosines stay as they are to within some hundredths, whatever people were
//! taken for, so nothing has to be fitted.

use super::WIDTH;
use super::sampler::Sampler;
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::geometry::{BBox, Point};
use crate::onnx::{self, Declared, Element, Input};
use std::path::Path;

/// Columns and rows that the network sees.
const COLUMNS: usize = 128;
const ROWS: usize = 256;
/// Numbers that come out of it.
const FEATURES: usize = 2 * WIDTH;
/// Of red, green and blue over `ImageNet`, as it was trained.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
/// Points within a pixel of the input that are averaged, each way.
const FINER: usize = 2;
/// Rows of the picture that somebody must cover: fewer show nothing of them.
const LEAST_ROWS: f32 = 48.0;

/// The network on a device.
#[derive(Debug)]
pub struct Network {
    model: onnx::Model,
    input: Vec<f32>,
}

impl Network {
    /// Loads the model at `path`.
    ///
    /// # Errors
    /// Those of [`onnx::Model::open`], and [`Error::Model`] where its input or output is another.
    pub fn open(path: &Path, options: &onnx::Options) -> Result<Self> {
        let model = onnx::Model::open(path, options)?;
        let fits = |tensor: &Declared, shape: &[usize]| {
            let (batch, rest) = tensor.shape.split_first().unwrap_or((&0, &[]));
            let same = rest.iter().map(|&side| usize::try_from(side).unwrap_or(0)).eq(shape.iter().copied());
            tensor.element == Element::Float && matches!(batch, -1 | 1) && same
        };
        if !fits(model.input(), &[3, ROWS, COLUMNS]) || !fits(model.output(), &[FEATURES]) {
            return Err(Error::Model {
                model: model.path().to_owned(),
                expected: format!("an OSNet: f32 B×3×{ROWS}×{COLUMNS} to f32 B×{FEATURES}"),
                got: format!("{:?} to {:?}", model.input().shape, model.output().shape),
            });
        }
        Ok(Self { model, input: vec![0.0; 3 * ROWS * COLUMNS] })
    }

    /// What is seen in a box, of length 1; `None` where it is too small.
    ///
    /// # Errors
    /// [`Error::Inference`] where the network fails while it runs.
    pub fn embed(&mut self, frame: &Frame, bbox: &BBox) -> Result<Option<[f32; WIDTH]>> {
        let sampler = Sampler::new(frame);
        let (from, to) =
            (sampler.pixels(Point { x: bbox.x1, y: bbox.y1 }), sampler.pixels(Point { x: bbox.x2, y: bbox.y2 }));
        if !(to.y - from.y >= LEAST_ROWS && to.x > from.x) {
            return Ok(None);
        }
        let step = Point { x: (to.x - from.x) / COLUMNS as f32, y: (to.y - from.y) / ROWS as f32 };
        for place in 0..ROWS * COLUMNS {
            let corner = (from.x + (place % COLUMNS) as f32 * step.x, from.y + (place / COLUMNS) as f32 * step.y);
            let mean = mean(&sampler, corner, step).unwrap_or(MEAN);
            for channel in 0..3 {
                self.input[channel * ROWS * COLUMNS + place] = (mean[channel] - MEAN[channel]) / DEVIATION[channel];
            }
        }
        let Self { model, input } = self;
        let row = model.run(Input::Float(input), [1, 3, ROWS, COLUMNS], |_, features| halved(features))?;
        Ok(row)
    }
}

/// The mean colour of a pixel of the input; `None` outside the picture.
fn mean(sampler: &Sampler, corner: (f32, f32), step: Point) -> Option<[f32; 3]> {
    let mut sum = [0.0; 3];
    for fine in 0..FINER * FINER {
        let share = |place: usize| (place as f32 + 0.5) / FINER as f32;
        let (x, y) = (share(fine % FINER), share(fine / FINER));
        let rgb = sampler.rgb(Point { x: corner.0 + x * step.x, y: corner.1 + y * step.y })?;
        for (sum, value) in sum.iter_mut().zip(rgb) {
            *sum += value / (FINER * FINER) as f32;
        }
    }
    Some(sum)
}

/// Half as many numbers with nearly the same cosines, of length 1; `None` where they are all nothing.
fn halved(features: &[f32]) -> Option<[f32; WIDTH]> {
    let mut numbers: [f32; FEATURES] = features.try_into().ok()?;
    for (number, place) in numbers.iter_mut().zip(0..) {
        if scattered(place) & 1 == 0 {
            *number = -*number;
        }
    }
    let mut half = 1;
    while half < FEATURES {
        for block in numbers.chunks_exact_mut(2 * half) {
            let (a, b) = block.split_at_mut(half);
            for (a, b) in a.iter_mut().zip(b) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    let row: [f32; WIDTH] = std::array::from_fn(|place| numbers[place]);
    let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
    (length.is_finite() && length > 0.0).then(|| row.map(|value| value / length))
}

/// Bits without an order: `SplitMix64` (Steele, Lea and Flood 2014).
fn scattered(place: u64) -> u64 {
    let mut bits = place.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    proptest! {
        #[test]
        fn half_as_many_numbers_are_about_as_alike(
            one in prop::collection::vec(0.0f32..2.0, FEATURES),
            other in prop::collection::vec(0.0f32..2.0, FEATURES),
            share in 0.0f32..1.0,
        ) {
            let mixed: Vec<f32> = one.iter().zip(&other).map(|(one, other)| one + share * (other - one)).collect();
            let (a, b) = (halved(&one).unwrap(), halved(&mixed).unwrap());
            prop_assert!((cosine(&a, &a) - 1.0).abs() < 1e-4);
            prop_assert!((cosine(&a, &b) - cosine(&one, &mixed)).abs() < 0.15);
        }
    }

    #[test]
    fn nothing_looks_like_nothing() {
        assert_eq!(halved(&[0.0; FEATURES]), None);
        assert_eq!(halved(&[f32::NAN; FEATURES]), None);
        assert_eq!(halved(&[1.0; 3]), None);
    }
}
