//! Rows of pixels from the rows that decoders give.
#![expect(
    clippy::inline_always,
    reason = "a call would leave behind the vector instructions that `wide!` compiles for"
)]

use crate::frame::{Colour, Matrix, Range};
use crate::pose::wide::wide;

/// Red in the lowest byte, then green, then blue; what is in the highest means nothing.
pub type Pixel = u32;

/// Red, green or blue (0, 1 or 2) of a pixel, 0 to 255.
#[inline(always)]
pub fn channel(pixel: Pixel, index: usize) -> i32 {
    (pixel >> (8 * index) & 0xff).cast_signed()
}

wide! {
    /// The byte at `offset` of every `group` bytes.
    pub fn samples(row: &[u8], group: usize, offset: usize, out: &mut [u8]) {
        // The groups of common sizes are known to the compiler: one that is not costs three times as much.
        match group {
            1 => out.copy_from_slice(&row[..out.len()]),
            2 => sample::<2>(row, offset, out),
            3 => sample::<3>(row, offset, out),
            5 => sample::<5>(row, offset, out),
            6 => sample::<6>(row, offset, out),
            10 => sample::<10>(row, offset, out),
            _ => {
                for (out, group) in out.iter_mut().zip(row.chunks_exact(group)) {
                    *out = group[offset];
                }
            }
        }
    }
}

#[inline(always)]
fn sample<const GROUP: usize>(row: &[u8], offset: usize, out: &mut [u8]) {
    assert!(offset < GROUP, "a byte of the group");
    for (out, group) in out.iter_mut().zip(row.as_chunks::<GROUP>().0) {
        *out = group[offset];
    }
}

wide! {
    /// Red, green and blue from `offset` of every `group` bytes.
    pub fn pixels_from_rgb(row: &[u8], group: usize, offset: usize, out: &mut [Pixel]) {
        packed(row, group, offset, out, Pixel::from_le_bytes);
    }
}

wide! {
    /// Blue, green and red from `offset` of every `group` bytes.
    pub fn pixels_from_bgr(row: &[u8], group: usize, offset: usize, out: &mut [Pixel]) {
        packed(row, group, offset, out, |bytes| Pixel::from_be_bytes(bytes) >> 8);
    }
}

#[inline(always)]
fn packed(row: &[u8], group: usize, offset: usize, out: &mut [Pixel], pixel: impl Fn([u8; 4]) -> Pixel) {
    match (group, offset) {
        (3, 0) => {
            for (out, [first, second, third]) in out.iter_mut().zip(row.as_chunks().0) {
                *out = pixel([*first, *second, *third, 0]);
            }
        }
        (9, 3) => packed_middle::<9>(row, out, pixel),
        (15, 6) => packed_middle::<15>(row, out, pixel),
        _ => {
            for (out, group) in out.iter_mut().zip(row.chunks_exact(group)) {
                *out = pixel([group[offset], group[offset + 1], group[offset + 2], 0]);
            }
        }
    }
}

/// The middle pixel of every `GROUP` bytes, with the byte behind it: one load instead of two.
#[inline(always)]
fn packed_middle<const GROUP: usize>(row: &[u8], out: &mut [Pixel], pixel: impl Fn([u8; 4]) -> Pixel) {
    let middle = GROUP / 6 * 3;
    for (out, group) in out.iter_mut().zip(row.as_chunks::<GROUP>().0) {
        *out = pixel([group[middle], group[middle + 1], group[middle + 2], group[middle + 3]]);
    }
}

/// What luma and chroma weigh in red, green and blue: the inverse of ITU-R BT.601-7 and BT.709-6, section 3, in fixed point.
///
/// They are 16 bits wide so that the compiler finds the vector instructions that every processor has.
#[derive(Debug, Clone, Copy)]
pub struct Weights {
    luma: i16,
    /// Added to luma: what black is short of 0, and the half that rounds.
    black: i32,
    red_cr: i16,
    green_cb: i16,
    green_cr: i16,
    blue_cb: i16,
}

const FRACTION: u32 = 13;

impl From<Colour> for Weights {
    fn from(colour: Colour) -> Self {
        let (kr, kb) = match colour.matrix {
            Matrix::Bt601 => (0.299, 0.114),
            Matrix::Bt709 => (0.2126, 0.0722),
        };
        let (black, luma, chroma) = match colour.range {
            Range::Limited => (16, 255.0 / 219.0, 255.0 / 224.0),
            Range::Full => (0, 1.0, 1.0),
        };
        let kg = 1.0 - kr - kb;
        let fixed = |weight: f64| (weight * f64::from(1 << FRACTION)).round() as i16;
        let luma = fixed(luma);
        Self {
            luma,
            black: (1 << (FRACTION - 1)) - black * i32::from(luma),
            red_cr: fixed(2.0 * (1.0 - kr) * chroma),
            green_cb: fixed(2.0 * (1.0 - kb) * kb / kg * chroma),
            green_cr: fixed(2.0 * (1.0 - kr) * kr / kg * chroma),
            blue_cb: fixed(2.0 * (1.0 - kb) * chroma),
        }
    }
}

wide! {
    /// A row of luma, and one of chroma that is as long.
    pub fn pixels_from_yuv(weights: Weights, luma: &[u8], cb: &[u8], cr: &[u8], out: &mut [Pixel]) {
        let weigh = |sample: u8, weight: i16| i32::from(i16::from(sample) - 128) * i32::from(weight);
        let byte = |value: i32| (value >> FRACTION).clamp(0, 255) as Pixel;
        for (((out, luma), &cb), &cr) in out.iter_mut().zip(luma).zip(cb).zip(cr) {
            let grey = i32::from(i16::from(*luma)) * i32::from(weights.luma) + weights.black;
            let red = byte(grey + weigh(cr, weights.red_cr));
            let green = byte(grey - weigh(cb, weights.green_cb) - weigh(cr, weights.green_cr));
            let blue = byte(grey + weigh(cb, weights.blue_cb));
            *out = red | green << 8 | blue << 16;
        }
    }
}

wide! {
    /// Each sample `times` times, once or twice: chroma as wide as its luma.
    pub fn widen(samples: &[u8], times: usize, out: &mut [u8]) {
        if times == 1 {
            out.copy_from_slice(samples);
        } else {
            for (out, sample) in out.as_chunks_mut::<2>().0.iter_mut().zip(samples) {
                *out = [*sample; 2];
            }
        }
    }
}
