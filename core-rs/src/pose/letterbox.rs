//! From a decoded frame to what a model sees: upright, square pixels, scaled to fit, centred on grey.
//!
//! Each plane is scaled by itself, straight to its final size, and only the small picture is turned, coloured and
//! spread: the big one is read once.

use crate::error::{Error, Result};
use crate::frame::{Colour, Frame, Matrix, Pixels, Plane, Range, Rotation, Subsampling};
use crate::geometry::{BBox, Point};
use crate::pose::Picture;
use fast_image_resize as fir;
use fir::pixels::{InnerPixel, U8, U8x2, U8x3};
use std::marker::PhantomData;

/// The grey around the picture, 0 to 255: what YOLO was trained with.
pub const GREY: u8 = 114;

/// The size of a model's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Canvas {
    /// Always this width and height.
    Fixed {
        /// Pixels.
        width: usize,
        /// Pixels.
        height: usize,
    },
    /// The longer side of the picture becomes this long; the shorter side follows, rounded up to a multiple of 32, which
    /// is how often these networks halve their input.
    LongSide(usize),
}

/// Where the upright picture lies within a model's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letterbox {
    /// The model's input, pixels.
    pub width: usize,
    /// The model's input, pixels.
    pub height: usize,
    /// The picture's left edge, pixels of the input.
    pub left: usize,
    /// The picture's top edge.
    pub top: usize,
    /// The picture's width.
    pub content_width: usize,
    /// The picture's height.
    pub content_height: usize,
}

impl Letterbox {
    /// The largest centred place on `canvas` that keeps people's proportions.
    #[must_use]
    pub fn fit(picture: &Picture, canvas: Canvas) -> Self {
        let aspect = f64::from(picture.aspect());
        let (width, height) = match canvas {
            Canvas::Fixed { width, height } => (width, height),
            Canvas::LongSide(side) => {
                let shorter = side as f64 * if aspect >= 1.0 { aspect.recip() } else { aspect };
                let shorter = (shorter.round().max(1.0) as usize).next_multiple_of(32);
                if aspect >= 1.0 { (side, shorter) } else { (shorter, side) }
            }
        };
        let (content_width, content_height) = if aspect * height as f64 >= width as f64 {
            (width, ((width as f64 / aspect).round() as usize).clamp(1, height))
        } else {
            (((height as f64 * aspect).round() as usize).clamp(1, width), height)
        };
        let (left, top) = ((width - content_width) / 2, (height - content_height) / 2);
        Self { width, height, left, top, content_width, content_height }
    }

    /// A point of the model's input, in pixels, as 0 to 1 of the upright picture.
    #[must_use]
    pub fn to_picture(&self, point: Point) -> Point {
        Point {
            x: (point.x - self.left as f32) / self.content_width as f32,
            y: (point.y - self.top as f32) / self.content_height as f32,
        }
    }

    /// A point of the upright picture, 0 to 1, in pixels of the model's input.
    #[must_use]
    pub fn to_input(&self, point: Point) -> Point {
        Point {
            x: point.x * self.content_width as f32 + self.left as f32,
            y: point.y * self.content_height as f32 + self.top as f32,
        }
    }

    /// A box of the model's input, in pixels, as 0 to 1 of the upright picture.
    #[must_use]
    pub fn box_to_picture(&self, bbox: &BBox) -> BBox {
        let (a, b) = (Point { x: bbox.x1, y: bbox.y1 }, Point { x: bbox.x2, y: bbox.y2 });
        let (a, b) = (self.to_picture(a), self.to_picture(b));
        BBox { x1: a.x, y1: a.y, x2: b.x, y2: b.y }
    }
}

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
        self.scale(frame, place)?;
        let Letterbox { width, height, left, top, content_width, content_height } = *place;
        let grey = f32::from(GREY) / 255.0;
        for (out, plane) in out.chunks_exact_mut(width * height).zip(&self.upright) {
            let (above, rest) = out.split_at_mut(top * width);
            let (rows, below) = rest.split_at_mut(content_height * width);
            above.fill(grey);
            below.fill(grey);
            for (row, pixels) in rows.chunks_exact_mut(width).zip(plane.chunks_exact(content_width)) {
                row[..left].fill(grey);
                row[left + content_width..].fill(grey);
                for (out, pixel) in row[left..].iter_mut().zip(pixels) {
                    *out = f32::from(*pixel) * (1.0 / 255.0);
                }
            }
        }
        Ok(())
    }

    /// Writes `frame` as interleaved RGB, height × width × 3, 0 to 255.
    ///
    /// # Errors
    /// [`Error::Frame`] where `out` has another size.
    pub fn interleaved(&mut self, frame: &Frame, place: &Letterbox, out: &mut [i32]) -> Result<()> {
        check_size(place, out.len())?;
        self.scale(frame, place)?;
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
    fn scale(&mut self, frame: &Frame, place: &Letterbox) -> Result<()> {
        let rotation = frame.rotation();
        let (mut width, mut height) = (place.content_width, place.content_height);
        if rotation.swaps_sides() {
            std::mem::swap(&mut width, &mut height);
        }
        let (from, to) = (frame.decoded_size(), (width as u32, height as u32));
        let resizer = &mut self.resizer;
        let [first, second, third] = &mut self.scaled;
        for plane in &mut self.upright {
            plane.resize(width * height, 0);
        }
        match *frame.pixels() {
            Pixels::Rgb(plane) => {
                resize::<U8x3>(resizer, plane, from, first, to)?;
                spread(first, &mut self.upright);
            }
            Pixels::Bgr(plane) => {
                resize::<U8x3>(resizer, plane, from, first, to)?;
                spread(first, &mut self.upright);
                self.upright.swap(0, 2);
            }
            Pixels::Planar { planes: [y, u, v], subsampling, colour } => {
                let chroma = match subsampling {
                    Subsampling::Yuv420 => (from.0.div_ceil(2), from.1.div_ceil(2)),
                    Subsampling::Yuv422 => (from.0.div_ceil(2), from.1),
                    Subsampling::Yuv444 => from,
                };
                resize::<U8>(resizer, y, from, first, to)?;
                resize::<U8>(resizer, u, chroma, second, to)?;
                resize::<U8>(resizer, v, chroma, third, to)?;
                let chroma = second.iter().copied().zip(third.iter().copied());
                colour_in(colour, first, chroma, &mut self.upright);
            }
            Pixels::Nv12 { planes: [y, uv], colour } => {
                resize::<U8>(resizer, y, from, first, to)?;
                resize::<U8x2>(resizer, uv, (from.0.div_ceil(2), from.1.div_ceil(2)), second, to)?;
                colour_in(colour, first, second.chunks_exact(2).map(|pair| (pair[0], pair[1])), &mut self.upright);
            }
        }
        if rotation != Rotation::None {
            for plane in &mut self.upright {
                turn(rotation, plane, width, &mut self.turned);
                std::mem::swap(plane, &mut self.turned);
            }
        }
        Ok(())
    }
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
        let rows = self.plane.data.chunks(self.plane.stride).take(self.height as usize);
        rows.skip(start_row as usize).map(move |row| {
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
) -> Result<()> {
    let failed = |got: String| Error::Frame { expected: format!("a picture that scales to {}×{}", to.0, to.1), got };
    out.resize(to.0 as usize * to.1 as usize * size_of::<P>(), 0);
    let rows = Rows::<P> { plane, width: from.0, height: from.1, pixel: PhantomData };
    let mut image =
        fir::images::TypedImage::<P>::from_buffer(to.0, to.1, out).map_err(|error| failed(error.to_string()))?;
    let bilinear = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Interpolation(fir::FilterType::Bilinear));
    resizer.resize_typed(&rows, &mut image, &bilinear).map_err(|error| failed(error.to_string()))
}

/// Packed pixels into their three planes.
fn spread(packed: &[u8], planes: &mut [Vec<u8>; 3]) {
    let [a, b, c] = planes;
    for (((pixel, a), b), c) in packed.chunks_exact(3).zip(a).zip(b).zip(c) {
        (*a, *b, *c) = (pixel[0], pixel[1], pixel[2]);
    }
}

/// Luma and chroma into red, green and blue: the inverse of ITU-R BT.601-7 and BT.709-6 section 3, in 1/65536.
fn colour_in(colour: Colour, luma: &[u8], chroma: impl Iterator<Item = (u8, u8)>, rgb: &mut [Vec<u8>; 3]) {
    let weights = Weights::of(colour);
    let [red, green, blue] = rgb;
    for ((((y, (u, v)), r), g), b) in luma.iter().zip(chroma).zip(red).zip(green).zip(blue) {
        (*r, *g, *b) = weights.rgb(*y, u, v);
    }
}

/// Fixed-point weights: two bytes of fraction leave no error that rounding to 8 bits would show.
struct Weights {
    black: i32,
    luma: i32,
    red_v: i32,
    green_u: i32,
    green_v: i32,
    blue_u: i32,
}

impl Weights {
    fn of(colour: Colour) -> Self {
        let (kr, kb) = match colour.matrix {
            Matrix::Bt601 => (0.299, 0.114),
            Matrix::Bt709 => (0.2126, 0.0722),
        };
        let (black, luma, chroma) = match colour.range {
            Range::Limited => (16, 255.0 / 219.0, 255.0 / 224.0),
            Range::Full => (0, 1.0, 1.0),
        };
        let kg = 1.0 - kr - kb;
        let fixed = |weight: f64| (weight * 65536.0).round() as i32;
        Self {
            black,
            luma: fixed(luma),
            red_v: fixed(2.0 * (1.0 - kr) * chroma),
            green_u: fixed(2.0 * (1.0 - kb) * kb / kg * chroma),
            green_v: fixed(2.0 * (1.0 - kr) * kr / kg * chroma),
            blue_u: fixed(2.0 * (1.0 - kb) * chroma),
        }
    }

    #[inline]
    fn rgb(&self, y: u8, u: u8, v: u8) -> (u8, u8, u8) {
        let y = (i32::from(y) - self.black) * self.luma + 32768;
        let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
        let byte = |value: i32| (value >> 16).clamp(0, 255) as u8;
        (byte(y + v * self.red_v), byte(y - u * self.green_u - v * self.green_v), byte(y + u * self.blue_u))
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
