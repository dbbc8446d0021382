//! Who has come back: by place, by time and by looks, or nobody known.
//!
//! Looks are [`WIDTH`] numbers, by [`appearance`] from the colours of body and clothes, or by a [`network`] where its weights
//! are. A [`Trail`] is what is remembered of somebody; [`returning`] compares trails.

pub mod appearance;
pub mod network;
pub mod returning;
mod sampler;
pub mod trail;

pub use returning::{Looks, Returning};
pub use trail::Trail;

/// Numbers in an embedding.
pub const WIDTH: usize = 256;
