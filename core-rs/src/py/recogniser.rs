//! What the recogniser looks at, for those who train it.

use super::exercise::{picture, rows};
use crate::motion::Figure;
use crate::motion::glimpse::{Glimpse, Glimpses, WIDTH};
use crate::motion::smooth::Smoother;
use crate::motion::stature::Stature;
use crate::units::Nanos;
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray3};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Times in nanoseconds, and rows.
type Seen<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray2<f32>>);

/// What the recogniser looks at of one person, ten times a second: (times in nanoseconds, rows).
#[pyfunction]
#[pyo3(signature = (keypoints, times_ns, *, width, height, sample_aspect_ratio=1.0, keypoint_visible=0.1))]
#[expect(clippy::needless_pass_by_value, reason = "PyO3 hands arguments over by value")]
pub(super) fn glimpses<'py>(
    py: Python<'py>,
    keypoints: PyReadonlyArray3<'py, f32>,
    times_ns: PyReadonlyArray1<'py, i64>,
    width: u32,
    height: u32,
    sample_aspect_ratio: f32,
    keypoint_visible: f32,
) -> PyResult<Seen<'py>> {
    let times = times_ns.as_slice().map_err(|error| PyValueError::new_err(format!("times_ns: {error}")))?;
    let rows = rows(&keypoints, times.len())?;
    let picture = picture(width, height, sample_aspect_ratio)?;
    let seen: Vec<Glimpse> = py.detach(|| {
        let (mut smoother, mut stature, mut glimpses) = (Smoother::default(), Stature::default(), Glimpses::default());
        let figures = times.iter().zip(&rows).map(|(at, row)| Figure::of(Nanos(*at), row, &picture, keypoint_visible));
        let step = |raw: Figure| {
            let height = stature.step(&smoother.step(&raw));
            height.map_or_else(Vec::new, |height| glimpses.step(&raw, height, keypoint_visible))
        };
        figures.flat_map(step).collect()
    });
    let numbers = PyArray1::from_iter(py, seen.iter().flat_map(|glimpse| glimpse.row));
    Ok((PyArray1::from_iter(py, seen.iter().map(|glimpse| glimpse.at.0)), numbers.reshape([seen.len(), WIDTH])?))
}
