//! People in rows for Python: each row of an array is one person, and one call steps them all.

use super::error::map_error;
use super::event::Event;
use crate::event as core;
use crate::exercise::motions::{Motion, Moved};
use crate::exercise::signal::Channel;
use crate::exercise::{Athlete, AthleteOptions, Catalogue};
use crate::geometry::{Point, angle};
use crate::motion::angles::BodyAngle;
use crate::motion::{Side, smooth};
use crate::pose::{Keypoint, Keypoints, Picture};
use crate::units::{Degrees, Nanos};
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray3, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::Arc;

/// Degrees at `b` between the rays to `a` and to `c`, 0 to 180.
#[pyfunction]
pub(super) fn compute_angle(a: (f32, f32), b: (f32, f32), c: (f32, f32)) -> Option<f32> {
    let point = |(x, y)| Point { x, y };
    angle(point(a), point(b), point(c)).map(|degrees| degrees.0)
}

/// The middle of the values, or the mean of the two middle ones.
#[pyfunction]
pub(super) fn median_smooth(mut values: Vec<f32>) -> Option<f32> {
    values.retain(|value| !value.is_nan());
    smooth::median(&mut values)
}

/// People who exercise, a row each: keypoints in, events out.
#[pyclass(module = "gymbox._core")]
pub(super) struct Athletes(Vec<Athlete>);

#[pymethods]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 hands arguments over by value")]
impl Athletes {
    #[new]
    #[pyo3(signature = (catalogue, people, *, width, height, sample_aspect_ratio=1.0, keypoint_visible=0.1, exercise=None))]
    #[expect(clippy::too_many_arguments, reason = "Python's, and named there")]
    fn new(
        py: Python<'_>,
        catalogue: &str,
        people: usize,
        width: u32,
        height: u32,
        sample_aspect_ratio: f32,
        keypoint_visible: f32,
        exercise: Option<&str>,
    ) -> PyResult<Self> {
        let catalogue = Catalogue::from_json(catalogue).map_err(|error| map_error(py, &error))?;
        if let Some(asked) = exercise.filter(|asked| catalogue.get(asked).is_none()) {
            return Err(PyValueError::new_err(format!("exercise: `{asked}` is not in the catalogue")));
        }
        let options = AthleteOptions {
            exercise: exercise.map(Arc::from),
            picture: picture(width, height, sample_aspect_ratio)?,
            keypoint_visible,
        };
        let catalogue = Arc::new(catalogue);
        Ok(Self((0..people).map(|_| Athlete::new(Arc::clone(&catalogue), options.clone())).collect()))
    }

    fn step(&mut self, py: Python<'_>, keypoints: PyReadonlyArray3<'_, f32>, t_ns: i64) -> PyResult<Vec<Event>> {
        let rows = rows(&keypoints, self.0.len())?;
        let at = Nanos(t_ns);
        let step = |(athlete, row): (&mut Athlete, &Keypoints)| athlete.step(at, row);
        let movements: Vec<_> = py.detach(|| self.0.iter_mut().zip(&rows).map(step).collect());
        Ok(events(at, movements))
    }

    fn finish(&mut self, py: Python<'_>, t_ns: i64) -> Vec<Event> {
        let at = Nanos(t_ns);
        let movements: Vec<_> = py.detach(|| self.0.iter_mut().map(|athlete| athlete.finish(at)).collect());
        events(at, movements)
    }
}

/// One rise and return of one height: (row, channel, `start_ns`, `turn_ns`, `end_ns`, rise in body heights).
type Cycle = (usize, &'static str, i64, i64, i64, f32);

/// The beginning of the walk alone: smooth joint angles, and cycles without a name.
#[pyclass(module = "gymbox._core")]
pub(super) struct Motions(Vec<Motion>);

#[pymethods]
#[allow(clippy::needless_pass_by_value, reason = "PyO3 hands arguments over by value")]
impl Motions {
    #[new]
    #[pyo3(signature = (people, *, width, height, sample_aspect_ratio=1.0, keypoint_visible=0.1))]
    fn new(people: usize, width: u32, height: u32, sample_aspect_ratio: f32, keypoint_visible: f32) -> PyResult<Self> {
        let picture = picture(width, height, sample_aspect_ratio)?;
        Ok(Self(vec![Motion::new(picture, keypoint_visible); people]))
    }

    fn step<'py>(
        &mut self,
        py: Python<'py>,
        keypoints: PyReadonlyArray3<'py, f32>,
        t_ns: i64,
    ) -> PyResult<(Bound<'py, PyArray2<f32>>, Vec<Cycle>)> {
        let rows = rows(&keypoints, self.0.len())?;
        let step = |(motion, row): (&mut Motion, &Keypoints)| motion.step(Nanos(t_ns), row);
        let moved: Vec<Moved> = py.detach(|| self.0.iter_mut().zip(&rows).map(step).collect());
        let degrees = |angle: Option<Degrees>| angle.map_or(f32::NAN, |degrees| degrees.0);
        let angles = PyArray1::from_iter(py, moved.iter().flat_map(|moved| moved.angles).map(degrees));
        let angles = angles.reshape([moved.len(), BodyAngle::ALL.len()])?;
        let cycles = moved.iter().enumerate().flat_map(|(row, moved)| {
            let cycle = move |cycle: &crate::exercise::cycle::Cycle| {
                (row, channel_name(cycle.channel), cycle.start.0, cycle.turn.0, cycle.end.0, cycle.rise)
            };
            moved.cycles.iter().map(cycle)
        });
        Ok((angles, cycles.collect()))
    }
}

fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Legs => "legs",
        Channel::Arm(Side::Both) => "arms",
        Channel::Arm(Side::Left) => "left_arm",
        Channel::Arm(Side::Right) => "right_arm",
    }
}

pub(super) fn picture(width: u32, height: u32, sample_aspect_ratio: f32) -> PyResult<Picture> {
    let picture = Picture { width, height, sample_aspect_ratio };
    if picture.aspect().is_finite() && picture.aspect() > 0.0 {
        Ok(picture)
    } else {
        Err(PyValueError::new_err(format!("picture: expected a size and pixels over 0, got {picture:?}")))
    }
}

/// Each person's keypoints; as many rows as there are people.
pub(super) fn rows(keypoints: &PyReadonlyArray3<'_, f32>, people: usize) -> PyResult<Vec<Keypoints>> {
    if keypoints.shape() != [people, 17, 3] {
        return Err(PyValueError::new_err(format!(
            "keypoints: expected ({people}, 17, 3), got {:?}",
            keypoints.shape()
        )));
    }
    let array = keypoints.as_array();
    let keypoint =
        |row: usize, k: usize| Keypoint { x: array[[row, k, 0]], y: array[[row, k, 1]], score: array[[row, k, 2]] };
    Ok((0..people).map(|row| std::array::from_fn(|k| keypoint(row, k))).collect())
}

/// Events of people whose track is their row, from 1.
fn events(at: Nanos, movements: Vec<Vec<core::Movement>>) -> Vec<Event> {
    let said = |(track, movements): (u64, Vec<core::Movement>)| {
        let event = move |movement| Event::from(core::Event { track: core::TrackId(track), at, movement });
        movements.into_iter().map(event)
    };
    (1..).zip(movements).flat_map(said).collect()
}
