//! The whole walk in one call: a frame in, events out.

use crate::event::Event;
use crate::floor::{Floor, FloorOptions, Person};
use crate::frame::Frame;
use crate::pose::{Detection, Picture, PoseModel};
use crate::units::Nanos;
use crate::{Error, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// A pose model and the floor it looks at. Pipelines can share a model: one in memory, whatever the number of cameras.
#[derive(Debug)]
pub struct Pipeline {
    model: Option<Arc<Mutex<PoseModel>>>,
    floor: Floor,
    detections: Vec<Detection>,
}

impl Pipeline {
    /// A pipeline that has seen nothing yet. Without a model it takes detections only.
    ///
    /// # Errors
    /// [`Error::Exercise`] where the one exercise that was asked for is not in the catalogue.
    pub fn new(model: Option<Arc<Mutex<PoseModel>>>, options: FloorOptions) -> Result<Self> {
        Ok(Self { model, floor: Floor::new(options)?, detections: Vec::new() })
    }

    /// What happened up to and including this frame.
    ///
    /// # Errors
    /// [`Error::Inference`] where the model fails, [`Error::Time`] where time runs backwards, [`Error::Model`] where
    /// there is no model.
    pub fn step(&mut self, frame: &Frame<'_>, at: Nanos) -> Result<Vec<Event>> {
        let model = self.model.as_ref().ok_or_else(|| Error::Model {
            model: "none".to_owned(),
            expected: "a pose model to look at frames with".to_owned(),
            got: "a pipeline that takes detections only".to_owned(),
        })?;
        self.detections = model.lock().unwrap_or_else(PoisonError::into_inner).detect(frame)?;
        Ok(self.floor.step(&self.detections, frame.picture(), at)?.events)
    }

    /// The same from what a pose model saw before: a recorded trace.
    ///
    /// # Errors
    /// [`Error::Time`] where time runs backwards.
    pub fn step_detections(&mut self, detections: Vec<Detection>, picture: Picture, at: Nanos) -> Result<Vec<Event>> {
        self.detections = detections;
        Ok(self.floor.step(&self.detections, picture, at)?.events)
    }

    /// Ends every set: the stream is over.
    pub fn finish(&mut self) -> Vec<Event> {
        self.floor.finish().events
    }

    /// What the model saw in the last frame.
    #[must_use]
    pub fn detections(&self) -> &[Detection] {
        &self.detections
    }

    /// Who was in the last frame, in the order of tracks.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        self.floor.people()
    }
}
