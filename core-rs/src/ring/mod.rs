//! What a camera's process shares with the others: pictures and encoded packets in shared memory, written by one, read by any.
//!
//! - [`FrameRing`] holds the last few pictures; [`FrameReader`] takes the newest. A slow reader misses pictures and costs nothing.
//! - [`PacketRing`] holds the last seconds of the stream as it came; [`PacketReader`] cuts a stretch out of it, from a keyframe.
//!
//! A ring is a file in `/dev/shm`. Its writer holds a lock that falls with its process; a reader holds nothing. So either
//! side may be killed at any instruction: what was complete stays readable, and the next writer goes on counting. What a
//! reader copies while it is written over is found out by sequence numbers (a seqlock) and never handed on. All shared
//! words are atomics, so that this is sound in Rust's memory model as well as on the machine.

mod frames;
mod memory;
mod packets;

pub use frames::{FrameReader, FrameRing, Placed, StoredFrame};
pub use packets::{Packet, PacketReader, PacketRing, StoredPacket};
