//! How a person moves: keypoints smoothed over time, in square units, and what is measured on them.

pub mod angles;
pub mod figure;
pub mod glimpse;
pub mod posture;
pub mod smooth;
pub mod stature;

pub use figure::{Arm, Figure, Side};
