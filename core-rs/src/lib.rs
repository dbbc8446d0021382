//! gymbox's vision core: pixels in, events out. It reads no clock, no disk, no socket and no environment.
//!
//! The walk of a frame, and the modules in its order:
//!
//! 1. A [`frame`] borrows the decoder's planes.
//! 2. A [`pose`] model, run by [`onnx`], turns it into detections: a box and 17 keypoints per person.
//! 3. [`track`] follows each person from frame to frame.
//! 4. [`motion`] smooths the keypoints and measures joint angles.
//! 5. [`exercise`] finds the repetitions, names the exercise, counts sets and checks form.
//! 6. [`floor`] joins the last three for the people of one camera, and [`reid`] says which of them has been here before.
//! 7. [`pipeline`] is all of it in one `step(frame, at) -> events`; [`event`] is what comes out.
//!
//! Beside the walk stands [`ring`]: shared memory by which a camera's process hands its pictures to the one that walks them.

pub mod error;
pub mod event;
pub mod exercise;
pub mod floor;
pub mod frame;
pub mod geometry;
pub mod motion;
pub mod onnx;
pub mod pipeline;
pub mod pose;
pub mod reid;
pub mod ring;
pub mod track;
pub mod units;

#[cfg(feature = "python")]
mod py;

pub use error::{Error, Result};
