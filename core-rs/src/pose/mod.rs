//! One person in one frame: what a pose model saw.
//!
//! A frame is [scaled](scaler) into its [`letterbox`], run through a [`model`], decoded by its head ([`yolo`],
//! [`movenet`]), and freed of doubles ([`nms`]).

pub(crate) mod colour;
pub(crate) mod grid;
pub mod letterbox;
pub mod model;
pub mod movenet;
pub mod nms;
pub mod scaler;
pub mod skeleton;
mod wide;
pub mod yolo;

pub use model::PoseModel;

use crate::geometry::{BBox, Point};
use serde::{Deserialize, Serialize};

/// Names of the COCO-17 keypoints, in the order that every pose model here gives them.
///
/// Left and right are the person's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
#[repr(usize)]
pub enum Joint {
    Nose,
    LeftEye,
    RightEye,
    LeftEar,
    RightEar,
    LeftShoulder,
    RightShoulder,
    LeftElbow,
    RightElbow,
    LeftWrist,
    RightWrist,
    LeftHip,
    RightHip,
    LeftKnee,
    RightKnee,
    LeftAnkle,
    RightAnkle,
}

/// One keypoint: coordinates 0 to 1 of the decoded frame, and how sure the model is.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Keypoint {
    /// Rightwards, 0 to 1 of the decoded width; may lie outside for a limb out of the picture.
    pub x: f32,
    /// Downwards, 0 to 1 of the decoded height.
    pub y: f32,
    /// 0 to 1; comparable within one model only.
    pub score: f32,
}

/// The 17 keypoints of one person, in the order of [`Joint`].
pub type Keypoints = [Keypoint; 17];

/// One person as one pose model saw them in one frame; coordinates 0 to 1 of the decoded frame.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Detection {
    /// The box around the person.
    pub bbox: BBox,
    /// How sure the model is that this is a person, 0 to 1.
    pub score: f32,
    /// COCO-17.
    pub keypoints: Keypoints,
}

/// What a model's scores mean. They belong to the model: MoveNet gives clear people 0.4 to 0.75, YOLO 0.6 to 0.95.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// A detection from here on is surely a person and is matched to tracks first. Lower trusts more guesses.
    pub detection_high: f32,
    /// A detection under this is dropped at once. Lower helps to follow half-hidden people, and lets in ghosts.
    pub detection_low: f32,
    /// An unmatched detection from here on begins a track. Lower finds people sooner, and furniture.
    pub new_track: f32,
    /// A keypoint under this counts as unseen. Lower keeps more limbs, and more guessed ones.
    pub keypoint_visible: f32,
}

/// The shape of the picture that normalised coordinates refer to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Decoded width in pixels.
    pub width: u32,
    /// Decoded height in pixels.
    pub height: u32,
    /// Width of a pixel over its height: 1 for square pixels.
    pub sample_aspect_ratio: f32,
}

impl Picture {
    /// Width over height as the eye sees it.
    #[must_use]
    pub fn aspect(&self) -> f32 {
        self.width as f32 * self.sample_aspect_ratio / self.height as f32
    }

    /// A keypoint in square units: y 0 to 1 of the picture's height, x 0 to [`Picture::aspect`].
    #[must_use]
    pub fn square(&self, keypoint: &Keypoint) -> Point {
        Point { x: keypoint.x * self.aspect(), y: keypoint.y }
    }
}
