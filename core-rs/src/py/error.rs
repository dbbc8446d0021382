//! The core's errors as Python's: one to one with the tree in `gymbox/errors.py`.

use crate::error::Error;
use pyo3::prelude::*;
use pyo3::types::PyType;

/// The exception that stands for `error`; finding its class can itself fail, and then that is what is raised.
pub fn map_error(py: Python<'_>, error: &Error) -> PyErr {
    let class = match error {
        Error::Frame { .. } | Error::Time { .. } => "VideoError",
        Error::Runtime { .. } | Error::Device { .. } => "DeviceError",
        Error::Model { .. } | Error::Inference { .. } => "ModelError",
        Error::Exercise { .. } => "ExerciseError",
        Error::Ring { .. } => "RingError",
        Error::State { .. } => "StateError",
    };
    let found = || py.import("gymbox.errors")?.getattr(class)?.cast_into::<PyType>().map_err(PyErr::from);
    found().map_or_else(|failed| failed, |class| PyErr::from_type(class, error.to_string()))
}
