//! Who is who on a floor: visits that begin, go on under another track, and end.

use super::{Floor, Link, Told, spoken};
use crate::event::TrackId;
use crate::exercise::{Athlete, AthleteOptions};
use crate::pose::{Detection, Picture};
use crate::reid::Trail;
use crate::reid::returning::{DOUBT, Verdict};
use crate::units::{Nanos, Score};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Somebody's visit: who they are while they are seen, and while they may come back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Visit {
    pub(super) trail: Trail,
    /// The newest of its tracks.
    pub(super) track: TrackId,
    /// Whether that track is over.
    away: bool,
}

/// A track of which it is not known yet whose it is: a new one, or one that was lost for long enough that somebody else
/// may stand there now. What it did waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Newcomer {
    pub(super) trail: Trail,
    seen: Vec<(Nanos, Detection)>,
}

impl Floor {
    pub(super) fn trail(&self, track: TrackId) -> Option<&Trail> {
        let known = || Some(&self.memory.visits.get(&self.memory.links.get(&track)?.visit)?.trail);
        self.memory.newcomers.get(&track).map(|newcomer| &newcomer.trail).or_else(known)
    }

    /// A track was seen: one that is known where it is now, a new one for the first time.
    pub(super) fn see(&mut self, track: TrackId, seen: Detection, picture: Picture, at: Nanos) {
        if let Some(link) = self.memory.links.get(&track)
            && let Some(visit) = self.memory.visits.get_mut(&link.visit)
            && !self.memory.newcomers.contains_key(&track)
        {
            let doubted = self.options.returning.is_some() && at - visit.trail.last > DOUBT;
            if !doubted {
                visit.trail.see(at, &seen, &picture);
                return;
            }
        }
        let newcomer = self.memory.newcomers.entry(track);
        let newcomer =
            newcomer.or_insert_with(|| Newcomer { trail: Trail::new(at, &seen, &picture), seen: Vec::new() });
        newcomer.trail.see(at, &seen, &picture);
        newcomer.seen.push((at, seen));
    }

    /// Decides about newcomers whose time has come.
    pub(super) fn settle(&mut self, at: Nanos, told: &mut Told) {
        let tracks: Vec<TrackId> = self.memory.newcomers.keys().copied().collect();
        for track in tracks {
            match self.judge(track, at) {
                Verdict::Wait => {}
                verdict => {
                    let Some(mut newcomer) = self.memory.newcomers.remove(&track) else { continue };
                    // The athlete's step for the frame at hand comes with everybody's.
                    newcomer.seen.retain(|&(seen, _)| seen < at);
                    match (verdict, self.memory.links.get(&track).copied()) {
                        (Verdict::Is(..), Some(link)) => self.be_found(link, &newcomer, told),
                        (_, Some(link)) => self.part(link, newcomer, told),
                        (Verdict::Is(visit, score), None) => self.go_on(track, visit, score, &newcomer, told),
                        (_, None) => self.begin(track, newcomer, told),
                    }
                }
            }
        }
    }

    fn judge(&self, track: TrackId, at: Nanos) -> Verdict<TrackId> {
        let (Some(returning), Some(newcomer)) = (&self.options.returning, self.memory.newcomers.get(&track)) else {
            return Verdict::New;
        };
        if let Some(visit) = self.memory.links.get(&track).map(|link| link.visit) {
            let gone = self.memory.visits.get(&visit).map(|gone| (visit, &gone.trail));
            return gone.map_or(Verdict::New, |gone| returning.doubt(&newcomer.trail, at, gone));
        }
        let others = self.memory.newcomers.iter().filter(|other| *other.0 != track).map(|other| &other.1.trail);
        let visits = self.memory.visits.iter().map(|(first, visit)| (*first, &visit.trail));
        returning.judge(&newcomer.trail, at, visits, others)
    }

    /// A new person's visit begins.
    pub(super) fn begin(&mut self, track: TrackId, newcomer: Newcomer, told: &mut Told) {
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

    /// Who was lost was found, and is who they were.
    pub(super) fn be_found(&mut self, link: Link, newcomer: &Newcomer, told: &mut Told) {
        if let Some(visit) = self.memory.visits.get_mut(&link.visit) {
            visit.trail.join(&newcomer.trail);
        }
        self.catch_up(link, &newcomer.seen, told);
    }

    /// Who was found in somebody's place is somebody else: theirs is another track.
    fn part(&mut self, link: Link, newcomer: Newcomer, told: &mut Told) {
        let at = newcomer.trail.first;
        if let Some(track) = self.memory.tracker.renumber(link.track) {
            self.memory.newcomers.insert(track, newcomer);
        }
        self.end(link.track, at, told);
    }

    /// Somebody's visit goes on under another track.
    fn go_on(&mut self, track: TrackId, first: TrackId, score: Score, newcomer: &Newcomer, told: &mut Told) {
        let Some(visit) = self.memory.visits.get_mut(&first) else { return };
        let (before, since) = (std::mem::replace(&mut visit.track, track), newcomer.trail.first);
        visit.away = false;
        visit.trail.join(&newcomer.trail);
        if let Some(lost) = self.memory.links.remove(&before) {
            match self.memory.newcomers.remove(&before) {
                // They are back elsewhere, so whoever was found in their place is somebody else.
                Some(other) => {
                    let number = self.memory.tracker.renumber(before);
                    self.memory.newcomers.extend(number.map(|number| (number, other)));
                }
                None => self.memory.tracker.forget_one(before),
            }
            told.left.push(lost);
        }
        if let Some(athlete) = self.athletes.get_mut(&first) {
            athlete.come_back();
        }
        self.admit(Link { track, visit: first, since, score: Some(score) }, &newcomer.seen, told);
    }

    /// Announces a link.
    fn admit(&mut self, link: Link, waited: &[(Nanos, Detection)], told: &mut Told) {
        told.linked.push(link);
        self.memory.links.insert(link.track, link);
        self.catch_up(link, waited, told);
    }

    /// The athlete does what waited.
    fn catch_up(&mut self, link: Link, waited: &[(Nanos, Detection)], told: &mut Told) {
        let Some(athlete) = self.athletes.get_mut(&link.visit) else { return };
        for (at, seen) in waited {
            told.events.extend(spoken(link.track, *at, athlete.step(*at, &seen.keypoints)));
        }
    }

    /// A track is over: nobody was where it was last seen.
    pub(super) fn end(&mut self, track: TrackId, at: Nanos, told: &mut Told) {
        if let Some(newcomer) = self.memory.newcomers.remove(&track).filter(|_| !self.memory.links.contains_key(&track))
        {
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
    pub(super) fn wait(&mut self, at: Nanos, told: &mut Told) {
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
