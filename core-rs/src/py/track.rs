//! The tracker for Python.

use super::error::map_error;
use crate::geometry::BBox;
use crate::pose::{Detection, Keypoint, Picture};
use crate::track;
use crate::units::Nanos;
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Follows the people of one camera by their boxes and, where given, their keypoints.
#[pyclass(module = "gymbox._core")]
pub(super) struct ByteTrack {
    tracker: track::ByteTrack,
    picture: Picture,
}

#[pymethods]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 hands arguments over by value")]
impl ByteTrack {
    #[new]
    #[pyo3(signature = (*, width, height, sample_aspect_ratio = 1.0, high = 0.5, low = 0.1, new_track = 0.6, lost_s = 5.0))]
    #[allow(clippy::too_many_arguments, reason = "all are named")]
    fn new(
        width: u32,
        height: u32,
        sample_aspect_ratio: f32,
        high: f32,
        low: f32,
        new_track: f32,
        lost_s: f64,
    ) -> PyResult<Self> {
        let picture = Picture { width, height, sample_aspect_ratio };
        if !(picture.aspect().is_finite() && picture.aspect() > 0.0) {
            return Err(PyValueError::new_err(format!("picture: expected a size and pixels over 0, got {picture:?}")));
        }
        if !(0.0 <= low && low <= high && high <= new_track && lost_s >= 0.0) {
            return Err(PyValueError::new_err(format!(
                "tracker: expected 0 <= low <= high <= new_track and lost_s >= 0, got {low}, {high}, {new_track} and {lost_s}"
            )));
        }
        let options = track::TrackerOptions { high, low, new_track, lost_s };
        Ok(Self { tracker: track::ByteTrack::new(options), picture })
    }

    /// The track of each box, int64 (n,), from 1; -1 for a box that belongs to none.
    #[pyo3(signature = (boxes, scores, t_ns, keypoints = None))]
    fn update<'py>(
        &mut self,
        py: Python<'py>,
        boxes: PyReadonlyArray2<'py, f32>,
        scores: PyReadonlyArray1<'py, f32>,
        t_ns: i64,
        keypoints: Option<PyReadonlyArray3<'py, f32>>,
    ) -> PyResult<Bound<'py, PyArray1<i64>>> {
        let detections = detections(&boxes, &scores, keypoints.as_ref())?;
        let (tracker, picture) = (&mut self.tracker, self.picture);
        let step = py.detach(|| tracker.step(&detections, picture, Nanos(t_ns)));
        let step = step.map_err(|error| map_error(py, &error))?;
        let mut tracks = vec![-1; detections.len()];
        for seen in step.tracked {
            tracks[seen.detection] = seen.track.0.cast_signed();
        }
        Ok(PyArray1::from_vec(py, tracks))
    }
}

fn detections(
    boxes: &PyReadonlyArray2<'_, f32>,
    scores: &PyReadonlyArray1<'_, f32>,
    keypoints: Option<&PyReadonlyArray3<'_, f32>>,
) -> PyResult<Vec<Detection>> {
    let (boxes, scores, keypoints) = (boxes.as_array(), scores.as_array(), keypoints.map(|all| all.as_array()));
    let count = scores.len();
    let shape = keypoints.as_ref().map(|all| all.shape().to_vec());
    if boxes.shape() != [count, 4] || shape.as_ref().is_some_and(|shape| *shape != [count, 17, 3]) {
        return Err(PyValueError::new_err(format!(
            "detections: expected boxes (n, 4), scores (n,) and keypoints (n, 17, 3), got {:?}, ({count},) and {shape:?}",
            boxes.shape()
        )));
    }
    let mut detections: Vec<Detection> = boxes
        .rows()
        .into_iter()
        .zip(&scores)
        .map(|(edges, &score)| Detection {
            bbox: BBox { x1: edges[0], y1: edges[1], x2: edges[2], y2: edges[3] },
            score,
            ..Detection::default()
        })
        .collect();
    if let Some(keypoints) = keypoints {
        for (detection, points) in detections.iter_mut().zip(keypoints.outer_iter()) {
            for (keypoint, point) in detection.keypoints.iter_mut().zip(points.rows()) {
                *keypoint = Keypoint { x: point[0], y: point[1], score: point[2] };
            }
        }
    }
    Ok(detections)
}
