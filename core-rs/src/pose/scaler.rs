//! From a decoded frame to what a model sees.
//!
//! Each plane is scaled by itself, straight to its final size, and only the small picture is coloured, turned and
//! spread: the big one is read once.

use crate::error::{Error, Result};
use crate::frame::{Frame, Pixels, Plane, Rotation, Subsampling};
use crate::pose::colour::{rgb_from_packed, rgb_from_yuv};
use crate::pose::letterbox::Letterbox;
use crate::pose::wide::wide;
use fast_image_resize as fir;
use fir::ImageView as _;
use fir::images::TypedImage;
use fir::pixels::{InnerPixel, U8, U8x2, U8x3};
use std::marker::PhantomData;

/// The grey around the picture, 0 to 255: what YOLO was trained with.
pub const GREY: u8 = 114;

/// Scales frames; keeps its buffers from one to the next.
#[derive(Debug, Default)]
pub struct Scaler {
    resizer: fir::Resizer,
    /// What the resizer wrote: up to three planes, or one packed picture, in decoded orientation.
    scaled: [Vec<u8>; 3],
    /// Red, green and blue, upright, `content_width` × `content_height` each.
    upright: [Vec<u8>; 3],
    turned: Vec<u8>,
}

impl Scaler {
    /// Writes `frame` as planar RGB, 3 × height × width, 0 to 1.
    ///
    /// # Errors
    /// [`Error::Frame`] where `out` has another size.
    pub fn planar(&mut self, frame: &Frame, place: &Letterbox, out: &mut [f32]) -> Result<()> {
        check_size(place, out.len())?;
        self.scale(frame, place, Filter::Bilinear)?;
        let size = place.width * place.height;
        for (out, plane) in out.chunks_exact_mut(size).zip(&self.upright) {
            spread(plane, place, out);
        }
        Ok(())
    }

    /// Writes `frame` as interleaved RGB, height × width × 3, 0 to 255.
    ///
    /// # Errors
    /// [`Error::Frame`] where `out` has another size.
    pub fn interleaved(&mut self, frame: &Frame, place: &Letterbox, out: &mut [i32]) -> Result<()> {
        check_size(place, out.len())?;
        self.scale(frame, place, Filter::Area)?;
        let Letterbox { width, left, top, content_width, content_height, .. } = *place;
        let (above, rest) = out.split_at_mut(top * width * 3);
        let (rows, below) = rest.split_at_mut(content_height * width * 3);
        above.fill(i32::from(GREY));
        below.fill(i32::from(GREY));
        let [red, green, blue] = self.upright.each_ref().map(|plane| plane.chunks_exact(content_width));
        for (((row, red), green), blue) in rows.chunks_exact_mut(width * 3).zip(red).zip(green).zip(blue) {
            let (before, rest) = row.split_at_mut(left * 3);
            let (pixels, after) = rest.split_at_mut(content_width * 3);
            before.fill(i32::from(GREY));
            after.fill(i32::from(GREY));
            for (((out, r), g), b) in pixels.chunks_exact_mut(3).zip(red).zip(green).zip(blue) {
                out.copy_from_slice(&[i32::from(*r), i32::from(*g), i32::from(*b)]);
            }
        }
        Ok(())
    }

    /// Fills `upright`.
    fn scale(&mut self, frame: &Frame, place: &Letterbox, filter: Filter) -> Result<()> {
        let rotation = frame.rotation();
        let (mut width, mut height) = (place.content_width, place.content_height);
        if rotation.swaps_sides() {
            std::mem::swap(&mut width, &mut height);
        }
        let (from, to) = (frame.decoded_size(), (width as u32, height as u32));
        for plane in &mut self.upright {
            plane.resize(width * height, 0);
        }
        let Self { resizer, scaled: [first, second, third], upright, turned } = self;
        match *frame.pixels() {
            Pixels::Rgb(plane) => {
                resize::<U8x3>(resizer, plane, from, first, to, filter)?;
                rgb_from_packed(first, upright);
            }
            Pixels::Bgr(plane) => {
                resize::<U8x3>(resizer, plane, from, first, to, filter)?;
                rgb_from_packed(first, upright);
                upright.swap(0, 2);
            }
            // The small picture keeps the subsampling of the big one until it is coloured.
            Pixels::Planar { planes: [y, u, v], subsampling, colour } => {
                let (from_chroma, to_chroma) = (subsampling.chroma_size(from), subsampling.chroma_size(to));
                resize::<U8>(resizer, y, from, first, to, filter)?;
                resize::<U8>(resizer, u, from_chroma, second, to_chroma, filter)?;
                resize::<U8>(resizer, v, from_chroma, third, to_chroma, filter)?;
                rgb_from_yuv(colour, subsampling, width, [first, second, third], upright);
            }
            Pixels::Nv12 { planes: [y, uv], colour } => {
                let subsampling = Subsampling::Yuv420;
                let (from_chroma, to_chroma) = (subsampling.chroma_size(from), subsampling.chroma_size(to));
                resize::<U8>(resizer, y, from, first, to, filter)?;
                resize::<U8x2>(resizer, uv, from_chroma, turned, to_chroma, filter)?;
                second.clear();
                third.clear();
                second.extend(turned.iter().step_by(2));
                third.extend(turned.iter().skip(1).step_by(2));
                rgb_from_yuv(colour, subsampling, width, [first, second, third], upright);
            }
        }
        if rotation != Rotation::None {
            for plane in upright {
                turn(rotation, plane, width, turned);
                std::mem::swap(plane, turned);
            }
        }
        Ok(())
    }
}

wide! {
    /// Writes one colour of the content, 0 to 255, into one colour of the model's input, 0 to 1, with grey around it.
    fn spread(content: &[u8], place: &Letterbox, out: &mut [f32]) {
        let Letterbox { width, left, top, content_width, content_height, .. } = *place;
        let grey = f32::from(GREY) / 255.0;
        let (above, rest) = out.split_at_mut(top * width);
        let (rows, below) = rest.split_at_mut(content_height * width);
        above.fill(grey);
        below.fill(grey);
        for (row, pixels) in rows.chunks_exact_mut(width).zip(content.chunks_exact(content_width)) {
            row[..left].fill(grey);
            row[left + content_width..].fill(grey);
            for (out, pixel) in row[left..].iter_mut().zip(pixels) {
                *out = f32::from(*pixel) * (1.0 / 255.0);
            }
        }
    }
}

/// How pixels between pixels are made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    /// The four neighbours of a point, whatever the scale: what OpenCV calls linear.
    Bilinear,
    /// All pixels that a new one covers.
    Area,
}

fn check_size(place: &Letterbox, got: usize) -> Result<()> {
    let expected = place.width * place.height * 3;
    if got == expected {
        return Ok(());
    }
    Err(Error::Frame { expected: format!("room for {expected} numbers"), got: got.to_string() })
}

/// A plane as the resizer reads it.
struct Rows<'a, P> {
    plane: Plane<'a>,
    width: u32,
    height: u32,
    pixel: PhantomData<P>,
}

// SAFETY: every row is cut to `width` pixels exactly (or the cut panics), as the trait demands.
unsafe impl<P: InnerPixel<Component = u8>> fir::ImageView for Rows<'_, P> {
    type Pixel = P;

    fn width(&self) -> u32 {
        self.width
    }

    fn height(&self) -> u32 {
        self.height
    }

    fn iter_rows(&self, start_row: u32) -> impl Iterator<Item = &[P]> {
        let bytes = self.width as usize * size_of::<P>();
        let data = self.plane.data.get(start_row as usize * self.plane.stride..).unwrap_or_default();
        let rows = data.chunks(self.plane.stride).take(self.height.saturating_sub(start_row) as usize);
        rows.map(move |row| {
            // SAFETY: a pixel of `u8` components is those bytes and nothing else: any bytes are pixels, at any address.
            let (before, pixels, after) = unsafe { row[..bytes].align_to::<P>() };
            debug_assert!(before.is_empty() && after.is_empty());
            pixels
        })
    }
}

/// Scales one plane into `out`, which becomes rows without gaps.
fn resize<P: fir::PixelTrait + InnerPixel<Component = u8>>(
    resizer: &mut fir::Resizer,
    plane: Plane,
    from: (u32, u32),
    out: &mut Vec<u8>,
    to: (u32, u32),
    filter: Filter,
) -> Result<()> {
    let failed = |got: String| Error::Frame { expected: format!("a picture that scales to {}×{}", to.0, to.1), got };
    out.resize(to.0 as usize * to.1 as usize * size_of::<P>(), 0);
    let rows = Rows::<P> { plane, width: from.0, height: from.1, pixel: PhantomData };
    let mut image = TypedImage::<P>::from_buffer(to.0, to.1, out).map_err(|error| failed(error.to_string()))?;
    let algorithm = match filter {
        Filter::Bilinear => {
            if let (Some(columns), Some(rows_apart)) = (odd_ratio(from.0, to.0), odd_ratio(from.1, to.1)) {
                pick(&rows, columns, rows_apart, &mut image);
                return Ok(());
            }
            fir::ResizeAlg::Interpolation(fir::FilterType::Bilinear)
        }
        Filter::Area => fir::ResizeAlg::Convolution(fir::FilterType::Bilinear),
    };
    let options = fir::ResizeOptions::new().resize_alg(algorithm);
    resizer.resize_typed(&rows, &mut image, &options).map_err(|error| failed(error.to_string()))
}

/// `from / to` where that is an odd whole number: then each new pixel's centre is an old pixel's, and bilinear is that pixel.
fn odd_ratio(from: u32, to: u32) -> Option<usize> {
    (from.is_multiple_of(to) && (from / to) % 2 == 1).then_some((from / to) as usize)
}

/// The middle one of every `columns` × `rows` pixels: 1080p to 640 columns, 720p to 256, several times faster.
fn pick<P: InnerPixel<Component = u8>>(from: &Rows<P>, columns: usize, rows: usize, to: &mut TypedImage<P>) {
    let width = to.width() as usize;
    let middle_rows = from.iter_rows(rows as u32 / 2).step_by(rows);
    for (row, out) in middle_rows.zip(to.pixels_mut().chunks_exact_mut(width)) {
        // The ratios of common sizes, with the step known to the compiler; a step that is not costs three times as much.
        match columns {
            3 => pick_row::<P, 3>(row, out),
            5 => pick_row::<P, 5>(row, out),
            _ => out.iter_mut().zip(row.chunks_exact(columns)).for_each(|(out, group)| *out = group[columns / 2]),
        }
    }
}

fn pick_row<P: InnerPixel, const COLUMNS: usize>(row: &[P], out: &mut [P]) {
    for (out, group) in out.iter_mut().zip(row.as_chunks::<COLUMNS>().0) {
        *out = group[COLUMNS / 2];
    }
}

/// Turns rows of `width` bytes upright, into `out`.
fn turn(rotation: Rotation, plane: &[u8], width: usize, out: &mut Vec<u8>) {
    out.clear();
    let height = plane.len() / width;
    match rotation {
        Rotation::None => out.extend_from_slice(plane),
        Rotation::Half => out.extend(plane.iter().rev()),
        // The left column, read upwards, becomes the top row.
        Rotation::Clockwise90 => {
            out.extend((0..width).flat_map(|x| (0..height).rev().map(move |y| plane[y * width + x])));
        }
        // The right column, read downwards, becomes the top row.
        Rotation::Clockwise270 => {
            out.extend((0..width).rev().flat_map(|x| (0..height).map(move |y| plane[y * width + x])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Colour, Matrix, Range};
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

    #[test]
    fn picking_is_bilinear_and_strides_are_skipped() {
        let noise = |i: usize| (i.wrapping_mul(2_654_435_761) >> 7) as u8;
        let (width, height) = (45, 33);
        let stride = 3 * width + 7;
        let data: Vec<u8> = (0..stride * (height - 1) + 3 * width).map(noise).collect();
        let wide = Frame::new(Pixels::Rgb(Plane { data: &data, stride }), width as u32, height as u32).unwrap();
        let out = planar(&wide, 15, 11);
        for y in 0..11 {
            for x in 0..15 {
                let source = data[(3 * y + 1) * stride + 3 * (3 * x + 1)];
                assert!((out[15 * y + x] * 255.0 - f32::from(source)).abs() < 1e-3);
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
