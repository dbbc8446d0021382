//! A network that tells people apart, for Python.

use super::error::map_error;
use super::frame::PyFrame;
use crate::geometry::BBox;
use crate::onnx::Options;
use crate::reid::network::Network;
use numpy::PyArray1;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// A network that tells people apart: `OSNet` x0.25, whose weights are the user's to add.
#[pyclass(module = "gymbox._core", name = "LooksModel", frozen)]
pub struct PyLooksModel(Mutex<Network>);

#[pymethods]
impl PyLooksModel {
    #[new]
    #[pyo3(signature = (path, *, runtime_library, device="auto", threads=0))]
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 hands arguments over by value")]
    fn new(py: Python<'_>, path: PathBuf, runtime_library: PathBuf, device: &str, threads: usize) -> PyResult<Self> {
        let opened = py.detach(|| {
            let options = Options { library: runtime_library, device: device.parse()?, threads, cache: None };
            Network::open(&path, &options)
        });
        Ok(Self(Mutex::new(opened.map_err(|error| map_error(py, &error))?)))
    }

    /// What is seen in a box of a picture.
    fn embed<'py>(
        &self,
        py: Python<'py>,
        frame: &PyFrame,
        bbox: (f32, f32, f32, f32),
    ) -> PyResult<Option<Bound<'py, PyArray1<f32>>>> {
        let frame = frame.borrow(py)?;
        let (x1, y1, x2, y2) = bbox;
        let bbox = BBox { x1, y1, x2, y2 };
        let row = py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).embed(&frame, &bbox));
        let row = row.map_err(|error| map_error(py, &error))?;
        Ok(row.map(|row| PyArray1::from_slice(py, &row)))
    }
}
