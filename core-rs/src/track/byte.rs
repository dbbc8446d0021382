//! ByteTrack (Zhang et al. 2022, <https://arxiv.org/abs/2110.06864>): strong detections first, then weak ones for whoever is left.

use super::assign::{Candidate, assign};
use super::kalman::{BoxFilter, Drift, Placed};
use super::likeness::{Sighting, sightings};
use super::relink::relink;
use crate::error::{Error, Result};
use crate::event::TrackId;
use crate::pose::{Detection, Picture};
use crate::units::Nanos;
use serde::{Deserialize, Serialize};

/// Least likeness of a confirmed track and a strong detection. Higher loses fast movers, lower lets neighbours swap.
const STRONG_MATCH: f64 = 0.3;
/// Least likeness of a confirmed track and a weak detection, which may be nobody. Higher loses
/// whom somebody else half hides.
const WEAK_MATCH: f64 = 0.2;
/// Least likeness of a track that was seen once only.
const TENTATIVE_MATCH: f64 = 0.3;
/// How long a detection that was seen once waits to be seen again. Longer finds people whom the model sees now and then,
/// and makes a track of what only flickers.
const TENTATIVE: Nanos = Nanos(250_000_000);
/// How long a lost person may be found again at another place (see the module `relink`).
const RELINK: Nanos = Nanos(2_000_000_000);

/// What a tracker needs to know of its pose model, and of the gym.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrackerOptions {
    /// Score from which a detection is strong: matched first, and able to begin a track. Higher loses people, lower lets noise pull tracks.
    pub high: f32,
    /// Score under which a detection is nobody. Between `low` and `high` it can keep a track alive, not begin one.
    pub low: f32,
    /// Score from which an unmatched detection begins a track. Higher misses people, lower follows coat stands.
    pub new_track: f32,
    /// How long somebody may be away and keep the track, in seconds.
    pub lost_s: f64,
}

impl Default for TrackerOptions {
    /// For YOLO's scores; other models have their own in their manifest row.
    fn default() -> Self {
        Self { high: 0.5, low: 0.1, new_track: 0.6, lost_s: 5.0 }
    }
}

/// A track that was seen in this frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tracked {
    /// Who.
    pub track: TrackId,
    /// Which of the frame's detections.
    pub detection: usize,
}

/// What a frame told about the tracks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// Who was seen, by rising track.
    pub tracked: Vec<Tracked>,
    /// Whose track ended because nobody was found for `lost_s`, by rising track. Their numbers never come again.
    pub ended: Vec<TrackId>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Track {
    /// From the second sighting on.
    id: Option<TrackId>,
    filter: BoxFilter,
    last: Sighting,
    last_at: Nanos,
}

/// Follows the people of one camera.
///
/// The same detections at the same times give the same tracks, in whatever order a frame's detections come. A person has a
/// track from the second frame on. Two detections of one person in a frame count once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ByteTrack {
    options: TrackerOptions,
    /// In the order of their births.
    tracks: Vec<Track>,
    now: Option<Nanos>,
    next: u64,
}

impl ByteTrack {
    /// A tracker that has seen nobody yet.
    #[must_use]
    pub fn new(options: TrackerOptions) -> Self {
        Self { options, tracks: Vec::new(), now: None, next: 1 }
    }

    /// The tracks of a frame's `detections`, taken `at` a time of the camera's monotonic clock.
    ///
    /// A frame of the same time as the last is another look at the same moment: it can find people, but nobody is confirmed by it.
    /// Detections that are not finite or have no area are nobody.
    ///
    /// # Errors
    /// [`Error::Time`] where `at` is before the last frame; nothing has changed then.
    pub fn step(&mut self, detections: &[Detection], picture: Picture, at: Nanos) -> Result<Step> {
        let last = self.now.unwrap_or(at);
        if at < last {
            return Err(Error::Time { last_ns: last.0, at_ns: at.0 });
        }
        self.now = Some(at);
        let ended = self.forget(at);
        let drift = Drift::over((at - last).seconds());
        for track in &mut self.tracks {
            track.filter.predict(&drift);
        }

        let seen = sightings(detections, picture, self.options.low);
        let strong = seen.partition_point(|person| person.score >= self.options.high);
        let (mut weak, mut strong): (Vec<usize>, Vec<usize>) = ((strong..seen.len()).collect(), (0..strong).collect());
        let (mut confirmed, mut tentative): (Vec<usize>, Vec<usize>) =
            (0..self.tracks.len()).partition(|&track| self.tracks[track].id.is_some());

        let mut pairs = self.matched(&mut confirmed, &mut strong, &seen, STRONG_MATCH);
        pairs.extend(self.matched(&mut confirmed, &mut weak, &seen, WEAK_MATCH));
        pairs.extend(self.matched(&mut tentative, &mut strong, &seen, TENTATIVE_MATCH));
        strong.retain(|&person| seen[person].score >= self.options.new_track);
        if let Some((track, person)) = self.jumped(&confirmed, &strong, &seen, f64::from(picture.aspect()), at) {
            self.tracks[track].filter = BoxFilter::new(&seen[person].placed);
            pairs.push((track, person));
            strong.retain(|&other| other != person);
        }

        let mut tracked = Vec::with_capacity(pairs.len());
        for (track, person) in pairs {
            if let Some(track) = self.see(track, &seen[person], at) {
                tracked.push(Tracked { track, detection: seen[person].detection });
            }
        }
        for person in strong {
            let last = seen[person].clone();
            self.tracks.push(Track { id: None, filter: BoxFilter::new(&last.placed), last, last_at: at });
        }
        tracked.sort_by_key(|seen| seen.track);
        Ok(Step { tracked, ended })
    }

    /// Drops everybody: the picture is another, and nobody can be found in it by place. Numbers are not used again.
    pub fn forget_all(&mut self) {
        self.tracks.clear();
    }

    /// Drops one track: its person goes on under another. Its number is not used again.
    pub fn forget_one(&mut self, track: TrackId) {
        self.tracks.retain(|known| known.id != Some(track));
    }

    /// Gives a track another number: it turned out to be somebody else's. `None` where there is no such track.
    pub fn renumber(&mut self, track: TrackId) -> Option<TrackId> {
        let known = self.tracks.iter_mut().find(|known| known.id == Some(track))?;
        let number = TrackId(self.next);
        self.next += 1;
        known.id = Some(number);
        Some(number)
    }

    /// Drops who was away for too long; returns those that had been announced.
    fn forget(&mut self, at: Nanos) -> Vec<TrackId> {
        let lost = Nanos::from_seconds(self.options.lost_s);
        let mut ended = Vec::new();
        self.tracks.retain(|track| {
            let kept = at - track.last_at <= if track.id.is_some() { lost } else { TENTATIVE };
            if !kept {
                ended.extend(track.id);
            }
            kept
        });
        ended.sort_unstable();
        ended
    }

    /// Pairs `tracks` with `people` where they are alike, and takes the paired out of both.
    fn matched(
        &self,
        tracks: &mut Vec<usize>,
        people: &mut Vec<usize>,
        seen: &[Sighting],
        least: f64,
    ) -> Vec<(usize, usize)> {
        let mut candidates = Vec::with_capacity(2 * tracks.len());
        for (row, &track) in tracks.iter().enumerate() {
            let Track { filter, last, .. } = &self.tracks[track];
            let expected = filter.placed();
            candidates.extend(people.iter().enumerate().filter_map(|(column, &person)| {
                let gain = last.likeness(&expected, &seen[person]) - least;
                (gain > 0.0).then_some(Candidate { row, column, gain })
            }));
        }
        let pairs: Vec<(usize, usize)> = assign(&candidates, tracks.len(), people.len())
            .into_iter()
            .map(|(row, column)| (tracks[row], people[column]))
            .collect();
        // The pairs come in the order of `tracks`.
        let mut paired = pairs.iter().map(|pair| pair.0).peekable();
        tracks.retain(|&track| paired.next_if_eq(&track).is_none());
        let mut taken = vec![false; seen.len()];
        for pair in &pairs {
            taken[pair.1] = true;
        }
        people.retain(|&person| !taken[person]);
        pairs
    }

    /// The lost track and the newcomer that must be the same person after the picture jumped.
    fn jumped(
        &self,
        lost: &[usize],
        new: &[usize],
        seen: &[Sighting],
        aspect: f64,
        at: Nanos,
    ) -> Option<(usize, usize)> {
        if lost.is_empty() || new.is_empty() {
            return None; // as in nearly every frame
        }
        let gone: Vec<Placed> = lost.iter().map(|&track| self.tracks[track].last.placed).collect();
        let came: Vec<Placed> = new.iter().map(|&person| seen[person].placed).collect();
        let others: Vec<Placed> =
            (0..seen.len()).filter(|person| !new.contains(person)).map(|person| seen[person].placed).collect();
        let (track, person) = relink(&gone, &came, &others, aspect)?;
        let track = lost[track];
        (at - self.tracks[track].last_at <= RELINK).then_some((track, new[person]))
    }

    /// Moves a track to where it was seen; returns its number once it has one.
    fn see(&mut self, track: usize, seen: &Sighting, at: Nanos) -> Option<TrackId> {
        let track = &mut self.tracks[track];
        track.filter.correct(&seen.placed);
        track.last = seen.clone();
        if track.id.is_none() && at > track.last_at {
            track.id = Some(TrackId(self.next));
            self.next += 1;
        }
        track.last_at = at;
        track.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BBox;
    use crate::pose::Keypoint;
    use proptest::prelude::*;

    const PICTURE: Picture = Picture { width: 1280, height: 720, sample_aspect_ratio: 1.0 };

    fn standing(x: f32, score: f32) -> Detection {
        Detection { bbox: BBox { x1: x - 0.05, y1: 0.3, x2: x + 0.05, y2: 0.8 }, score, ..Detection::default() }
    }

    fn at(seconds: f64) -> Nanos {
        Nanos::from_seconds(seconds)
    }

    /// The tracks of a frame by the order of its detections.
    fn ids(tracker: &mut ByteTrack, people: &[Detection], seconds: f64) -> Vec<Option<u64>> {
        let step = tracker.step(people, PICTURE, at(seconds)).unwrap();
        let track = |index| step.tracked.iter().find(|seen| seen.detection == index).map(|seen| seen.track.0);
        (0..people.len()).map(track).collect()
    }

    #[test]
    fn one_person_is_one_track_from_the_second_frame_on() {
        let mut tracker = ByteTrack::new(TrackerOptions::default());
        assert_eq!(ids(&mut tracker, &[standing(0.3, 0.9)], 0.0), [None]);
        for frame in 1..30 {
            let x = 0.3 + 0.005 * frame as f32;
            assert_eq!(ids(&mut tracker, &[standing(x, 0.9)], f64::from(frame) / 15.0), [Some(1)]);
        }
    }

    #[test]
    fn away_for_five_seconds_is_the_same_and_for_longer_is_new() {
        let mut tracker = ByteTrack::new(TrackerOptions::default());
        let person = [standing(0.3, 0.9)];
        ids(&mut tracker, &person, 0.0);
        ids(&mut tracker, &person, 0.1);
        assert_eq!(ids(&mut tracker, &person, 5.1), [Some(1)]);
        let step = tracker.step(&[], PICTURE, at(10.2)).unwrap();
        assert_eq!(step.ended, [TrackId(1)]);
        assert_eq!(ids(&mut tracker, &person, 10.3), [None]);
        assert_eq!(ids(&mut tracker, &person, 10.4), [Some(2)]);
    }

    #[test]
    fn the_same_moment_twice_confirms_nobody_and_time_does_not_run_back() {
        let mut tracker = ByteTrack::new(TrackerOptions::default());
        let person = [standing(0.3, 0.9)];
        assert_eq!(ids(&mut tracker, &person, 1.0), [None]);
        assert_eq!(ids(&mut tracker, &person, 1.0), [None]);
        assert!(matches!(tracker.step(&person, PICTURE, at(0.9)), Err(Error::Time { .. })));
        assert_eq!(ids(&mut tracker, &person, 1.1), [Some(1)]);
    }

    #[test]
    fn weak_detections_keep_a_track_and_begin_none() {
        let mut tracker = ByteTrack::new(TrackerOptions::default());
        ids(&mut tracker, &[standing(0.3, 0.9)], 0.0);
        for frame in 1..10 {
            let people = [standing(0.3, if frame == 1 { 0.9 } else { 0.2 }), standing(0.7, 0.2)];
            assert_eq!(ids(&mut tracker, &people, f64::from(frame) / 15.0), [Some(1), None]);
        }
    }

    #[test]
    fn nobody_is_at_not_a_number() {
        let mut tracker = ByteTrack::new(TrackerOptions::default());
        let nowhere = Detection { score: 0.9, bbox: BBox { x1: f32::NAN, ..BBox::default() }, ..Detection::default() };
        let people =
            [nowhere, standing(0.3, 0.9), standing(0.6, f32::NAN), Detection { score: 0.9, ..Detection::default() }];
        ids(&mut tracker, &people, 0.0);
        assert_eq!(ids(&mut tracker, &people, 0.1), [None, Some(1), None, None]);
    }

    #[test]
    fn somebody_seen_twice_is_one() {
        let mut tracker = ByteTrack::new(TrackerOptions::default());
        let people = [standing(0.3, 0.8), standing(0.3005, 0.9)];
        ids(&mut tracker, &people, 0.0);
        assert_eq!(ids(&mut tracker, &people, 0.1), [None, Some(1)]);
    }

    /// Some seconds of people who walk about, each with joints along the body; the seed is a list of numbers.
    fn floor(numbers: &[(f32, f32)]) -> Vec<(Vec<Detection>, Nanos)> {
        (0..40u8)
            .map(|frame| {
                let person = |&(start, pace): &(f32, f32)| {
                    let mut seen =
                        standing((start + pace * f32::from(frame) / 100.0).rem_euclid(1.0), 0.5 + start / 2.0);
                    for (place, joint) in (0u8..).zip(&mut seen.keypoints) {
                        let (x, y) = (seen.bbox.centre().x, 0.3 + f32::from(place) / 34.0);
                        *joint = Keypoint { x, y, score: 0.5 };
                    }
                    seen
                };
                (numbers.iter().map(person).collect(), at(f64::from(frame) / 10.0))
            })
            .collect()
    }

    /// Which track each person had, frame by frame, with every frame changed by `change`.
    fn followed(
        frames: &[(Vec<Detection>, Nanos)],
        mut change: impl FnMut(&mut Vec<Detection>, &mut Nanos) -> Vec<usize>,
    ) -> Vec<Vec<(u64, usize)>> {
        let mut tracker = ByteTrack::new(TrackerOptions::default());
        let mut step = |(people, at): &(Vec<Detection>, Nanos)| {
            let (mut people, mut at) = (people.clone(), *at);
            let owners = change(&mut people, &mut at);
            let tracked = tracker.step(&people, PICTURE, at).unwrap().tracked;
            tracked.iter().map(|seen| (seen.track.0, owners[seen.detection])).collect()
        };
        frames.iter().map(&mut step).collect()
    }

    fn in_order(people: &[Detection]) -> Vec<usize> {
        (0..people.len()).collect()
    }

    proptest! {
        #[test]
        fn neither_order_nor_clock_nor_mirror_change_who_is_who(
            numbers in prop::collection::vec((0.0f32..1.0, -1.0f32..1.0), 1..7),
            start in any::<i32>(),
        ) {
            let frames = floor(&numbers);
            let plain = followed(&frames, |people, _| in_order(people));
            let turned = followed(&frames, |people, _| {
                people.reverse();
                in_order(people).into_iter().rev().collect()
            });
            prop_assert_eq!(&turned, &plain);
            let later = followed(&frames, |people, at| {
                *at = *at + Nanos(i64::from(start) * 1_000_000_007);
                in_order(people)
            });
            prop_assert_eq!(&later, &plain);
            let mirrored = followed(&frames, |people, _| {
                for seen in people.iter_mut() {
                    (seen.bbox.x1, seen.bbox.x2) = (1.0 - seen.bbox.x2, 1.0 - seen.bbox.x1);
                    seen.keypoints.iter_mut().for_each(|joint| joint.x = 1.0 - joint.x);
                }
                in_order(people)
            });
            prop_assert_eq!(&mirrored, &plain);
        }
    }

    #[test]
    fn a_cut_keeps_the_one_person_and_a_crowd_keeps_nobody() {
        let jump = |others: &[f32]| {
            let mut tracker = ByteTrack::new(TrackerOptions::default());
            for frame in 0..10 {
                let people: Vec<Detection> = others.iter().chain(&[0.2]).map(|&x| standing(x, 0.9)).collect();
                ids(&mut tracker, &people, f64::from(frame) / 10.0);
            }
            let people: Vec<Detection> = others.iter().chain(&[0.34]).map(|&x| standing(x, 0.9)).collect();
            ids(&mut tracker, &people, 1.0).pop().unwrap()
        };
        assert_eq!(jump(&[]), Some(1), "alone: half a body further, nobody else it could be");
        assert_eq!(jump(&[0.95]), Some(1), "somebody at the other end of the floor");
        assert_eq!(jump(&[0.55]), None, "somebody near who could have come instead");
    }

    #[test]
    fn who_left_on_one_side_did_not_come_in_on_the_other() {
        let portrait = Picture { width: 405, height: 720, sample_aspect_ratio: 1.0 };
        let mut tracker = ByteTrack::new(TrackerOptions::default());
        let at_edge = |x1: f32, x2: f32| {
            [Detection { bbox: BBox { x1, y1: 0.05, x2, y2: 0.95 }, score: 0.9, ..Detection::default() }]
        };
        for frame in 0..5 {
            tracker.step(&at_edge(0.0, 0.4), portrait, at(f64::from(frame) / 10.0)).unwrap();
        }
        assert_eq!(tracker.step(&at_edge(0.6, 1.0), portrait, at(0.5)).unwrap().tracked, []);
        assert_ne!(tracker.step(&at_edge(0.6, 1.0), portrait, at(0.6)).unwrap().tracked[0].track, TrackId(1));
    }
}
