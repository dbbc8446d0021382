//! A decoded picture, borrowed: planes with strides, and all that is needed to see it as it was meant.

use crate::error::{Error, Result};
use crate::pose::Picture;

/// Rows of bytes, borrowed from the decoder or from an array.
#[derive(Debug, Clone, Copy)]
pub struct Plane<'a> {
    /// From the first byte of the first row; the last row may end with its last pixel.
    pub data: &'a [u8],
    /// Bytes from the start of a row to the start of the next.
    pub stride: usize,
}

/// How often chroma was sampled, against luma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subsampling {
    /// Half the columns, half the rows.
    Yuv420,
    /// Half the columns, all rows.
    Yuv422,
    /// Full.
    Yuv444,
}

impl Subsampling {
    /// Columns and rows of luma for one sample of chroma.
    #[must_use]
    pub fn steps(self) -> (usize, usize) {
        match self {
            Self::Yuv420 => (2, 2),
            Self::Yuv422 => (2, 1),
            Self::Yuv444 => (1, 1),
        }
    }

    /// Width and height of a chroma plane for a luma plane of this size.
    #[must_use]
    pub fn chroma_size(self, (width, height): (u32, u32)) -> (u32, u32) {
        let (columns, rows) = self.steps();
        (width.div_ceil(columns as u32), height.div_ceil(rows as u32))
    }
}

/// Which weights made luma out of red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Matrix {
    /// ITU-R BT.601: standard definition, and JPEG.
    #[default]
    Bt601,
    /// ITU-R BT.709: high definition.
    Bt709,
}

/// Which bytes mean black and white.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Range {
    /// Luma 16 to 235, chroma 16 to 240: what video uses.
    #[default]
    Limited,
    /// 0 to 255: what JPEG and many IP cameras use.
    Full,
}

/// How luma and chroma become colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Colour {
    /// The weights.
    pub matrix: Matrix,
    /// The scale.
    pub range: Range,
}

/// How far the decoded picture must be turned clockwise to stand upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rotation {
    /// It stands upright.
    #[default]
    None,
    /// A quarter turn clockwise.
    Clockwise90,
    /// Upside down.
    Half,
    /// A quarter turn counter-clockwise.
    Clockwise270,
}

impl Rotation {
    /// Degrees clockwise, any multiple of 90.
    ///
    /// # Errors
    /// [`Error::Frame`] for other angles.
    pub fn from_degrees(degrees: i32) -> Result<Self> {
        match degrees.rem_euclid(360) {
            0 => Ok(Self::None),
            90 => Ok(Self::Clockwise90),
            180 => Ok(Self::Half),
            270 => Ok(Self::Clockwise270),
            _ => Err(wrong("a rotation by a multiple of 90 degrees", degrees)),
        }
    }

    /// 0, 90, 180 or 270, clockwise.
    #[must_use]
    pub fn degrees(self) -> i32 {
        match self {
            Self::None => 0,
            Self::Clockwise90 => 90,
            Self::Half => 180,
            Self::Clockwise270 => 270,
        }
    }

    /// Whether width and height change places.
    #[must_use]
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Clockwise90 | Self::Clockwise270)
    }
}

/// What the planes hold, 8 bits a sample.
#[derive(Debug, Clone, Copy)]
pub enum Pixels<'a> {
    /// Red, green, blue, three bytes a pixel.
    Rgb(Plane<'a>),
    /// Blue, green, red, three bytes a pixel.
    Bgr(Plane<'a>),
    /// Luma and the two chroma planes apart: `yuv420p`, `yuv422p`, `yuv444p`.
    Planar {
        /// Y, Cb, Cr.
        planes: [Plane<'a>; 3],
        /// How often the second and third were sampled.
        subsampling: Subsampling,
        /// How they become colours.
        colour: Colour,
    },
    /// Luma, and Cb and Cr by turns at half the columns and rows: what hardware decoders give.
    Nv12 {
        /// Y, then Cb and Cr by turns.
        planes: [Plane<'a>; 2],
        /// How they become colours.
        colour: Colour,
    },
}

/// A decoded picture; nothing is copied.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pixels: Pixels<'a>,
    width: u32,
    height: u32,
    sample_aspect_ratio: f32,
    rotation: Rotation,
}

impl<'a> Frame<'a> {
    /// A picture of `width` × `height` decoded pixels, square and upright until said otherwise.
    ///
    /// # Errors
    /// [`Error::Frame`] where a plane is too small for the size, or the size is nothing.
    pub fn new(pixels: Pixels<'a>, width: u32, height: u32) -> Result<Self> {
        if width == 0 || height == 0 {
            return Err(wrong("a picture of at least 1×1", format!("{width}×{height}")));
        }
        match pixels {
            Pixels::Rgb(plane) | Pixels::Bgr(plane) => check(plane, width, height, 3)?,
            Pixels::Planar { planes: [y, u, v], subsampling, .. } => {
                let (w, h) = subsampling.chroma_size((width, height));
                check(y, width, height, 1)?;
                check(u, w, h, 1)?;
                check(v, w, h, 1)?;
            }
            Pixels::Nv12 { planes: [y, uv], .. } => {
                let (w, h) = Subsampling::Yuv420.chroma_size((width, height));
                check(y, width, height, 1)?;
                check(uv, w, h, 2)?;
            }
        }
        Ok(Self { pixels, width, height, sample_aspect_ratio: 1.0, rotation: Rotation::None })
    }

    /// The same picture with pixels `ratio` times as wide as high, as decoded.
    ///
    /// # Errors
    /// [`Error::Frame`] where the ratio is not a positive number.
    pub fn with_sample_aspect_ratio(self, ratio: f32) -> Result<Self> {
        if ratio.is_finite() && ratio > 0.0 {
            Ok(Self { sample_aspect_ratio: ratio, ..self })
        } else {
            Err(wrong("a sample aspect ratio above 0", ratio))
        }
    }

    /// The same picture, to be turned before it is looked at.
    #[must_use]
    pub fn with_rotation(self, rotation: Rotation) -> Self {
        Self { rotation, ..self }
    }

    /// The planes.
    #[must_use]
    pub fn pixels(&self) -> &Pixels<'a> {
        &self.pixels
    }

    /// Decoded width and height, before rotation.
    #[must_use]
    pub fn decoded_size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Width of a decoded pixel over its height, before rotation.
    #[must_use]
    pub fn decoded_sample_aspect_ratio(&self) -> f32 {
        self.sample_aspect_ratio
    }

    /// What must be done to see it upright.
    #[must_use]
    pub fn rotation(&self) -> Rotation {
        self.rotation
    }

    /// The upright picture: what every coordinate, 0 to 1, refers to.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let Self { width, height, sample_aspect_ratio, .. } = *self;
        if self.rotation.swaps_sides() {
            Picture { width: height, height: width, sample_aspect_ratio: sample_aspect_ratio.recip() }
        } else {
            Picture { width, height, sample_aspect_ratio }
        }
    }
}

/// Whether `plane` holds `height` rows of `width` samples of `bytes` each.
fn check(plane: Plane, width: u32, height: u32, bytes: usize) -> Result<()> {
    let row = width as usize * bytes;
    if plane.stride < row {
        return Err(wrong(&format!("a stride of at least {row} bytes for {width} pixels"), plane.stride));
    }
    let least = plane.stride.checked_mul(height as usize - 1).and_then(|bytes| bytes.checked_add(row));
    match least {
        Some(least) if plane.data.len() >= least => Ok(()),
        _ => Err(wrong(
            &format!("{height} rows of {width} pixels, {} bytes apart", plane.stride),
            format!("{} bytes", plane.data.len()),
        )),
    }
}

fn wrong(expected: &str, got: impl std::fmt::Display) -> Error {
    Error::Frame { expected: expected.to_owned(), got: got.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(data: &[u8], stride: usize) -> Pixels<'_> {
        Pixels::Rgb(Plane { data, stride })
    }

    #[test]
    fn a_plane_that_is_too_small_is_refused() {
        let bytes = [0; 100];
        assert!(Frame::new(rgb(&bytes, 30), 10, 4).is_err(), "120 bytes wanted");
        assert!(Frame::new(rgb(&bytes, 29), 10, 3).is_err(), "stride under a row");
        assert!(Frame::new(rgb(&bytes, 35), 10, 3).is_ok(), "35 + 35 + 30 bytes wanted");
        assert!(Frame::new(rgb(&bytes, 36), 10, 3).is_err());
        assert!(Frame::new(rgb(&bytes, usize::MAX), 10, 3).is_err(), "no overflow");
        assert!(Frame::new(rgb(&bytes, 30), 0, 3).is_err());
    }

    #[test]
    fn chroma_of_odd_sizes_is_rounded_up() {
        let (luma, chroma) = ([0; 15], [0; 6]);
        let planes = |chroma| {
            let chroma = Plane { data: chroma, stride: 3 };
            Pixels::Planar {
                planes: [Plane { data: &luma, stride: 5 }, chroma, chroma],
                subsampling: Subsampling::Yuv420,
                colour: Colour::default(),
            }
        };
        assert!(Frame::new(planes(&chroma), 5, 3).is_ok());
        assert!(Frame::new(planes(&chroma[..5]), 5, 3).is_err());
    }

    #[test]
    fn a_quarter_turn_turns_the_pixels_too() {
        let bytes = [0; 18];
        let frame = Frame::new(rgb(&bytes, 9), 3, 2).unwrap().with_sample_aspect_ratio(0.5).unwrap();
        assert!((frame.picture().aspect() - 0.75).abs() < 1e-6);
        let turned = frame.with_rotation(Rotation::from_degrees(-90).unwrap()).picture();
        assert_eq!((turned.width, turned.height), (2, 3));
        assert!((turned.aspect() - 1.0 / 0.75).abs() < 1e-6);
        assert!(Rotation::from_degrees(45).is_err());
        assert!(frame.with_sample_aspect_ratio(f32::NAN).is_err());
    }
}
