//! The people that one camera sees: a tracker, an athlete for each person, and who of them has been here before.

mod visits;

use crate::event::{Event, Movement, TrackId};
use crate::exercise::{Athlete, Catalogue, Status};
use crate::pose::{Detection, Picture, Thresholds};
use crate::reid::{Returning, WIDTH};
use crate::track::{ByteTrack, Tracked, TrackerOptions};
use crate::units::{Nanos, Score};
use crate::{Error, Result, exercise};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use visits::{Newcomer, Visit};

/// What a floor is told once, before its first frame.
#[derive(Debug, Clone)]
pub struct FloorOptions {
    /// The exercises that can be recognised.
    pub catalogue: Arc<Catalogue>,
    /// The only exercise that is done here, where somebody knows; `None` recognises it.
    pub exercise: Option<Arc<str>>,
    /// The pose model's.
    pub thresholds: Thresholds,
    /// How somebody who comes back is known again; `None` makes a new person of every track.
    pub returning: Option<Returning>,
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

/// A track, and whose it is. A visit is called by its first track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The track.
    pub track: TrackId,
    /// The person's visit, whose sets are numbered together.
    pub visit: TrackId,
    /// When the track was first seen.
    pub since: Nanos,
    /// How alike they looked, where they came back; `None` for somebody new.
    pub score: Option<Score>,
}

/// What a frame told, in the order in which it is to be said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// Whose track it now is.
    pub linked: Vec<Link>,
    /// What people did.
    pub events: Vec<Event>,
    /// Tracks that are over.
    pub left: Vec<Link>,
    /// Visits that are over, by their first track.
    pub over: Vec<TrackId>,
}

/// All that a floor remembers but for the athletes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    tracker: ByteTrack,
    newcomers: BTreeMap<TrackId, Newcomer>,
    visits: BTreeMap<TrackId, Visit>,
    links: BTreeMap<TrackId, Link>,
    picture: Option<Picture>,
    last: Option<Nanos>,
}

/// The people in front of one camera, followed from frame to frame.
#[derive(Debug)]
pub struct Floor {
    options: FloorOptions,
    memory: Memory,
    /// By visit.
    athletes: BTreeMap<TrackId, Athlete>,
    people: Vec<Person>,
}

impl Floor {
    /// An empty floor.
    ///
    /// # Errors
    /// [`Error::Exercise`] where the one exercise that was asked for is not in the catalogue.
    pub fn new(options: FloorOptions) -> Result<Self> {
        if let Some(asked) = &options.exercise {
            known(&options.catalogue, asked)?;
        }
        let tracker = ByteTrack::new(TrackerOptions {
            high: options.thresholds.detection_high,
            low: options.thresholds.detection_low,
            new_track: options.thresholds.new_track,
            ..TrackerOptions::default()
        });
        let memory = Memory {
            tracker,
            newcomers: BTreeMap::new(),
            visits: BTreeMap::new(),
            links: BTreeMap::new(),
            picture: None,
            last: None,
        };
        Ok(Self { options, memory, athletes: BTreeMap::new(), people: Vec::new() })
    }

    /// All that is remembered, for [`Floor::restore`] of the same version.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "never: it is all plain data")]
    pub fn state(&self) -> Vec<u8> {
        let athletes: BTreeMap<_, _> = self.athletes.iter().map(|(visit, athlete)| (visit, athlete.state())).collect();
        postcard::to_stdvec(&(&self.memory, athletes)).expect("plain data into memory")
    }

    /// A floor that goes on where `state` was taken.
    ///
    /// # Errors
    /// Those of [`Floor::new`], and [`Error::State`] where it is none.
    pub fn restore(options: FloorOptions, state: &[u8]) -> Result<Self> {
        let (memory, athletes): (Memory, BTreeMap<TrackId, exercise::State>) =
            postcard::from_bytes(state).map_err(|error| Error::State { reason: error.to_string() })?;
        let mut floor = Self::new(options)?;
        floor.memory = memory;
        let athlete = |state| Athlete::restore(Arc::clone(&floor.options.catalogue), state);
        floor.athletes = athletes.into_iter().map(|(visit, state)| (visit, athlete(state))).collect();
        Ok(floor)
    }

    /// What this frame's detections mean.
    ///
    /// A second frame at the same time is dropped. A picture of another shape ends every set, since nothing that was
    /// measured before can be compared with what comes after.
    ///
    /// # Errors
    /// [`Error::Time`] where time runs backwards.
    pub fn step(&mut self, detections: &[Detection], picture: Picture, at: Nanos) -> Result<Told> {
        match self.memory.last {
            Some(last) if at == last => return Ok(Told::default()),
            Some(last) if at < last => return Err(Error::Time { last_ns: last.0, at_ns: at.0 }),
            _ => {}
        }
        let changed = self.memory.picture.replace(picture).is_some_and(|before| before != picture);
        let mut told = if changed { self.finish() } else { Told::default() };
        self.memory.last = Some(at);
        let seen = self.memory.tracker.step(detections, picture, at)?;
        for track in seen.ended {
            self.end(track, at, &mut told);
        }
        self.people.clear();
        for &Tracked { track, detection } in &seen.tracked {
            self.see(track, detections[detection], picture, at);
        }
        self.settle(at, &mut told);
        for Tracked { track, detection } in seen.tracked {
            let detection = detections[detection];
            let Some(visit) = self.memory.links.get(&track).map(|link| link.visit) else {
                self.people.push(Person { track, detection, status: Status::default() });
                continue;
            };
            let Some(athlete) = self.athletes.get_mut(&visit) else { continue };
            if !self.memory.newcomers.contains_key(&track) {
                told.events.extend(spoken(track, at, athlete.step(at, &detection.keypoints)));
            }
            self.people.push(Person { track, detection, status: athlete.status() });
        }
        self.wait(at, &mut told);
        Ok(told)
    }

    /// Who is to be looked at now: newcomers often, others now and then, nobody who is half behind somebody else.
    #[must_use]
    pub fn due(&self) -> Vec<TrackId> {
        let Some(at) = self.memory.last.filter(|_| self.options.returning.is_some()) else { return Vec::new() };
        let apart = |person: &&Person| {
            let mut others = self.people.iter().filter(|other| other.track != person.track);
            others.all(|other| other.detection.bbox.iou(&person.detection.bbox) < CROWDED)
        };
        let due = |person: &&Person| self.trail(person.track).is_some_and(|trail| trail.is_due(at));
        self.people.iter().filter(due).filter(apart).map(|person| person.track).collect()
    }

    /// Somebody of the last frame was looked at; `looks` is an embedding, if there was enough to see.
    pub fn look(&mut self, track: TrackId, looks: Option<&[f32; WIDTH]>) {
        let Some(at) = self.memory.last else { return };
        if let Some(newcomer) = self.memory.newcomers.get_mut(&track) {
            newcomer.trail.look(at, looks);
        } else if let Some(link) = self.memory.links.get(&track)
            && let Some(visit) = self.memory.visits.get_mut(&link.visit)
        {
            visit.trail.look(at, looks);
        }
    }

    /// What follows from being told what somebody does; `None` lets the recogniser find out.
    ///
    /// # Errors
    /// [`Error::Exercise`] where the exercise is not in the catalogue.
    pub fn name(&mut self, track: TrackId, exercise: Option<&str>) -> Result<Told> {
        if let Some(asked) = exercise {
            known(&self.options.catalogue, asked)?;
        }
        let mut told = Told::default();
        let (Some(link), Some(at)) = (self.memory.links.get(&track), self.memory.last) else { return Ok(told) };
        if let Some(athlete) = self.athletes.get_mut(&link.visit) {
            let said = athlete.told(Arc::clone(&self.options.catalogue), exercise.map(Arc::from), at);
            told.events.extend(spoken(track, at, said));
        }
        Ok(told)
    }

    /// Ends every set and every visit: the stream is over, or the picture is another.
    pub fn finish(&mut self) -> Told {
        let mut told = Told::default();
        let at = self.memory.last.unwrap_or_default();
        for (track, newcomer) in std::mem::take(&mut self.memory.newcomers) {
            match self.memory.links.get(&track) {
                Some(&link) => self.be_found(link, &newcomer, &mut told),
                None => self.begin(track, newcomer, &mut told),
            }
        }
        for (first, mut athlete) in std::mem::take(&mut self.athletes) {
            let track = self.memory.visits.get(&first).map_or(first, |visit| visit.track);
            told.events.extend(spoken(track, at, athlete.finish(at)));
        }
        told.left.extend(std::mem::take(&mut self.memory.links).into_values());
        told.over.extend(std::mem::take(&mut self.memory.visits).into_keys());
        self.memory.tracker.forget_all();
        self.people.clear();
        told
    }

    /// Who was in the last frame, in the order of tracks.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// The tracks that are not over, and whose each is.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.memory.links.values()
    }

    /// Every visit that is not over, by its first track, and the newest track that it had.
    pub fn visits(&self) -> impl Iterator<Item = (TrackId, TrackId)> {
        self.memory.visits.iter().map(|(first, visit)| (*first, visit.track))
    }

    /// When the last frame was taken.
    #[must_use]
    pub fn last(&self) -> Option<Nanos> {
        self.memory.last
    }

    /// The picture that the last frame had.
    #[must_use]
    pub fn picture(&self) -> Option<Picture> {
        self.memory.picture
    }

    /// Whether nobody is here, and nobody may come back.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.memory.visits.is_empty() && self.memory.newcomers.is_empty()
    }
}

/// Overlap of two boxes from which a look at one may be a look at the other.
const CROWDED: f32 = 0.05;

/// # Errors
/// [`Error::Exercise`] where the exercise is not in the catalogue.
fn known(catalogue: &Catalogue, asked: &str) -> Result<()> {
    if catalogue.get(asked).is_some() {
        return Ok(());
    }
    let known: Vec<_> = catalogue.exercises().iter().map(|exercise| &*exercise.id).collect();
    Err(Error::Exercise {
        exercise: asked.to_owned(),
        expected: format!("one of {}", known.join(", ")),
        got: "an id that is not in the catalogue".to_owned(),
    })
}

fn spoken(track: TrackId, at: Nanos, movements: Vec<Movement>) -> impl Iterator<Item = Event> {
    movements.into_iter().map(move |movement| Event { track, at, movement })
}
