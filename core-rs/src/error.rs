//! What can go wrong in the core. A message names the thing, what was expected, and what came.

/// The one error of the core.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A frame whose planes do not fit its size, format or strides.
    #[error("frame: expected {expected}, got {got}")]
    Frame {
        /// What would have been right.
        expected: String,
        /// What came.
        got: String,
    },
    /// The inference library is missing, too old, or refused to start.
    #[error("inference runtime `{library}`: {reason}")]
    Runtime {
        /// The shared library's path.
        library: String,
        /// What it said.
        reason: String,
    },
    /// A device that was asked for and is not there.
    #[error("device `{device}`: {reason}")]
    Device {
        /// `cuda`, `tensorrt`, `openvino` or `cpu`.
        device: String,
        /// Why it cannot be used.
        reason: String,
    },
    /// A model file that cannot be read, or whose inputs and outputs are not one of the known heads.
    #[error("model `{model}`: expected {expected}, got {got}")]
    Model {
        /// The file.
        model: String,
        /// What would have been right.
        expected: String,
        /// What came.
        got: String,
    },
    /// A model that loaded but failed while it ran.
    #[error("model `{model}` failed: {reason}")]
    Inference {
        /// The file.
        model: String,
        /// What it said.
        reason: String,
    },
    /// An exercise whose numbers contradict each other.
    #[error("exercise `{exercise}`: expected {expected}, got {got}")]
    Exercise {
        /// Its id.
        exercise: String,
        /// What would have been right.
        expected: String,
        /// What came.
        got: String,
    },
    /// A ring in shared memory that cannot be had, or holds something else.
    #[error("ring `{ring}`: {reason}")]
    Ring {
        /// Its name in `/dev/shm`.
        ring: String,
        /// What is wrong.
        reason: String,
    },
    /// A floor's state that is none, or of another version.
    #[error("state of a floor: {reason}")]
    State {
        /// What is wrong.
        reason: String,
    },
    /// Time that runs backwards within one stream.
    #[error("time: expected a frame after {last_ns} ns, got {at_ns} ns")]
    Time {
        /// The last frame's time.
        last_ns: i64,
        /// This frame's time.
        at_ns: i64,
    },
}

/// What the core's functions return.
pub type Result<T> = std::result::Result<T, Error>;
