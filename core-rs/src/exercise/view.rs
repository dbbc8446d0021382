//! From where the camera sees the person.

use serde::{Deserialize, Serialize};

/// The side of the person that faces the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Face to the camera.
    Front,
    /// Either side.
    Side,
    /// Back to the camera.
    Rear,
    /// Between.
    Oblique,
}
