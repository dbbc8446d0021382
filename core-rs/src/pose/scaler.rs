//! From a decoded frame to what a model sees.
//!
//! Each plane is scaled by itself, straight to its final size, and only the small picture is coloured, turned and
//! spread: the big one is read once. What is done to a row is done while it is in the nearest cache.

use crate::error::{Error, Result};
use crate::frame::{Frame, Pixels, Rotation, Subsampling};
use crate::pose::colour::{Pixel, Weights, channel, pixels_from_bgr, pixels_from_rgb, pixels_from_yuv, samples, widen};
use crate::pose::grid::{Filter, Grid, resize};
use crate::pose::letterbox::Letterbox;
use crate::pose::wide::wide;
use fast_image_resize as fir;
use fir::pixels::{U8, U8x2, U8x3};

/// The grey around the picture, 0 to 255: what YOLO was trained with.
pub const GREY: u8 = 114;

/// Scales frames; keeps its buffers from one to the next.
#[derive(Debug, Default)]
pub struct Scaler {
    resizer: fir::Resizer,
    /// What the resizer wrote: up to three planes.
    scaled: [Vec<u8>; 3],
    line: Line,
    /// A picture that does not stand upright, and the same when it does.
    decoded: Vec<Pixel>,
    upright: Vec<Pixel>,
}

impl Scaler {
    /// Writes `frame` as planar RGB, 3 × height × width, 0 to 1.
    ///
    /// # Errors
    /// [`Error::Frame`] where `out` has another size.
    pub fn planar(&mut self, frame: &Frame, place: &Letterbox, out: &mut [f32]) -> Result<()> {
        check_size(place, out.len())?;
        let size = place.width * place.height;
        for plane in out.chunks_exact_mut(size) {
            surround(plane, place, f32::from(GREY) / 255.0);
        }
        self.rows(frame, place, Filter::Bilinear, |y, pixels| {
            for (index, plane) in out.chunks_exact_mut(size).enumerate() {
                spread(pixels, index, content_row(plane, place, y));
            }
        })
    }

    /// Writes `frame` as interleaved RGB, height × width × 3, 0 to 255.
    ///
    /// # Errors
    /// [`Error::Frame`] where `out` has another size.
    pub fn interleaved(&mut self, frame: &Frame, place: &Letterbox, out: &mut [i32]) -> Result<()> {
        check_size(place, out.len())?;
        let out = out.as_chunks_mut::<3>().0;
        surround(out, place, [i32::from(GREY); 3]);
        self.rows(frame, place, Filter::Area, |y, pixels| {
            for (out, pixel) in content_row(out, place, y).iter_mut().zip(pixels) {
                *out = [0, 1, 2].map(|index| channel(*pixel, index));
            }
        })
    }

    /// Gives `take` each row of the upright picture, from the top.
    fn rows(
        &mut self,
        frame: &Frame,
        place: &Letterbox,
        filter: Filter,
        mut take: impl FnMut(usize, &[Pixel]),
    ) -> Result<()> {
        let Self { resizer, scaled, line, decoded, upright } = self;
        let (mut width, mut height) = (place.content_width, place.content_height);
        if frame.rotation().swaps_sides() {
            std::mem::swap(&mut width, &mut height);
        }
        let small = Small::of(frame, (width as u32, height as u32), filter, resizer, scaled)?;
        if frame.rotation() == Rotation::None {
            for y in 0..height {
                take(y, line.read(&small, width, y));
            }
            return Ok(());
        }
        decoded.clear();
        for y in 0..height {
            decoded.extend_from_slice(line.read(&small, width, y));
        }
        turn(frame.rotation(), decoded, width, upright);
        for (y, row) in upright.chunks_exact(place.content_width).enumerate() {
            take(y, row);
        }
        Ok(())
    }
}

/// Fills what the picture leaves free of a model's input, or of one colour of it.
fn surround<T: Copy>(out: &mut [T], place: &Letterbox, grey: T) {
    let Letterbox { width, left, top, content_width, content_height, .. } = *place;
    let (above, rest) = out.split_at_mut(top * width);
    let (rows, below) = rest.split_at_mut(content_height * width);
    above.fill(grey);
    below.fill(grey);
    for row in rows.chunks_exact_mut(width) {
        row[..left].fill(grey);
        row[left + content_width..].fill(grey);
    }
}

/// Where row `y` of the picture lies in the same.
fn content_row<'a, T>(out: &'a mut [T], place: &Letterbox, y: usize) -> &'a mut [T] {
    &mut out[(place.top + y) * place.width + place.left..][..place.content_width]
}

wide! {
    /// Writes one colour of a row, 0 to 1.
    fn spread(pixels: &[Pixel], index: usize, out: &mut [f32]) {
        for (out, pixel) in out.iter_mut().zip(pixels) {
            *out = channel(*pixel, index) as f32 * (1.0 / 255.0);
        }
    }
}

/// A frame in its final size, still in its decoder's layout and orientation.
enum Small<'a> {
    Rgb(Grid<'a>),
    Bgr(Grid<'a>),
    /// The small picture keeps the subsampling of the big one until it is coloured.
    Yuv {
        luma: Grid<'a>,
        cb: Grid<'a>,
        cr: Grid<'a>,
        subsampling: Subsampling,
        weights: Weights,
    },
}

impl<'a> Small<'a> {
    fn of(
        frame: &Frame<'a>,
        to: (u32, u32),
        filter: Filter,
        resizer: &mut fir::Resizer,
        [first, second, third]: &'a mut [Vec<u8>; 3],
    ) -> Result<Self> {
        let from = frame.decoded_size();
        Ok(match *frame.pixels() {
            Pixels::Rgb(plane) => Self::Rgb(resize::<U8x3>(resizer, plane, from, first, to, filter)?),
            Pixels::Bgr(plane) => Self::Bgr(resize::<U8x3>(resizer, plane, from, first, to, filter)?),
            Pixels::Planar { planes: [y, u, v], subsampling, colour } => {
                let (from_chroma, to_chroma) = (subsampling.chroma_size(from), subsampling.chroma_size(to));
                Self::Yuv {
                    luma: resize::<U8>(resizer, y, from, first, to, filter)?,
                    cb: resize::<U8>(resizer, u, from_chroma, second, to_chroma, filter)?,
                    cr: resize::<U8>(resizer, v, from_chroma, third, to_chroma, filter)?,
                    subsampling,
                    weights: colour.into(),
                }
            }
            Pixels::Nv12 { planes: [y, uv], colour } => {
                let subsampling = Subsampling::Yuv420;
                let (from_chroma, to_chroma) = (subsampling.chroma_size(from), subsampling.chroma_size(to));
                let cb = resize::<U8x2>(resizer, uv, from_chroma, second, to_chroma, filter)?;
                Self::Yuv {
                    luma: resize::<U8>(resizer, y, from, first, to, filter)?,
                    cb,
                    cr: Grid { offset: cb.offset + 1, ..cb },
                    subsampling,
                    weights: colour.into(),
                }
            }
        })
    }
}

/// Room for one row, and for the parts that it is made of.
#[derive(Debug, Default)]
struct Line {
    luma: Vec<u8>,
    narrow: Vec<u8>,
    cb: Vec<u8>,
    cr: Vec<u8>,
    pixels: Vec<Pixel>,
}

impl Line {
    /// Row `y`, `width` pixels; to be asked for from the top, as rows share their chroma.
    fn read(&mut self, small: &Small, width: usize, y: usize) -> &[Pixel] {
        let Self { luma, narrow, cb, cr, pixels } = self;
        pixels.resize(width, 0);
        match small {
            Small::Rgb(grid) => pixels_from_rgb(grid.row(y), grid.group, grid.offset, pixels),
            Small::Bgr(grid) => pixels_from_bgr(grid.row(y), grid.group, grid.offset, pixels),
            Small::Yuv { luma: grid, cb: cb_grid, cr: cr_grid, subsampling, weights } => {
                let (columns, rows) = subsampling.steps();
                luma.resize(width, 0);
                samples(grid.row(y), grid.group, grid.offset, luma);
                if y.is_multiple_of(rows) {
                    narrow.resize(width.div_ceil(columns), 0);
                    for (grid, wide) in [(cb_grid, &mut *cb), (cr_grid, &mut *cr)] {
                        samples(grid.row(y / rows), grid.group, grid.offset, narrow);
                        wide.resize(narrow.len() * columns, 0);
                        widen(narrow, columns, wide);
                    }
                }
                pixels_from_yuv(*weights, luma, cb, cr, pixels);
            }
        }
        pixels
    }
}

fn check_size(place: &Letterbox, got: usize) -> Result<()> {
    let expected = place.width * place.height * 3;
    if got == expected {
        return Ok(());
    }
    Err(Error::Frame { expected: format!("room for {expected} numbers"), got: got.to_string() })
}

/// Turns rows of `width` pixels upright, into `out`.
fn turn(rotation: Rotation, picture: &[Pixel], width: usize, out: &mut Vec<Pixel>) {
    out.clear();
    let height = picture.len() / width;
    match rotation {
        Rotation::None => out.extend_from_slice(picture),
        Rotation::Half => out.extend(picture.iter().rev()),
        // The left column, read upwards, becomes the top row.
        Rotation::Clockwise90 => {
            out.extend((0..width).flat_map(|x| (0..height).rev().map(move |y| picture[y * width + x])));
        }
        // The right column, read downwards, becomes the top row.
        Rotation::Clockwise270 => {
            out.extend((0..width).rev().flat_map(|x| (0..height).map(move |y| picture[y * width + x])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Colour, Matrix, Plane, Range};
    use crate::pose::letterbox::Canvas;

    /// `height` × `width` pixels of red, green and blue, from a function of (column, row).
    fn rgb(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect()
    }

    fn frame(data: &[u8], width: u32, height: u32) -> Frame<'_> {
        Frame::new(Pixels::Rgb(Plane { data, stride: 3 * width as usize }), width, height).unwrap()
    }

    fn planar(frame: &Frame, width: usize, height: usize) -> Vec<f32> {
        let place = Letterbox::fit(&frame.picture(), Canvas::Fixed { width, height });
        let mut out = vec![f32::NAN; 3 * width * height];
        Scaler::default().planar(frame, &place, &mut out).unwrap();
        out
    }

    /// Four quarters: red and green above, blue and white below.
    fn quarters(width: usize, height: usize) -> Vec<u8> {
        rgb(width, height, |x, y| match (2 * x < width, 2 * y < height) {
            (true, true) => [255, 0, 0],
            (false, true) => [0, 255, 0],
            (true, false) => [0, 0, 255],
            (false, false) => [255; 3],
        })
    }

    /// The colours in the middles of the four quarters of a planar picture, in reading order: bit 0 is red, 2 is blue.
    fn seen(out: &[f32], width: usize, height: usize) -> [u8; 4] {
        let at = |x: usize, y: usize| {
            (0..3).fold(0, |bits, c| bits | u8::from(out[c * width * height + y * width + x] > 0.5) << c)
        };
        let (left, right, top, bottom) = (width / 4, 3 * width / 4, height / 4, 3 * height / 4);
        [at(left, top), at(right, top), at(left, bottom), at(right, bottom)]
    }

    const RED: u8 = 1;
    const GREEN: u8 = 2;
    const BLUE: u8 = 4;
    const WHITE: u8 = 7;

    #[test]
    fn both_layouts_hold_the_same_picture() {
        let data = rgb(64, 32, |x, y| [x as u8, y as u8, 200]);
        let frame = frame(&data, 64, 32);
        let place = Letterbox::fit(&frame.picture(), Canvas::Fixed { width: 64, height: 64 });
        let (mut planes, mut pixels) = (vec![0.0; 3 * 64 * 64], vec![0; 3 * 64 * 64]);
        let mut scaler = Scaler::default();
        scaler.planar(&frame, &place, &mut planes).unwrap();
        scaler.interleaved(&frame, &place, &mut pixels).unwrap();
        assert_eq!(pixels[..3], [i32::from(GREY); 3], "grey above");
        assert_eq!(pixels[3 * (16 * 64 + 5)..][..3], [5, 0, 200], "the top row, unscaled");
        for (i, pixel) in pixels.chunks_exact(3).enumerate() {
            for (channel, value) in pixel.iter().enumerate() {
                assert!((planes[channel * 64 * 64 + i] * 255.0 - *value as f32).abs() < 1e-3);
            }
        }
        assert!(scaler.planar(&frame, &place, &mut planes[1..]).is_err());
    }

    #[test]
    fn a_turned_picture_stands_upright() {
        let data = quarters(60, 40);
        for (degrees, expected) in [
            (0, [RED, GREEN, BLUE, WHITE]),
            (90, [BLUE, RED, WHITE, GREEN]),
            (180, [WHITE, BLUE, GREEN, RED]),
            (270, [GREEN, WHITE, RED, BLUE]),
        ] {
            let frame = frame(&data, 60, 40).with_rotation(Rotation::from_degrees(degrees).unwrap());
            let (width, height) = if frame.rotation().swaps_sides() { (40, 60) } else { (60, 40) };
            assert_eq!(seen(&planar(&frame, width, height), width, height), expected, "{degrees} degrees");
        }
    }

    #[test]
    fn narrow_pixels_are_made_square() {
        // A disc of 128 × 48 pixels, each 3:8, is as wide as high.
        let inside = |x: usize, y: usize| ((x as f32 - 79.5) / 64.0).hypot((y as f32 - 95.5) / 24.0) < 1.0;
        let data = rgb(160, 192, |x, y| [if inside(x, y) { 255 } else { 0 }; 3]);
        let frame = frame(&data, 160, 192).with_sample_aspect_ratio(0.375).unwrap();
        let out = planar(&frame, 192, 192);
        let lit = |cells: &mut dyn Iterator<Item = usize>| cells.filter(|&i| out[i] > 0.9).count();
        let (across, down) = (lit(&mut (96 * 192..97 * 192)), lit(&mut (96..192 * 192).step_by(192)));
        assert!(across.abs_diff(down) <= 2 && across.abs_diff(48) <= 2, "{across} × {down}");
    }

    /// Rows of noise with something behind each, and the middle pixel of every `ratio` × `ratio` of them without.
    fn noise((width, height): (usize, usize), bytes: usize, ratio: usize, seed: usize) -> (Vec<u8>, usize, Vec<u8>) {
        let row = width * ratio * bytes;
        let stride = row + 7;
        let byte = |i: usize| ((i + seed).wrapping_mul(2_654_435_761) >> 7) as u8;
        let big: Vec<u8> = (0..stride * (height * ratio - 1) + row).map(byte).collect();
        let rows = big.chunks(stride).skip(ratio / 2).step_by(ratio);
        let small = rows.flat_map(|row| row[..width * ratio * bytes].chunks(bytes).skip(ratio / 2).step_by(ratio));
        let small = small.flatten().copied().collect();
        (big, stride, small)
    }

    #[test]
    fn an_odd_ratio_takes_the_middle_pixels_and_strides_are_skipped() {
        let (width, height) = (22, 10);
        let colour = Colour { matrix: Matrix::Bt709, range: Range::Limited };
        for ratio in [1, 3, 5, 7] {
            let (packed, packed_stride, small_packed) = noise((width, height), 3, ratio, 1);
            let (luma, luma_stride, small_luma) = noise((width, height), 1, ratio, 2);
            let (pairs, pairs_stride, small_pairs) = noise((width / 2, height / 2), 2, ratio, 3);
            let (cb, half_stride, small_cb) = noise((width / 2, height / 2), 1, ratio, 4);
            let (cr, _, small_cr) = noise((width / 2, height / 2), 1, ratio, 5);
            let plane = |data, stride| Plane { data, stride };
            let (y, small_y) = (plane(&luma, luma_stride), plane(&small_luma, width));
            let (packed, small_packed) = (plane(&packed, packed_stride), plane(&small_packed, 3 * width));
            let planes = [y, plane(&cb, half_stride), plane(&cr, half_stride)];
            let small_planes = [small_y, plane(&small_cb, width / 2), plane(&small_cr, width / 2)];
            let (pairs, small_pairs) = (plane(&pairs, pairs_stride), plane(&small_pairs, width));
            let subsampling = Subsampling::Yuv420;
            for (big, small) in [
                (Pixels::Rgb(packed), Pixels::Rgb(small_packed)),
                (Pixels::Bgr(packed), Pixels::Bgr(small_packed)),
                (
                    Pixels::Planar { planes, subsampling, colour },
                    Pixels::Planar { planes: small_planes, subsampling, colour },
                ),
                (Pixels::Nv12 { planes: [y, pairs], colour }, Pixels::Nv12 { planes: [small_y, small_pairs], colour }),
            ] {
                let big = Frame::new(big, (width * ratio) as u32, (height * ratio) as u32).unwrap();
                let small = Frame::new(small, width as u32, height as u32).unwrap();
                let expected = planar(&small, width, height);
                assert_eq!(planar(&big, width, height), expected, "{ratio}, {:?}", small.pixels());
                if let Pixels::Rgb(Plane { data, .. }) = small.pixels() {
                    assert!((0..data.len()).all(|i| {
                        (expected[i % 3 * width * height + i / 3] * 255.0 - f32::from(data[i])).abs() < 1e-3
                    }));
                }
            }
        }
    }

    /// ITU-R BT.601-7 and BT.709-6, written as the standard writes it.
    fn yuv_from_rgb(colour: Colour, rgb: [f64; 3]) -> [u8; 3] {
        let (kr, kb) = if colour.matrix == Matrix::Bt709 { (0.2126, 0.0722) } else { (0.299, 0.114) };
        let y = kr * rgb[0] + (1.0 - kr - kb) * rgb[1] + kb * rgb[2];
        let (cb, cr) = ((rgb[2] - y) / (2.0 * (1.0 - kb)), (rgb[0] - y) / (2.0 * (1.0 - kr)));
        let (offset, luma, chroma) =
            if colour.range == Range::Full { (0.0, 255.0, 255.0) } else { (16.0, 219.0, 224.0) };
        [offset + luma * y, 128.0 + chroma * cb, 128.0 + chroma * cr].map(|value| value.round().clamp(0.0, 255.0) as u8)
    }

    #[test]
    fn every_yuv_gives_its_colour_back() {
        let subsamplings = [Subsampling::Yuv420, Subsampling::Yuv422, Subsampling::Yuv444];
        for (matrix, range) in [
            (Matrix::Bt601, Range::Limited),
            (Matrix::Bt601, Range::Full),
            (Matrix::Bt709, Range::Limited),
            (Matrix::Bt709, Range::Full),
        ] {
            let colour = Colour { matrix, range };
            for step in 0..125 {
                let rgb = [step % 5, step / 5 % 5, step / 25].map(|level| f64::from(level) / 4.0);
                let [y, u, v] = yuv_from_rgb(colour, rgb);
                let (luma, cb, cr) = (vec![y; 15 * 9], vec![u; 15 * 9], vec![v; 15 * 9]);
                let check = |pixels: Pixels| {
                    let out = planar(&Frame::new(pixels, 15, 9).unwrap(), 15, 9);
                    for (channel, value) in rgb.iter().enumerate() {
                        let error = (f64::from(out[channel * 135]) - value).abs();
                        // Rounding luma and chroma to 8 bits alone makes up to 1.6 / 255.
                        assert!(error < 2.5 / 255.0, "{colour:?} {rgb:?}: off by {error}");
                        assert!(
                            out[channel * 135..][..135]
                                .iter()
                                .all(|pixel| pixel.to_bits() == out[channel * 135].to_bits())
                        );
                    }
                };
                for subsampling in subsamplings {
                    let [luma, cb, cr] = [&luma, &cb, &cr].map(|data| Plane { data, stride: 15 });
                    check(Pixels::Planar { planes: [luma, cb, cr], subsampling, colour });
                }
                let pairs: Vec<u8> = [u, v].repeat(8 * 5);
                let planes = [Plane { data: &luma, stride: 15 }, Plane { data: &pairs, stride: 16 }];
                check(Pixels::Nv12 { planes, colour });
            }
        }
    }

    #[test]
    fn chroma_lands_on_its_luma() {
        // Left half red, right half blue, in yuv420p of odd width, at full range.
        let colour = Colour { matrix: Matrix::Bt601, range: Range::Full };
        let (red, blue) = (yuv_from_rgb(colour, [1., 0., 0.]), yuv_from_rgb(colour, [0., 0., 1.]));
        let side = |x: usize, half: usize| if x < half { red } else { blue };
        let plane = |width: usize, height: usize, half: usize, channel: usize| -> Vec<u8> {
            (0..height).flat_map(|_| (0..width).map(|x| side(x, half)[channel])).collect()
        };
        let (y, u, v) = (plane(33, 17, 16, 0), plane(17, 9, 8, 1), plane(17, 9, 8, 2));
        let planes = [Plane { data: &y, stride: 33 }, Plane { data: &u, stride: 17 }, Plane { data: &v, stride: 17 }];
        let pixels = Pixels::Planar { planes, subsampling: Subsampling::Yuv420, colour };
        let out = planar(&Frame::new(pixels, 33, 17).unwrap(), 33, 17);
        assert_eq!(seen(&out, 33, 17), [RED, BLUE, RED, BLUE]);
    }
}
