//! The people that one camera sees: a tracker, and an athlete for each track.

use crate::event::{Event, Movement, TrackId};
use crate::exercise::{Athlete, AthleteOptions, Catalogue, Status};
use crate::pose::{Detection, Picture, Thresholds};
use crate::track::{ByteTrack, TrackerOptions};
use crate::units::Nanos;
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a floor is told once, before its first frame.
#[derive(Debug, Clone)]
pub struct FloorOptions {
    /// The exercises that can be recognised.
    pub catalogue: Arc<Catalogue>,
    /// The only exercise that is done here, where somebody knows; `None` recognises it.
    pub exercise: Option<Arc<str>>,
    /// The pose model's.
    pub thresholds: Thresholds,
}

/// One person in the last frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Whose track.
    pub track: TrackId,
    /// What the pose model saw of them.
    pub detection: Detection,
    /// What they are doing.
    pub status: Status,
}

/// The people in front of one camera, followed from frame to frame.
#[derive(Debug)]
pub struct Floor {
    options: FloorOptions,
    tracker: ByteTrack,
    athletes: BTreeMap<TrackId, Athlete>,
    people: Vec<Person>,
    picture: Option<Picture>,
    last: Option<Nanos>,
}

impl Floor {
    /// An empty floor.
    ///
    /// # Errors
    /// [`Error::Exercise`] where the one exercise that was asked for is not in the catalogue.
    pub fn new(options: FloorOptions) -> Result<Self> {
        if let Some(asked) = options.exercise.as_deref().filter(|id| options.catalogue.get(id).is_none()) {
            let known: Vec<_> = options.catalogue.exercises().iter().map(|exercise| &*exercise.id).collect();
            return Err(Error::Exercise {
                exercise: asked.to_owned(),
                expected: format!("one of {}", known.join(", ")),
                got: "an id that is not in the catalogue".to_owned(),
            });
        }
        let tracker = ByteTrack::new(TrackerOptions {
            high: options.thresholds.detection_high,
            low: options.thresholds.detection_low,
            new_track: options.thresholds.new_track,
            ..TrackerOptions::default()
        });
        Ok(Self { options, tracker, athletes: BTreeMap::new(), people: Vec::new(), picture: None, last: None })
    }

    /// What this frame's detections mean, in the order of tracks.
    ///
    /// A second frame at the same time is dropped. A picture of another shape ends every set, since nothing that was
    /// measured before can be compared with what comes after.
    ///
    /// # Errors
    /// [`Error::Time`] where time runs backwards.
    pub fn step(&mut self, detections: &[Detection], picture: Picture, at: Nanos) -> Result<Vec<Event>> {
        match self.last {
            Some(last) if at == last => return Ok(Vec::new()),
            Some(last) if at < last => return Err(Error::Time { last_ns: last.0, at_ns: at.0 }),
            _ => self.last = Some(at),
        }
        let mut events = Vec::new();
        if self.picture.replace(picture).is_some_and(|before| before != picture) {
            events = self.finish();
            self.tracker.forget_all();
        }
        let seen = self.tracker.step(detections, picture, at)?;
        for track in seen.ended {
            if let Some(mut athlete) = self.athletes.remove(&track) {
                events.extend(spoken(track, at, athlete.finish(at)));
            }
        }
        self.people.clear();
        for tracked in seen.tracked {
            let detection = detections[tracked.detection];
            let athlete = self.athletes.entry(tracked.track).or_insert_with(|| {
                Athlete::new(Arc::clone(&self.options.catalogue), athlete_options(&self.options, picture))
            });
            events.extend(spoken(tracked.track, at, athlete.step(at, &detection.keypoints)));
            self.people.push(Person { track: tracked.track, detection, status: athlete.status() });
        }
        Ok(events)
    }

    /// Ends every set: the stream is over, or the picture is another.
    pub fn finish(&mut self) -> Vec<Event> {
        let at = self.last.unwrap_or_default();
        self.people.clear();
        std::mem::take(&mut self.athletes)
            .into_iter()
            .flat_map(|(track, mut athlete)| spoken(track, at, athlete.finish(at)).collect::<Vec<_>>())
            .collect()
    }

    /// Who was in the last frame, in the order of tracks.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.people
    }
}

fn athlete_options(options: &FloorOptions, picture: Picture) -> AthleteOptions {
    AthleteOptions {
        exercise: options.exercise.clone(),
        picture,
        keypoint_visible: options.thresholds.keypoint_visible,
    }
}

fn spoken(track: TrackId, at: Nanos, movements: Vec<Movement>) -> impl Iterator<Item = Event> {
    movements.into_iter().map(move |movement| Event { track, at, movement })
}
