//! The Python boundary, `gymbox._core`: borrow the argument, release the GIL, call the core, map the error.

mod error;
mod event;
mod exercise;
mod floor;
mod frame;
mod looks;
mod pipeline;
mod pose;
mod recogniser;
mod ring;
mod track;

use pyo3::prelude::*;

/// gymbox's vision core.
#[pymodule(name = "_core", gil_used = false)]
mod _core {
    use crate::exercise::recogniser::{CLASSES, DELAY};
    use crate::motion::glimpse::WIDTH;
    use crate::reid::Looks;
    use pyo3::prelude::*;
    use pyo3::types::PyTuple;

    #[pymodule_export]
    use super::event::{Event, Rep};
    #[pymodule_export]
    use super::exercise::{Athletes, Motions, compute_angle, median_smooth};
    #[pymodule_export]
    use super::floor::{PyFloor, PyLink, PyTold};
    #[pymodule_export]
    use super::frame::PyFrame;
    #[pymodule_export]
    use super::looks::PyLooksModel;
    #[pymodule_export]
    use super::pipeline::{PyPerson, PyPipeline};
    #[pymodule_export]
    use super::pose::{PyLetterbox, PyPoseModel};
    #[pymodule_export]
    use super::recogniser::glimpses;
    #[pymodule_export]
    use super::ring::{PyFrameReader, PyFrameRing, PyPacket, PyPacketReader, PyPacketRing};
    #[pymodule_export]
    use super::track::ByteTrack;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("CLASSES", PyTuple::new(module.py(), CLASSES)?)?;
        module.add("GLIMPSE_WIDTH", WIDTH)?;
        module.add("COLOURS", Looks::Colours.space())?;
        module.add("NETWORK", Looks::Network.space())?;
        module.add("RECOGNISER_DELAY_NS", DELAY.0)
    }
}
