//! The Python boundary, `gymbox._core`: borrow the argument, release the GIL, call the core, map the error.

mod event;

use pyo3::prelude::*;

/// gymbox's vision core.
#[pymodule(name = "_core", gil_used = false)]
mod _core {
    #[pymodule_export]
    use super::event::{Event, Rep};
}
