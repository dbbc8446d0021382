//! The whole walk for Python: frames or recorded detections in, events out.

use super::error::map_error;
use super::event::{Event, phase_name};
use super::frame::PyFrame;
use super::pose::{Arrays, PyPoseModel, arrays};
use crate::event as core;
use crate::exercise::Catalogue;
use crate::floor::{FloorOptions, Person};
use crate::geometry::BBox;
use crate::pipeline::Pipeline;
use crate::pose::{Detection, Keypoint, Picture, Thresholds};
use crate::units::Nanos;
use numpy::{PyReadonlyArray2, PyReadonlyArray3, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// One person in the last frame.
#[pyclass(module = "gymbox._core", name = "Person", frozen, get_all)]
pub struct PyPerson {
    track: u64,
    bbox: (f32, f32, f32, f32),
    score: f32,
    keypoints: Vec<(f32, f32, f32)>,
    exercise: Option<String>,
    confidence: f32,
    phase: &'static str,
    reps: u32,
    partial_reps: u32,
    progress: f32,
    set: Option<u32>,
}

impl From<&Person> for PyPerson {
    fn from(Person { track, detection, status }: &Person) -> Self {
        let BBox { x1, y1, x2, y2 } = detection.bbox;
        Self {
            track: track.0,
            bbox: (x1, y1, x2, y2),
            score: detection.score,
            keypoints: detection.keypoints.iter().map(|&Keypoint { x, y, score }| (x, y, score)).collect(),
            exercise: status.exercise.as_deref().map(str::to_owned),
            confidence: status.confidence.0,
            phase: phase_name(status.phase),
            reps: status.reps,
            partial_reps: status.partial_reps,
            progress: status.progress,
            set: status.set.map(|set| set.0),
        }
    }
}

/// A pose model, the people it sees, and what they do.
#[pyclass(module = "gymbox._core", name = "Pipeline", frozen)]
pub struct PyPipeline(Mutex<Pipeline>);

#[pymethods]
impl PyPipeline {
    #[new]
    #[pyo3(signature = (catalogue, model=None, *, detection_high, detection_low, new_track, keypoint_visible, exercise=None))]
    #[expect(clippy::too_many_arguments, reason = "Python's, and named there")]
    fn new(
        py: Python<'_>,
        catalogue: &str,
        model: Option<&PyPoseModel>,
        detection_high: f32,
        detection_low: f32,
        new_track: f32,
        keypoint_visible: f32,
        exercise: Option<&str>,
    ) -> PyResult<Self> {
        let thresholds = Thresholds { detection_high, detection_low, new_track, keypoint_visible };
        let pipeline = Catalogue::from_json(catalogue).and_then(|catalogue| {
            let options = FloorOptions {
                catalogue: Arc::new(catalogue),
                exercise: exercise.map(Arc::from),
                thresholds,
                returning: None,
            };
            Pipeline::new(model.map(PyPoseModel::share), options)
        });
        Ok(Self(Mutex::new(pipeline.map_err(|error| map_error(py, &error))?)))
    }

    fn step(&self, py: Python<'_>, frame: &PyFrame, t_ns: i64) -> PyResult<Vec<Event>> {
        let frame = frame.borrow(py)?;
        self.with(py, |pipeline| pipeline.step(&frame, Nanos(t_ns)))
    }

    #[pyo3(signature = (boxes, keypoints, t_ns, *, width, height, sample_aspect_ratio=1.0))]
    #[expect(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "Python's, and named there")]
    fn step_detections(
        &self,
        py: Python<'_>,
        boxes: PyReadonlyArray2<'_, f32>,
        keypoints: PyReadonlyArray3<'_, f32>,
        t_ns: i64,
        width: u32,
        height: u32,
        sample_aspect_ratio: f32,
    ) -> PyResult<Vec<Event>> {
        let detections = detections(&boxes, &keypoints)?;
        let picture = Picture { width, height, sample_aspect_ratio };
        self.with(py, |pipeline| pipeline.step_detections(detections, picture, Nanos(t_ns)))
    }

    fn finish(&self, py: Python<'_>) -> PyResult<Vec<Event>> {
        self.with(py, |pipeline| Ok(pipeline.finish()))
    }

    /// What the model saw in the last frame.
    #[getter]
    fn detections<'py>(&self, py: Python<'py>) -> PyResult<Arrays<'py>> {
        arrays(py, self.lock().detections())
    }

    /// Who was in the last frame, in the order of tracks.
    #[getter]
    fn people(&self) -> Vec<PyPerson> {
        self.lock().people().iter().map(PyPerson::from).collect()
    }
}

impl PyPipeline {
    fn lock(&self) -> std::sync::MutexGuard<'_, Pipeline> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(
        &self,
        py: Python<'_>,
        act: impl FnOnce(&mut Pipeline) -> crate::Result<Vec<core::Event>> + Send,
    ) -> PyResult<Vec<Event>> {
        let events = py.detach(|| act(&mut self.lock())).map_err(|error| map_error(py, &error))?;
        Ok(events.into_iter().map(Event::from).collect())
    }
}

/// (n, 5) boxes with scores and (n, 17, 3) keypoints as the core holds them.
pub(super) fn detections(
    boxes: &PyReadonlyArray2<'_, f32>,
    keypoints: &PyReadonlyArray3<'_, f32>,
) -> PyResult<Vec<Detection>> {
    let (&[people, 5], &[same, 17, 3]) = (boxes.shape(), keypoints.shape()) else {
        return Err(PyValueError::new_err(format!(
            "detections: expected boxes (n, 5) and keypoints (n, 17, 3), got {:?} and {:?}",
            boxes.shape(),
            keypoints.shape()
        )));
    };
    if people != same {
        return Err(PyValueError::new_err(format!("detections: got {people} boxes for {same} people's keypoints")));
    }
    let (boxes, keypoints) = (boxes.as_array(), keypoints.as_array());
    let detection = |i: usize| Detection {
        bbox: BBox { x1: boxes[[i, 0]], y1: boxes[[i, 1]], x2: boxes[[i, 2]], y2: boxes[[i, 3]] },
        score: boxes[[i, 4]],
        keypoints: std::array::from_fn(|k| Keypoint {
            x: keypoints[[i, k, 0]],
            y: keypoints[[i, k, 1]],
            score: keypoints[[i, k, 2]],
        }),
    };
    Ok((0..people).map(detection).collect())
}
