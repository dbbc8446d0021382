//! The people that one camera sees: a tracker, an athlete for each person, and who of them has been here before.

use crate::event::{Event, Movement, TrackId};
use crate::exercise::{Athlete, AthleteOptions, Catalogue, Status};
use crate::pose::{Detection, Picture, Thresholds};
use crate::reid::returning::{Returning, Verdict};
use crate::reid::{Trail, WIDTH};
use crate::track::{ByteTrack, Tracked, TrackerOptions};
use crate::units::{Nanos, Score};
use crate::{Error, Result, exercise};
use serde::{Deserialize, Serialize};
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

/// Somebody's visit: who they are while they are seen, and while they may come back.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Visit {
    trail: Trail,
    /// The newest of its tracks.
    track: TrackId,
    /// Whether that track is over.
    away: bool,
}

/// A track of which it is not known yet whose it is. What it did waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Newcomer {
    trail: Trail,
    seen: Vec<(Nanos, Detection)>,
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
            told.events.extend(spoken(track, at, athlete.step(at, &detection.keypoints)));
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
        let trail = match self.memory.links.get(&track) {
            Some(link) => self.memory.visits.get_mut(&link.visit).map(|visit| &mut visit.trail),
            None => self.memory.newcomers.get_mut(&track).map(|newcomer| &mut newcomer.trail),
        };
        if let Some(trail) = trail {
            trail.look(at, looks);
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
            self.begin(track, newcomer, &mut told);
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

    fn trail(&self, track: TrackId) -> Option<&Trail> {
        match self.memory.links.get(&track) {
            Some(link) => self.memory.visits.get(&link.visit).map(|visit| &visit.trail),
            None => self.memory.newcomers.get(&track).map(|newcomer| &newcomer.trail),
        }
    }

    /// A track was seen: one that is known where it is now, a new one for the first time.
    fn see(&mut self, track: TrackId, seen: Detection, picture: Picture, at: Nanos) {
        if let Some(link) = self.memory.links.get(&track) {
            if let Some(visit) = self.memory.visits.get_mut(&link.visit) {
                visit.trail.see(at, &seen, &picture);
            }
            return;
        }
        let newcomer = self.memory.newcomers.entry(track);
        let newcomer =
            newcomer.or_insert_with(|| Newcomer { trail: Trail::new(at, &seen, &picture), seen: Vec::new() });
        newcomer.trail.see(at, &seen, &picture);
        newcomer.seen.push((at, seen));
    }

    /// Decides about newcomers whose time has come.
    fn settle(&mut self, at: Nanos, told: &mut Told) {
        let tracks: Vec<TrackId> = self.memory.newcomers.keys().copied().collect();
        for track in tracks {
            match self.judge(track, at) {
                Verdict::Wait => {}
                verdict => {
                    let Some(mut newcomer) = self.memory.newcomers.remove(&track) else { continue };
                    // The athlete's step for the frame at hand comes with everybody's.
                    newcomer.seen.retain(|&(seen, _)| seen < at);
                    match verdict {
                        Verdict::Is(visit, score) => self.go_on(track, visit, score, &newcomer, told),
                        _ => self.begin(track, newcomer, told),
                    }
                }
            }
        }
    }

    fn judge(&self, track: TrackId, at: Nanos) -> Verdict<TrackId> {
        let (Some(returning), Some(newcomer)) = (&self.options.returning, self.memory.newcomers.get(&track)) else {
            return Verdict::New;
        };
        let others = self.memory.newcomers.iter().filter(|other| *other.0 != track).map(|other| &other.1.trail);
        let visits = self.memory.visits.iter().map(|(first, visit)| (*first, &visit.trail));
        returning.judge(&newcomer.trail, at, visits, others)
    }

    /// A new person's visit begins.
    fn begin(&mut self, track: TrackId, newcomer: Newcomer, told: &mut Told) {
        let link = Link { track, visit: track, since: newcomer.trail.first, score: None };
        let picture = self.memory.picture.unwrap_or(Picture { width: 1, height: 1, sample_aspect_ratio: 1.0 });
        let options = AthleteOptions {
            exercise: self.options.exercise.clone(),
            picture,
            keypoint_visible: self.options.thresholds.keypoint_visible,
        };
        self.athletes.insert(track, Athlete::new(Arc::clone(&self.options.catalogue), options));
        self.memory.visits.insert(track, Visit { trail: newcomer.trail, track, away: false });
        self.admit(link, &newcomer.seen, told);
    }

    /// Somebody's visit goes on under another track.
    fn go_on(&mut self, track: TrackId, first: TrackId, score: Score, newcomer: &Newcomer, told: &mut Told) {
        let Some(visit) = self.memory.visits.get_mut(&first) else { return };
        let (before, since) = (std::mem::replace(&mut visit.track, track), newcomer.trail.first);
        visit.away = false;
        visit.trail.join(&newcomer.trail);
        if let Some(lost) = self.memory.links.remove(&before) {
            self.memory.tracker.forget_one(before);
            told.left.push(lost);
        }
        self.admit(Link { track, visit: first, since, score: Some(score) }, &newcomer.seen, told);
    }

    /// Announces a link, and lets the athlete do what waited.
    fn admit(&mut self, link: Link, waited: &[(Nanos, Detection)], told: &mut Told) {
        told.linked.push(link);
        self.memory.links.insert(link.track, link);
        let Some(athlete) = self.athletes.get_mut(&link.visit) else { return };
        for (at, seen) in waited {
            told.events.extend(spoken(link.track, *at, athlete.step(*at, &seen.keypoints)));
        }
    }

    /// A track is over: nobody was where it was last seen.
    fn end(&mut self, track: TrackId, at: Nanos, told: &mut Told) {
        if let Some(newcomer) = self.memory.newcomers.remove(&track) {
            self.begin(track, newcomer, told);
        }
        let Some(link) = self.memory.links.remove(&track) else { return };
        if let Some(athlete) = self.athletes.get_mut(&link.visit) {
            told.events.extend(spoken(track, at, athlete.leave(at)));
        }
        if let Some(visit) = self.memory.visits.get_mut(&link.visit) {
            visit.away = true;
        }
        told.left.push(link);
    }

    /// Time goes on for those who are away; whoever is away too long will not come back.
    fn wait(&mut self, at: Nanos, told: &mut Told) {
        let limit = self.options.returning.map_or(Nanos(0), |returning| returning.away);
        let away: Vec<(TrackId, TrackId, bool)> = self
            .memory
            .visits
            .iter()
            .filter(|(_, visit)| visit.away)
            .map(|(first, visit)| (*first, visit.track, at - visit.trail.last > limit))
            .collect();
        for (first, track, gone) in away {
            let Some(athlete) = self.athletes.get_mut(&first) else { continue };
            let said = if gone { athlete.close(at) } else { athlete.wait(at) };
            told.events.extend(spoken(track, at, said));
            // Somebody who just came may still be found to be them.
            let asked_for = self.memory.newcomers.values().any(|newcomer| newcomer.trail.first < at);
            if gone && !asked_for {
                self.athletes.remove(&first);
                self.memory.visits.remove(&first);
                told.over.push(first);
            }
        }
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
