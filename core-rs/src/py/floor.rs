//! One camera's people for Python: what a pose model saw in, what people did and who they are out.

use super::error::map_error;
use super::event::Event;
use super::frame::PyFrame;
use super::pipeline::{PyPerson, detections};
use crate::event::TrackId;
use crate::exercise::Catalogue;
use crate::floor::{Floor, FloorOptions, Link, Told};
use crate::pose::{Picture, Thresholds};
use crate::reid::{Looks, Returning, WIDTH, appearance};
use crate::units::Nanos;
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A track, and whose it is.
#[pyclass(module = "gymbox._core", name = "Link", frozen, get_all, eq)]
#[derive(Debug, Clone, PartialEq)]
pub struct PyLink {
    track: u64,
    visit: u64,
    since_ns: i64,
    score: Option<f32>,
}

impl From<Link> for PyLink {
    fn from(link: Link) -> Self {
        Self {
            track: link.track.0,
            visit: link.visit.0,
            since_ns: link.since.0,
            score: link.score.map(|score| score.0),
        }
    }
}

#[pymethods]
impl PyLink {
    fn __repr__(&self) -> String {
        format!("{self:?}")
    }
}

/// What a frame told.
#[pyclass(module = "gymbox._core", name = "Told", frozen, get_all, eq)]
#[derive(Debug, Clone, PartialEq)]
pub struct PyTold {
    linked: Vec<PyLink>,
    events: Vec<Event>,
    left: Vec<PyLink>,
    over: Vec<u64>,
}

impl From<Told> for PyTold {
    fn from(told: Told) -> Self {
        Self {
            linked: told.linked.into_iter().map(PyLink::from).collect(),
            events: told.events.into_iter().map(Event::from).collect(),
            left: told.left.into_iter().map(PyLink::from).collect(),
            over: told.over.into_iter().map(|visit| visit.0).collect(),
        }
    }
}

#[pymethods]
impl PyTold {
    fn __bool__(&self) -> bool {
        !(self.linked.is_empty() && self.events.is_empty() && self.left.is_empty() && self.over.is_empty())
    }

    fn __repr__(&self) -> String {
        format!("{self:?}")
    }
}

/// The people in front of one camera.
#[pyclass(module = "gymbox._core", name = "Floor", frozen)]
pub struct PyFloor {
    floor: Mutex<Floor>,
    visible: f32,
}

#[pymethods]
impl PyFloor {
    #[new]
    #[pyo3(signature = (catalogue, *, detection_high, detection_low, new_track, keypoint_visible, away_s=60.0,
                        looks="colour-parts", state=None))]
    #[expect(clippy::too_many_arguments, reason = "Python's, and named there")]
    fn new(
        py: Python<'_>,
        catalogue: &str,
        detection_high: f32,
        detection_low: f32,
        new_track: f32,
        keypoint_visible: f32,
        away_s: f64,
        looks: &str,
        state: Option<&[u8]>,
    ) -> PyResult<Self> {
        let looks =
            Looks::named(looks).ok_or_else(|| PyValueError::new_err(format!("looks: knows no space `{looks}`")))?;
        let returning = Returning { looks, away: Nanos::from_seconds(away_s) };
        let floor = Catalogue::from_json(catalogue).and_then(|catalogue| {
            let options = FloorOptions {
                catalogue: Arc::new(catalogue),
                exercise: None,
                thresholds: Thresholds { detection_high, detection_low, new_track, keypoint_visible },
                returning: Some(returning),
            };
            state.map_or_else(|| Floor::new(options.clone()), |state| Floor::restore(options.clone(), state))
        });
        let floor = Mutex::new(floor.map_err(|error| map_error(py, &error))?);
        Ok(Self { floor, visible: keypoint_visible })
    }

    #[pyo3(signature = (boxes, keypoints, t_ns, *, width, height, sample_aspect_ratio=1.0))]
    #[expect(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "Python's, and named there")]
    fn step(
        &self,
        py: Python<'_>,
        boxes: PyReadonlyArray2<'_, f32>,
        keypoints: PyReadonlyArray3<'_, f32>,
        t_ns: i64,
        width: u32,
        height: u32,
        sample_aspect_ratio: f32,
    ) -> PyResult<PyTold> {
        let detections = detections(&boxes, &keypoints)?;
        let picture = Picture { width, height, sample_aspect_ratio };
        let told = py.detach(|| self.lock().step(&detections, picture, Nanos(t_ns)));
        Ok(told.map_err(|error| map_error(py, &error))?.into())
    }

    /// Who is to be looked at now.
    #[getter]
    fn due(&self) -> Vec<u64> {
        self.lock().due().into_iter().map(|track| track.0).collect()
    }

    /// The colours of somebody of the last frame, which `frame` is.
    fn colours<'py>(
        &self,
        py: Python<'py>,
        frame: &PyFrame,
        track: u64,
    ) -> PyResult<Option<Bound<'py, PyArray1<f32>>>> {
        let frame = frame.borrow(py)?;
        let floor = self.lock();
        let Some(person) = floor.people().iter().find(|person| person.track.0 == track) else { return Ok(None) };
        let row = appearance::colours(&frame, &person.detection, self.visible);
        Ok(row.map(|row| PyArray1::from_slice(py, &row)))
    }

    /// Somebody of the last frame was looked at.
    #[pyo3(signature = (track, looks))]
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 hands arguments over by value")]
    fn look(&self, track: u64, looks: Option<PyReadonlyArray1<'_, f32>>) -> PyResult<()> {
        let looks: Option<&[f32; WIDTH]> = match &looks {
            Some(looks) => {
                let row = looks.as_slice()?;
                let wrong = |_| PyValueError::new_err(format!("looks: expected {WIDTH} numbers, got {}", row.len()));
                Some(row.try_into().map_err(wrong)?)
            }
            None => None,
        };
        self.lock().look(TrackId(track), looks);
        Ok(())
    }

    #[pyo3(signature = (track, exercise))]
    fn name(&self, py: Python<'_>, track: u64, exercise: Option<&str>) -> PyResult<PyTold> {
        let told = self.lock().name(TrackId(track), exercise);
        Ok(told.map_err(|error| map_error(py, &error))?.into())
    }

    fn finish(&self, py: Python<'_>) -> PyTold {
        py.detach(|| self.lock().finish()).into()
    }

    fn state<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let state = py.detach(|| self.lock().state());
        PyBytes::new(py, &state)
    }

    /// Who was in the last frame, in the order of tracks.
    #[getter]
    fn people(&self) -> Vec<PyPerson> {
        self.lock().people().iter().map(PyPerson::from).collect()
    }

    /// The tracks that are not over, and whose each is.
    #[getter]
    fn links(&self) -> Vec<PyLink> {
        self.lock().links().copied().map(PyLink::from).collect()
    }

    /// Every visit that is not over, and the newest track that it had.
    #[getter]
    fn visits(&self) -> Vec<(u64, u64)> {
        self.lock().visits().map(|(first, newest)| (first.0, newest.0)).collect()
    }

    /// When the last frame was taken.
    #[getter]
    fn last_ns(&self) -> Option<i64> {
        self.lock().last().map(|last| last.0)
    }

    /// Width, height and sample aspect ratio of the last frame.
    #[getter]
    fn picture(&self) -> Option<(u32, u32, f32)> {
        self.lock().picture().map(|picture| (picture.width, picture.height, picture.sample_aspect_ratio))
    }

    /// Whether nobody is here, and nobody may come back.
    #[getter]
    fn empty(&self) -> bool {
        self.lock().is_empty()
    }
}

impl PyFloor {
    fn lock(&self) -> MutexGuard<'_, Floor> {
        self.floor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
