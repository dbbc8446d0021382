//! Points, boxes and angles in the plane.

use crate::units::Degrees;
use serde::{Deserialize, Serialize};

/// A point; the unit is said where the value is born.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Point {
    /// Rightwards.
    pub x: f32,
    /// Downwards, as pictures count.
    pub y: f32,
}

/// An axis-aligned box with `x1 <= x2` and `y1 <= y2`; the unit is said where the value is born.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct BBox {
    /// Left edge.
    pub x1: f32,
    /// Top edge.
    pub y1: f32,
    /// Right edge.
    pub x2: f32,
    /// Bottom edge.
    pub y2: f32,
}

impl BBox {
    /// Width, never negative.
    #[must_use]
    pub fn width(&self) -> f32 {
        (self.x2 - self.x1).max(0.0)
    }

    /// Height, never negative.
    #[must_use]
    pub fn height(&self) -> f32 {
        (self.y2 - self.y1).max(0.0)
    }

    /// Width times height.
    #[must_use]
    pub fn area(&self) -> f32 {
        self.width() * self.height()
    }

    /// The middle.
    #[must_use]
    pub fn centre(&self) -> Point {
        Point { x: f32::midpoint(self.x1, self.x2), y: f32::midpoint(self.y1, self.y2) }
    }

    /// Intersection over union, 0 to 1; 0 where both boxes are empty.
    #[must_use]
    pub fn iou(&self, other: &Self) -> f32 {
        let width = (self.x2.min(other.x2) - self.x1.max(other.x1)).max(0.0);
        let height = (self.y2.min(other.y2) - self.y1.max(other.y1)).max(0.0);
        let shared = width * height;
        let union = self.area() + other.area() - shared;
        if union > 0.0 { shared / union } else { 0.0 }
    }
}

/// The interior angle at `b` between the rays to `a` and to `c`, 0 to 180 degrees.
///
/// The points must be in square units (see [`crate::pose::Picture::square`]). `None` where a ray has no length or a
/// coordinate is not finite.
#[must_use]
pub fn angle(a: Point, b: Point, c: Point) -> Option<Degrees> {
    let (ux, uy) = (a.x - b.x, a.y - b.y);
    let (vx, vy) = (c.x - b.x, c.y - b.y);
    let (cross, dot) = (ux * vy - uy * vx, ux * vx + uy * vy);
    let lengths = ux.hypot(uy) * vx.hypot(vy);
    (lengths.is_finite() && lengths > 0.0).then(|| Degrees(cross.abs().atan2(dot).to_degrees()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    #[test]
    fn a_right_angle_is_ninety_degrees() {
        assert_eq!(angle(point(0., 0.), point(1., 0.), point(1., 1.)), Some(Degrees(90.0)));
    }

    #[test]
    fn no_length_no_angle() {
        assert_eq!(angle(point(1., 0.), point(1., 0.), point(1., 1.)), None);
        assert_eq!(angle(point(f32::NAN, 0.), point(1., 0.), point(1., 1.)), None);
    }

    #[test]
    fn a_box_over_itself_is_one() {
        let bbox = BBox { x1: 0.1, y1: 0.2, x2: 0.5, y2: 0.9 };
        assert!((bbox.iou(&bbox) - 1.0).abs() < 1e-6);
        assert_eq!(BBox::default().iou(&BBox::default()).to_bits(), 0.0f32.to_bits());
    }
}
