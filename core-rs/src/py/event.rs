//! Events as Python sees them: frozen, comparable, matched by class.

use crate::event as core;
use pyo3::prelude::*;
use std::sync::Arc;

/// One repetition, from rest over the turn to rest.
#[pyclass(module = "gymbox._core", frozen, eq, get_all, from_py_object)]
#[derive(Debug, Clone, PartialEq)]
pub struct Rep {
    set: u32,
    exercise: String,
    number: u32,
    kind: String,
    start_ns: i64,
    turn_ns: i64,
    end_ns: i64,
    range_of_motion: Option<f32>,
    depth: f32,
    peak_velocity: f32,
    symmetry: Option<f32>,
    confidence: f32,
}

#[pymethods]
impl Rep {
    /// Seconds from rest to the turn.
    #[getter]
    fn tempo_out(&self) -> f64 {
        (self.turn_ns - self.start_ns) as f64 * 1e-9
    }

    /// Seconds from the turn back to rest.
    #[getter]
    fn tempo_back(&self) -> f64 {
        (self.end_ns - self.turn_ns) as f64 * 1e-9
    }

    fn __repr__(&self) -> String {
        format!("{self:?}")
    }
}

impl From<core::Rep> for Rep {
    fn from(rep: core::Rep) -> Self {
        Self {
            set: rep.set.0,
            exercise: rep.exercise.to_string(),
            number: rep.number,
            kind: match rep.kind {
                core::RepKind::Full => "full".to_owned(),
                core::RepKind::Partial => "partial".to_owned(),
            },
            start_ns: rep.start.0,
            turn_ns: rep.turn.0,
            end_ns: rep.end.0,
            range_of_motion: rep.range_of_motion.map(|degrees| degrees.0),
            depth: rep.depth,
            peak_velocity: rep.peak_velocity,
            symmetry: rep.symmetry,
            confidence: rep.confidence.0,
        }
    }
}

/// The name of a phase, as events and statuses carry it.
pub fn phase_name(phase: core::Phase) -> &'static str {
    match phase {
        core::Phase::Rest => "rest",
        core::Phase::Out => "out",
        core::Phase::Turn => "turn",
        core::Phase::Back => "back",
    }
}

/// Something that happened on the floor; each kind is a class of its own, such as `Event.RepConfirmed`.
#[pyclass(module = "gymbox._core", frozen, eq)]
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The first repetition of what may be a set: shown, not stored.
    RepProvisional { track: u64, at_ns: i64, rep: Rep },
    /// A repetition that counts and always will.
    RepConfirmed { track: u64, at_ns: i64, rep: Rep },
    /// The provisional repetition of this set was none.
    RepWithdrawn { track: u64, at_ns: i64, set: u32 },
    /// A set has its first confirmed repetition.
    SetStarted { track: u64, at_ns: i64, set: u32, exercise: String, start_ns: i64 },
    /// A joint was outside its range for long enough to be no flicker.
    FormAlert {
        track: u64,
        at_ns: i64,
        set: u32,
        exercise: String,
        check: String,
        phase: String,
        rep: u32,
        measured: f32,
        min: Option<f32>,
        max: Option<f32>,
    },
    /// A set is over.
    SetFinished {
        track: u64,
        at_ns: i64,
        set: u32,
        exercise: String,
        start_ns: i64,
        end_ns: i64,
        reps: u32,
        partial_reps: u32,
        form_score: Option<f32>,
    },
}

#[pymethods]
impl Event {
    /// Whose.
    #[getter(track)]
    fn whose(&self) -> u64 {
        match *self {
            Self::RepProvisional { track, .. }
            | Self::RepConfirmed { track, .. }
            | Self::RepWithdrawn { track, .. }
            | Self::SetStarted { track, .. }
            | Self::FormAlert { track, .. }
            | Self::SetFinished { track, .. } => track,
        }
    }

    /// The capture time of the frame that made it certain.
    #[getter(at_ns)]
    fn when(&self) -> i64 {
        match *self {
            Self::RepProvisional { at_ns, .. }
            | Self::RepConfirmed { at_ns, .. }
            | Self::RepWithdrawn { at_ns, .. }
            | Self::SetStarted { at_ns, .. }
            | Self::FormAlert { at_ns, .. }
            | Self::SetFinished { at_ns, .. } => at_ns,
        }
    }

    fn __repr__(&self) -> String {
        format!("Event.{self:?}")
    }
}

impl From<core::Event> for Event {
    fn from(event: core::Event) -> Self {
        let (track, at_ns) = (event.track.0, event.at.0);
        let name = |shared: Arc<str>| shared.to_string();
        match event.movement {
            core::Movement::RepProvisional(rep) => Self::RepProvisional { track, at_ns, rep: rep.into() },
            core::Movement::RepConfirmed(rep) => Self::RepConfirmed { track, at_ns, rep: rep.into() },
            core::Movement::RepWithdrawn { set, .. } => Self::RepWithdrawn { track, at_ns, set: set.0 },
            core::Movement::SetStarted { set, exercise, start } => {
                Self::SetStarted { track, at_ns, set: set.0, exercise: name(exercise), start_ns: start.0 }
            }
            core::Movement::FormAlert(alert) => Self::FormAlert {
                track,
                at_ns: alert.at.0,
                set: alert.set.0,
                exercise: name(alert.exercise),
                check: name(alert.check),
                phase: phase_name(alert.phase).to_owned(),
                rep: alert.rep,
                measured: alert.measured,
                min: alert.min,
                max: alert.max,
            },
            core::Movement::SetFinished(set) => Self::SetFinished {
                track,
                at_ns,
                set: set.set.0,
                exercise: name(set.exercise),
                start_ns: set.start.0,
                end_ns: set.end.0,
                reps: set.reps,
                partial_reps: set.partial_reps,
                form_score: set.form_score,
            },
        }
    }
}
