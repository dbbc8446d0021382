//! Single pixels out of a picture of any format.

use crate::frame::{Colour, Frame, Matrix, Pixels, Plane, Range, Rotation};
use crate::geometry::Point;

/// Single pixels of a picture, by their upright place.
pub(super) struct Sampler<'a> {
    frame: &'a Frame<'a>,
    width: f32,
    height: f32,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(frame: &'a Frame<'a>) -> Self {
        let picture = frame.picture();
        Self { frame, width: picture.width as f32, height: picture.height as f32 }
    }

    /// From 0 to 1 to upright pixels.
    pub(super) fn pixels(&self, point: Point) -> Point {
        Point { x: point.x * self.width, y: point.y * self.height }
    }

    /// Red, green and blue, 0 to 1; `None` outside the picture.
    pub(super) fn rgb(&self, Point { x, y }: Point) -> Option<[f32; 3]> {
        if !(x >= 0.0 && y >= 0.0 && x < self.width && y < self.height) {
            return None;
        }
        let (width, height) = self.frame.decoded_size();
        let (x, y) = (x as u32, y as u32);
        let (x, y) = match self.frame.rotation() {
            Rotation::None => (x, y),
            Rotation::Clockwise90 => (y, height - 1 - x),
            Rotation::Half => (width - 1 - x, height - 1 - y),
            Rotation::Clockwise270 => (width - 1 - y, x),
        };
        let (x, y) = (x as usize, y as usize);
        let byte = |plane: &Plane, x: usize, y: usize| plane.data[y * plane.stride + x];
        let packed = |plane: &Plane| [0, 1, 2].map(|place| f32::from(byte(plane, 3 * x + place, y)) / 255.0);
        Some(match self.frame.pixels() {
            Pixels::Rgb(plane) => packed(plane),
            Pixels::Bgr(plane) => {
                let [blue, green, red] = packed(plane);
                [red, green, blue]
            }
            Pixels::Planar { planes: [luma, cb, cr], subsampling, colour } => {
                let (columns, rows) = subsampling.steps();
                let chroma = (x / columns, y / rows);
                rgb_of(*colour, byte(luma, x, y), byte(cb, chroma.0, chroma.1), byte(cr, chroma.0, chroma.1))
            }
            Pixels::Nv12 { planes: [luma, chroma], colour } => {
                let (column, row) = (x / 2 * 2, y / 2);
                rgb_of(*colour, byte(luma, x, y), byte(chroma, column, row), byte(chroma, column + 1, row))
            }
        })
    }
}

/// ITU-R BT.601-7 and BT.709-6, section 3, backwards.
fn rgb_of(colour: Colour, luma: u8, cb: u8, cr: u8) -> [f32; 3] {
    let (kr, kb) = match colour.matrix {
        Matrix::Bt601 => (0.299, 0.114),
        Matrix::Bt709 => (0.2126, 0.0722),
    };
    let (black, whole, chroma) = match colour.range {
        Range::Limited => (16.0, 219.0, 224.0),
        Range::Full => (0.0, 255.0, 255.0),
    };
    let y = (f32::from(luma) - black) / whole;
    let (u, v) = ((f32::from(cb) - 128.0) / chroma, (f32::from(cr) - 128.0) / chroma);
    let (red, blue) = (y + 2.0 * (1.0 - kr) * v, y + 2.0 * (1.0 - kb) * u);
    let green = (y - kr * red - kb * blue) / (1.0 - kr - kb);
    [red, green, blue].map(|value| value.clamp(0.0, 1.0))
}
