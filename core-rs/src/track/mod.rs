//! Who is who from frame to frame: anonymous tracks, by where people are and how they stand.

mod assign;
mod byte;
mod kalman;
mod likeness;
mod relink;

pub use byte::{ByteTrack, Step, Tracked, TrackerOptions};
