//! The Python boundary, `gymbox._core`: borrow the argument, release the GIL, call the core, map the error.

mod error;
mod event;
mod exercise;
mod frame;
mod pipeline;
mod pose;
mod ring;
mod track;

use pyo3::prelude::*;

/// gymbox's vision core.
#[pymodule(name = "_core", gil_used = false)]
mod _core {
    #[pymodule_export]
    use super::event::{Event, Rep};
    #[pymodule_export]
    use super::exercise::{Athletes, Motions, compute_angle, median_smooth};
    #[pymodule_export]
    use super::frame::PyFrame;
    #[pymodule_export]
    use super::pipeline::{PyPerson, PyPipeline};
    #[pymodule_export]
    use super::pose::{PyLetterbox, PyPoseModel};
    #[pymodule_export]
    use super::ring::{PyFrameReader, PyFrameRing, PyPacket, PyPacketReader, PyPacketRing};
    #[pymodule_export]
    use super::track::ByteTrack;
}
