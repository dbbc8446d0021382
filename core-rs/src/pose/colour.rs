//! Red, green and blue planes from what decoders give.

use crate::frame::{Colour, Matrix, Range, Subsampling};
use crate::pose::wide::wide;

wide! {
    /// Packed pixels into their three planes.
    pub fn rgb_from_packed(packed: &[u8], planes: &mut [Vec<u8>; 3]) {
        let [a, b, c] = planes;
        for (((pixel, a), b), c) in packed.as_chunks().0.iter().zip(a).zip(b).zip(c) {
            [*a, *b, *c] = *pixel;
        }
    }
}

wide! {
    /// Luma and chroma into red, green and blue: the inverse of ITU-R BT.601-7 and BT.709-6, section 3, in fixed point.
    ///
    /// The weights are 16 bits wide so that the compiler finds the vector instructions that every processor has.
    pub fn rgb_from_yuv(
        colour: Colour,
        subsampling: Subsampling,
        width: usize,
        planes: [&[u8]; 3],
        rgb: &mut [Vec<u8>; 3],
    ) {
        const FRACTION: u32 = 13;
        let [luma, cb, cr] = planes;
        let (kr, kb) = match colour.matrix {
            Matrix::Bt601 => (0.299, 0.114),
            Matrix::Bt709 => (0.2126, 0.0722),
        };
        let (black, luma_scale, chroma) = match colour.range {
            Range::Limited => (16, 255.0 / 219.0, 255.0 / 224.0),
            Range::Full => (0, 1.0, 1.0),
        };
        let kg = 1.0 - kr - kb;
        let fixed = |weight: f64| (weight * f64::from(1 << FRACTION)).round() as i16;
        let luma_weight = fixed(luma_scale);
        let (red_v, blue_u) = (fixed(2.0 * (1.0 - kr) * chroma), fixed(2.0 * (1.0 - kb) * chroma));
        let (green_u, green_v) = (fixed(2.0 * (1.0 - kb) * kb / kg * chroma), fixed(2.0 * (1.0 - kr) * kr / kg * chroma));

        let weigh = |sample: u8, weight: i16| i32::from(i16::from(sample) - 128) * i32::from(weight);
        let black = (1 << (FRACTION - 1)) - black * i32::from(luma_weight);
        let byte = |value: i32| (value >> FRACTION).clamp(0, 255) as u8;
        let (columns, rows) = subsampling.steps();
        let chroma_width = width.div_ceil(columns);
        let (mut u, mut v) = (vec![0; chroma_width * columns], vec![0; chroma_width * columns]);
        let [red, green, blue] = rgb.each_mut().map(|plane| plane.chunks_exact_mut(width));
        for (row, (((y, red), green), blue)) in luma.chunks_exact(width).zip(red).zip(green).zip(blue).enumerate() {
            if row % rows == 0 {
                let start = row / rows * chroma_width;
                widen(&cb[start..start + chroma_width], columns, &mut u);
                widen(&cr[start..start + chroma_width], columns, &mut v);
            }
            let (u, v) = (&u[..width], &v[..width]);
            for i in 0..width {
                let grey = i32::from(i16::from(y[i])) * i32::from(luma_weight) + black;
                red[i] = byte(grey + weigh(v[i], red_v));
                green[i] = byte(grey - weigh(u[i], green_u) - weigh(v[i], green_v));
                blue[i] = byte(grey + weigh(u[i], blue_u));
            }
        }
    }
}

/// Each sample once, or twice where chroma has half the columns.
fn widen(samples: &[u8], columns: usize, out: &mut [u8]) {
    if columns == 1 {
        out.copy_from_slice(samples);
    } else {
        for (out, sample) in out.as_chunks_mut::<2>().0.iter_mut().zip(samples) {
            *out = [*sample; 2];
        }
    }
}
