//! Pose models for Python: frames in, arrays out.

use super::error::map_error;
use super::frame::PyFrame;
use crate::error::Result;
use crate::onnx::{Device, Options};
use crate::pose::letterbox::{Canvas, Letterbox};
use crate::pose::scaler::Scaler;
use crate::pose::{Detection, PoseModel, Thresholds};
use numpy::{PyArray2, PyArray3, PyArrayMethods, PyReadwriteArray3};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Boxes and scores, (n, 5); keypoints, (n, 17, 3).
pub type Arrays<'py> = (Bound<'py, PyArray2<f32>>, Bound<'py, PyArray3<f32>>);

/// A loaded pose model.
#[pyclass(module = "gymbox._core", name = "PoseModel", frozen)]
pub struct PyPoseModel {
    model: Arc<Mutex<PoseModel>>,
    device: &'static str,
    passed_over: Vec<String>,
}

#[pymethods]
impl PyPoseModel {
    #[new]
    #[pyo3(signature = (path, *, runtime_library, detection_high=0.3, detection_low=0.1, new_track=0.35,
                        keypoint_visible=0.1, device="auto", threads=0, long_side=0, cache=None))]
    #[expect(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "Python's, and named there")]
    fn new(
        py: Python<'_>,
        path: PathBuf,
        runtime_library: PathBuf,
        detection_high: f32,
        detection_low: f32,
        new_track: f32,
        keypoint_visible: f32,
        device: &str,
        threads: usize,
        long_side: usize,
        cache: Option<PathBuf>,
    ) -> PyResult<Self> {
        let thresholds = Thresholds { detection_high, detection_low, new_track, keypoint_visible };
        let opened = py.detach(|| -> Result<_> {
            let options = Options { library: runtime_library, device: device.parse()?, threads, cache };
            PoseModel::open(&path, thresholds, long_side, &options)
        });
        let model = opened.map_err(|error| map_error(py, &error))?;
        let (device, passed_over) = (Device::name(model.device()), model.passed_over().to_vec());
        Ok(Self { model: Arc::new(Mutex::new(model)), device, passed_over })
    }

    /// Where it runs.
    #[getter]
    fn device(&self) -> &'static str {
        self.device
    }

    /// Why each better device was passed over.
    #[getter]
    fn passed_over(&self) -> Vec<String> {
        self.passed_over.clone()
    }

    fn detect<'py>(&self, py: Python<'py>, frame: &PyFrame) -> PyResult<Arrays<'py>> {
        let frame = frame.borrow(py)?;
        let people = self.with_model(py, |model| model.detect(&frame))?;
        arrays(py, &people)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a list comes from Python as a vector")]
    fn detect_batch<'py>(&self, py: Python<'py>, frames: Vec<PyRef<'py, PyFrame>>) -> PyResult<Vec<Arrays<'py>>> {
        let frames = frames.iter().map(|frame| frame.borrow(py)).collect::<PyResult<Vec<_>>>()?;
        let people = self.with_model(py, |model| model.detect_batch(&frames))?;
        people.iter().map(|people| arrays(py, people)).collect()
    }
}

impl PyPoseModel {
    /// The model, to be looked through by others as well.
    pub fn share(&self) -> Arc<Mutex<PoseModel>> {
        Arc::clone(&self.model)
    }

    fn with_model<T: Send>(&self, py: Python<'_>, act: impl FnOnce(&mut PoseModel) -> Result<T> + Send) -> PyResult<T> {
        py.detach(|| act(&mut self.model.lock().unwrap_or_else(PoisonError::into_inner)))
            .map_err(|error| map_error(py, &error))
    }
}

/// People as arrays.
pub fn arrays<'py>(py: Python<'py>, people: &[Detection]) -> PyResult<Arrays<'py>> {
    let boxes: Vec<f32> = people
        .iter()
        .flat_map(|person| [person.bbox.x1, person.bbox.y1, person.bbox.x2, person.bbox.y2, person.score])
        .collect();
    let keypoints: Vec<f32> =
        people.iter().flat_map(|person| person.keypoints).flat_map(|point| [point.x, point.y, point.score]).collect();
    let boxes = numpy::PyArray1::from_vec(py, boxes).reshape([people.len(), 5])?;
    let keypoints = numpy::PyArray1::from_vec(py, keypoints).reshape([people.len(), 17, 3])?;
    Ok((boxes, keypoints))
}

/// Scales pictures for a model, without one.
#[pyclass(module = "gymbox._core", name = "Letterbox", frozen)]
pub struct PyLetterbox {
    scaler: Mutex<Scaler>,
}

#[pymethods]
impl PyLetterbox {
    #[new]
    fn new() -> Self {
        Self { scaler: Mutex::new(Scaler::default()) }
    }

    fn planar<'py>(
        &self,
        py: Python<'py>,
        frame: &PyFrame,
        mut out: PyReadwriteArray3<'py, f32>,
    ) -> PyResult<[usize; 4]> {
        let &[3, height, width] = out.as_array().shape() else {
            return Err(PyValueError::new_err(format!(
                "expected 3 × rows × columns, got {:?}",
                out.as_array().shape()
            )));
        };
        let frame = frame.borrow(py)?;
        let place = Letterbox::fit(&frame.picture(), Canvas::Fixed { width, height });
        let out = out.as_slice_mut()?;
        py.detach(|| self.scaler.lock().unwrap_or_else(PoisonError::into_inner).planar(&frame, &place, out))
            .map_err(|error| map_error(py, &error))?;
        Ok([place.left, place.top, place.content_width, place.content_height])
    }

    fn interleaved<'py>(
        &self,
        py: Python<'py>,
        frame: &PyFrame,
        long_side: usize,
    ) -> PyResult<Bound<'py, PyArray3<i32>>> {
        let frame = frame.borrow(py)?;
        let place = Letterbox::fit(&frame.picture(), Canvas::LongSide(long_side));
        let scaled = py.detach(|| {
            let mut out = vec![0; 3 * place.width * place.height];
            let mut scaler = self.scaler.lock().unwrap_or_else(PoisonError::into_inner);
            scaler.interleaved(&frame, &place, &mut out).map(|()| out)
        });
        let out = scaled.map_err(|error| map_error(py, &error))?;
        numpy::PyArray1::from_vec(py, out).reshape([place.height, place.width, 3])
    }
}
