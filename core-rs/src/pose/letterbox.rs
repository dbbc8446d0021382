//! Where a picture lies in a model's input: upright, in square pixels, scaled to fit, in the middle.

use crate::geometry::{BBox, Point};
use crate::pose::Picture;

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture(width: u32, height: u32, sample_aspect_ratio: f32) -> Picture {
        Picture { width, height, sample_aspect_ratio }
    }

    #[test]
    fn a_wide_picture_has_grey_above_and_below() {
        let place = Letterbox::fit(&picture(1920, 1080, 1.0), Canvas::Fixed { width: 640, height: 640 });
        assert_eq!(
            place,
            Letterbox { width: 640, height: 640, left: 0, top: 140, content_width: 640, content_height: 360 }
        );
    }

    #[test]
    fn an_open_input_follows_the_picture() {
        let size = |picture| {
            let place = Letterbox::fit(&picture, Canvas::LongSide(256));
            (place.width, place.height, place.content_width, place.content_height)
        };
        assert_eq!(size(picture(1280, 720, 1.0)), (256, 160, 256, 144));
        assert_eq!(size(picture(720, 1280, 1.0)), (160, 256, 144, 256));
        assert_eq!(size(picture(640, 640, 1.0)), (256, 256, 256, 256));
    }

    #[test]
    fn narrow_pixels_make_a_narrow_picture() {
        // 960×720 pixels, each 3:8, are seen as 360×720.
        let place = Letterbox::fit(&picture(960, 720, 0.375), Canvas::LongSide(256));
        assert_eq!((place.content_width, place.content_height), (128, 256));
    }

    proptest! {
        #[test]
        fn points_come_back(
            width in 1u32..5000, height in 1u32..5000, sar in 0.2f32..5.0, side in 1usize..20,
            open in any::<bool>(), x in -0.5f32..1.5, y in -0.5f32..1.5,
        ) {
            let side = 32 * side;
            let canvas = if open { Canvas::LongSide(side) } else { Canvas::Fixed { width: side, height: 640 } };
            let place = Letterbox::fit(&picture(width, height, sar), canvas);
            prop_assert!(place.left + place.content_width <= place.width);
            prop_assert!(place.top + place.content_height <= place.height);
            prop_assert!(place.content_width == place.width || place.content_height == place.height);
            let back = place.to_picture(place.to_input(Point { x, y }));
            let scale = place.width.max(place.height) as f32;
            let (across, down) = (scale / place.content_width as f32, scale / place.content_height as f32);
            prop_assert!((back.x - x).abs() < 1e-6 * across && (back.y - y).abs() < 1e-6 * down);
        }
    }
}
