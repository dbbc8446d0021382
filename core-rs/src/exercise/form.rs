//! Form: joints that leave their range in the phase that a check names, for long enough to be no flicker.
//!
//! The same rows of frames are watched twice. *Live*, while a set runs, so that an alert comes in the frame that makes
//! it certain. And in *review*, once a cycle is over, with its true turn: that gives the score, and the alerts of
//! repetitions that nobody knew to be any while they were done.

use crate::event::{FormAlert, Movement, Phase, Rep, SetId};
use crate::exercise::course::Course;
use crate::exercise::spec::{Exercise, FormCheck};
use crate::exercise::view::{Facing, View};
use crate::motion::posture::Reference;
use crate::motion::{Figure, Side};
use crate::units::Nanos;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Seconds that a joint must be outside its range: shorter speaks of flickers, longer misses faults of quick repetitions.
pub const LONG_ENOUGH_S: f64 = 0.2;
/// Frames in a row that this must take at least, however slow the camera: 200 ms at 15 frames a second.
pub const FEWEST_FRAMES: u32 = 3;
/// Seconds between frames after which they are not in a row.
const GAP_S: f64 = 0.5;
/// Seconds within which the same is not said again: nobody can mend it sooner.
pub const QUIET_S: f64 = 10.0;

/// A joint outside its range for long enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// The frame that made it certain.
    pub at: Nanos,
    /// The worst value up to then, in the check's unit.
    pub measured: f32,
}

/// The frames in a row in which one check's joint is outside its range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Row {
    frames: u32,
    seconds: f64,
    worst: f32,
    told: bool,
}

impl Row {
    /// The fault that this frame makes certain, once a row. `since` is the time since the frame before; a frame in
    /// which the joint is unseen ends the row.
    fn step(&mut self, check: &FormCheck, value: Option<f32>, at: Nanos, since: Nanos) -> Option<Fault> {
        let excess = value.map_or(0.0, |value| check.excess(value));
        if excess <= 0.0 || since.seconds() > GAP_S {
            *self = Self::default();
        }
        let value = value.filter(|_| excess > 0.0)?;
        if self.frames == 0 || excess > check.excess(self.worst) {
            self.worst = value;
        }
        self.frames += 1;
        // A frame stands for the time up to it, but a gap was not watched.
        let seconds = if since.seconds() > GAP_S { 0.0 } else { since.seconds() };
        self.seconds += seconds;
        let certain = self.frames >= FEWEST_FRAMES && self.seconds >= LONG_ENOUGH_S - seconds / 2.0;
        (certain && !std::mem::replace(&mut self.told, certain)).then_some(Fault { at, measured: self.worst })
    }
}

/// What one check saw of one repetition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Mark {
    check: Arc<str>,
    /// Frames of the check's phase in which the joint was seen, and those of them in which it was outside.
    seen: u32,
    outside: u32,
    fault: Option<Fault>,
}

/// What an exercise's checks say of one repetition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    exercise: Arc<str>,
    marks: Vec<Mark>,
}

impl Review {
    /// Whose checks they were.
    #[must_use]
    pub fn exercise(&self) -> &str {
        &self.exercise
    }

    /// 0 to 100: the share of its phase in which the worst check was kept; a fault too short for an alert is none.
    /// `None` where the view showed none of the checks.
    #[must_use]
    pub fn score(&self) -> Option<f32> {
        let seen = self.marks.iter().filter(|mark| mark.seen >= FEWEST_FRAMES);
        let kept = |mark: &Mark| match mark.fault {
            Some(_) => 100.0 * (1.0 - mark.outside as f32 / mark.seen as f32),
            None => 100.0,
        };
        seen.map(kept).min_by(f32::total_cmp)
    }
}

/// The score of a set: the mean of its repetitions' scores.
#[must_use]
pub fn set_score<'a>(reviews: impl Iterator<Item = &'a Review>) -> Option<f32> {
    let scores: Vec<f32> = reviews.filter_map(Review::score).collect();
    (!scores.is_empty()).then(|| scores.iter().sum::<f32>() / scores.len() as f32)
}

/// Watches one person's form.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Form {
    facing: Facing,
    watched: Option<(SetId, Vec<Row>)>,
    said: Vec<(Arc<str>, Arc<str>, Nanos)>,
}

/// A repetition as the checks see it: a figure of it, how it began, who does it.
struct Scene<'a> {
    view: Option<View>,
    reference: Reference<'a>,
}

impl Scene<'_> {
    /// The check's value, `None` where it is not the check's turn, or the view cannot show it.
    fn value(&self, check: &FormCheck, figure: &Figure, phase: Option<Phase>) -> Option<f32> {
        let shown = phase == Some(check.phase) && self.view.is_some_and(|view| check.views.contains(&view));
        shown.then(|| check.joint.of(figure, &self.reference)).flatten()
    }
}

impl Form {
    /// Takes in from where one more figure is seen.
    pub fn look(&mut self, figure: &Figure, stature: f32) {
        self.facing.step(figure, stature);
    }

    /// What the checks say of a cycle that is over, if it was that exercise.
    #[must_use]
    pub fn review(&self, exercise: &Exercise, course: &Course, figures: &[Figure], stature: f32) -> Option<Review> {
        let reference = Reference { rest: course.rest(figures)?, side: side(course), stature };
        let scene = Scene { view: self.facing.view(), reference };
        let marks = exercise.form_checks.iter().map(|check| {
            let mut row = Row::default();
            let mut mark = Mark { check: check.id.clone(), seen: 0, outside: 0, fault: None };
            for (figure, since) in course.figures(figures) {
                let value = scene.value(check, figure, course.phase(figure));
                mark.seen += u32::from(value.is_some());
                mark.outside += u32::from(value.is_some_and(|value| check.excess(value) > 0.0));
                let fault = row.step(check, value, figure.at, since);
                mark.fault = mark.fault.or(fault);
            }
            mark
        });
        Some(Review { exercise: exercise.id.clone(), marks: marks.collect() })
    }

    /// Watches the last of `figures` while a set runs; without a course the person rests between repetitions. `number`
    /// is that of the repetition under way.
    pub fn watch(
        &mut self,
        set: (SetId, u32),
        exercise: &Exercise,
        course: Option<&Course>,
        figures: &[Figure],
        stature: f32,
        out: &mut Vec<Movement>,
    ) {
        let Some((figure, before)) = figures.split_last() else { return };
        if self.watched.as_ref().is_none_or(|watched| watched.0 != set.0) {
            self.watched = Some((set.0, vec![Row::default(); exercise.form_checks.len()]));
        }
        let since = before.last().map_or(Nanos(0), |last| figure.at - last.at);
        let rest = course.and_then(|course| course.rest(figures)).unwrap_or(figure);
        let reference = Reference { rest, side: course.map_or(Side::Both, side), stature };
        let scene = Scene { view: self.facing.view(), reference };
        let phase = course.map_or(Some(Phase::Rest), |course| course.phase(figure));
        let rows = self.watched.as_mut().map(|watched| &mut watched.1).into_iter().flatten();
        let step = |(row, check): (&mut Row, &FormCheck)| {
            row.step(check, scene.value(check, figure, phase), figure.at, since).map(|fault| (check.id.clone(), fault))
        };
        let faults: Vec<_> = rows.zip(&exercise.form_checks).filter_map(step).collect();
        for (check, fault) in faults {
            self.say(set, exercise, &check, &fault, out);
        }
    }

    /// Says what the review of a confirmed repetition found and nobody has said yet.
    pub fn tell(&mut self, rep: &Rep, exercise: &Exercise, review: &Review, out: &mut Vec<Movement>) {
        for mark in &review.marks {
            if let Some(fault) = &mark.fault {
                self.say((rep.set, rep.number), exercise, &mark.check, fault, out);
            }
        }
    }

    fn say(&mut self, set: (SetId, u32), exercise: &Exercise, id: &str, fault: &Fault, out: &mut Vec<Movement>) {
        let recent = |said: &(Arc<str>, Arc<str>, Nanos)| (said.2 - fault.at).seconds().abs() < QUIET_S;
        let same = |said: &(Arc<str>, Arc<str>, Nanos)| said.0 == exercise.id && &*said.1 == id;
        let Some(check) = exercise.form_checks.iter().find(|check| &*check.id == id) else { return };
        if self.said.iter().any(|said| same(said) && recent(said)) {
            return;
        }
        self.said.retain(|said| !same(said));
        self.said.push((exercise.id.clone(), check.id.clone(), fault.at));
        out.push(Movement::FormAlert(FormAlert {
            set: set.0,
            exercise: exercise.id.clone(),
            check: check.id.clone(),
            at: fault.at,
            phase: check.phase,
            rep: set.1,
            measured: fault.measured,
            min: check.min,
            max: check.max,
        }));
    }
}

fn side(course: &Course) -> Side {
    course.cycle.channel.side()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::RepKind;
    use crate::exercise::cycle::Cycle;
    use crate::exercise::signal::Channel;
    use crate::exercise::spec::Catalogue;
    use crate::geometry::Point;
    use crate::motion::figure::Seen;
    use crate::pose::Joint as J;

    const FPS: f64 = 15.0;
    const HEIGHT: f32 = 0.8;
    const TURN: i32 = 15;

    fn catalogue() -> Catalogue {
        let check = |id: &str, phase: &str, views: &str| {
            format!(
                r#"{{"id": "{id}", "joint": "trunk_lean", "max": 50, "phase": "{phase}", "views": [{views}],
                "message": {{"en": "Chest up"}}}}"#
            )
        };
        let checks = [check("lean", "turn", r#""side""#), check("lean_seen_from_the_front", "turn", r#""front""#)];
        Catalogue::from_json(&format!(
            r#"{{"schema": 1, "exercises": [{{"id": "squat", "name": {{"en": "Squat"}},
            "primary_joint_pair": ["left_knee", "right_knee"], "up_angle": 165, "down_angle": 95, "signal": "legs",
            "anchor": "feet", "gates": [{{"measure": "hip_drop", "none": 0.07, "full": 0.13}}],
            "form_checks": [{}]}}]}}"#,
            checks.join(",")
        ))
        .unwrap()
    }

    /// One squat of two seconds from the side, its turn in frame [`TURN`]; the trunk leans by 70 degrees in `tipped`.
    fn squat(fps: f64, tipped: std::ops::Range<i32>) -> Vec<Figure> {
        let figure = |frame: i32| {
            let at = f64::from(frame) / fps;
            let depth = (at * std::f64::consts::PI / 2.0).sin().powi(2) as f32;
            let lean: f32 = if tipped.contains(&frame) { 70.0 } else { 20.0 };
            let hips = Point { x: 0.5, y: 0.5 + 0.2 * depth };
            let (sin, cos) = lean.to_radians().sin_cos();
            let shoulders = Point { x: hips.x + 0.23 * sin, y: hips.y - 0.23 * cos };
            let mut figure = Figure::unseen(Nanos::from_seconds(at));
            let mut see = |joint: J, point| figure.points[joint as usize] = Some(Seen { point, score: 0.9 });
            let ankles = Point { x: 0.5, y: 0.9 };
            for (left, right, point) in [
                (J::LeftShoulder, J::RightShoulder, shoulders),
                (J::LeftHip, J::RightHip, hips),
                (J::LeftAnkle, J::RightAnkle, ankles),
            ] {
                see(left, point);
                see(right, point);
            }
            figure
        };
        (0..(2.0 * fps) as i32).map(figure).collect()
    }

    fn course(figures: &[Figure]) -> Course {
        let (start, end) = (figures[0].at, figures[figures.len() - 1].at);
        let turn = figures[figures.len() / 2].at;
        let rise = (figures[figures.len() / 2].hips().unwrap().y - figures[0].hips().unwrap().y) / HEIGHT;
        Course::over(Cycle { channel: Channel::Legs, start, turn, end, rise }, figures, HEIGHT).unwrap()
    }

    fn looked_at(figures: &[Figure]) -> Form {
        let mut form = Form::default();
        for figure in figures {
            form.look(figure, HEIGHT);
        }
        form
    }

    fn rep(number: u32) -> Rep {
        Rep {
            set: SetId(1),
            exercise: "squat".into(),
            number,
            kind: RepKind::Full,
            start: Nanos(0),
            turn: Nanos(0),
            end: Nanos(0),
            range_of_motion: None,
            depth: 1.0,
            peak_velocity: 0.0,
            symmetry: None,
            confidence: crate::units::Score(1.0),
        }
    }

    fn review(figures: &[Figure]) -> Review {
        looked_at(figures).review(&catalogue().exercises()[0], &course(figures), figures, HEIGHT).unwrap()
    }

    fn alerts(figures: &[Figure]) -> Vec<FormAlert> {
        let (mut form, mut out) = (looked_at(figures), Vec::new());
        form.tell(&rep(1), &catalogue().exercises()[0], &review(figures), &mut out);
        fetch(out)
    }

    fn fetch(out: Vec<Movement>) -> Vec<FormAlert> {
        let alert = |movement| if let Movement::FormAlert(alert) = movement { alert } else { panic!("{movement:?}") };
        out.into_iter().map(alert).collect()
    }

    #[test]
    fn three_frames_alert_and_two_do_not() {
        assert_eq!(alerts(&squat(FPS, TURN..TURN)), []);
        assert_eq!(alerts(&squat(FPS, TURN..TURN + 2)), []);
        let figures = squat(FPS, TURN..TURN + 3);
        let [alert] = &alerts(&figures)[..] else { panic!("one alert") };
        assert_eq!((&*alert.check, alert.at, alert.rep), ("lean", figures[TURN as usize + 2].at, 1));
        assert!((alert.measured - 70.0).abs() < 0.1);
        assert_eq!((alert.min, alert.max, alert.phase), (None, Some(50.0), Phase::Turn));
    }

    #[test]
    fn at_other_rates_the_nearest_to_200_ms_counts() {
        let turn = 30;
        assert_eq!(alerts(&squat(30.0, turn..turn + 5)).len(), 0);
        assert_eq!(alerts(&squat(30.0, turn..turn + 6)).len(), 1);
        assert_eq!(alerts(&squat(10.0, 10..12)).len(), 0, "never fewer than three frames");
        assert_eq!(alerts(&squat(10.0, 9..12)).len(), 1);
    }

    #[test]
    fn an_unseen_frame_ends_the_row() {
        let mut figures = squat(FPS, TURN - 1..TURN + 3);
        figures[TURN as usize + 1].points[J::LeftShoulder as usize] = None;
        figures[TURN as usize + 1].points[J::RightShoulder as usize] = None;
        assert_eq!(alerts(&figures), []);
    }

    #[test]
    fn other_phases_are_not_looked_at() {
        assert_eq!(alerts(&squat(FPS, 0..6)), []);
        assert_eq!(alerts(&squat(FPS, 24..30)), []);
    }

    #[test]
    fn the_same_is_not_said_within_ten_seconds() {
        let figures = squat(FPS, TURN..TURN + 4);
        let (mut form, review) = (looked_at(&figures), review(&figures));
        let said = |form: &mut Form, later: f64| {
            let mut review = review.clone();
            for fault in review.marks.iter_mut().filter_map(|mark| mark.fault.as_mut()) {
                fault.at = fault.at + Nanos::from_seconds(later);
            }
            let mut out = Vec::new();
            form.tell(&rep(2), &catalogue().exercises()[0], &review, &mut out);
            out.len()
        };
        assert_eq!([0.0, 3.0, 9.9, 10.1, 15.0].map(|later| said(&mut form, later)), [1, 0, 0, 1, 0]);
    }

    #[test]
    fn live_the_third_frame_alerts_at_once() {
        let figures = squat(FPS, TURN..TURN + 6);
        let (mut form, mut out) = (looked_at(&figures), Vec::new());
        let whole = course(&figures);
        let catalogue = catalogue();
        for last in 1..figures.len() {
            let so_far = &figures[..=last];
            let highest = so_far.iter().map(|figure| whole.reached(figure).unwrap()).fold(0.0, f32::max);
            let turn = so_far[last.min(TURN as usize)].at;
            let cycle = Cycle { turn, end: so_far[last].at, rise: whole.cycle.rise * highest, ..whole.cycle };
            let course = Course::under_way(cycle, so_far, HEIGHT, whole.cycle.rise);
            let before = out.len();
            form.watch((SetId(1), 4), &catalogue.exercises()[0], course.as_ref(), so_far, HEIGHT, &mut out);
            assert_eq!(out.len() > before, last == TURN as usize + 2, "frame {last}");
        }
        assert_eq!(fetch(out)[0].rep, 4);
    }

    #[test]
    fn the_score_is_the_share_of_the_phase_that_was_kept() {
        assert_eq!(review(&squat(FPS, 0..0)).score(), Some(100.0));
        assert_eq!(review(&squat(FPS, TURN..TURN + 2)).score(), Some(100.0));
        let turning = review(&squat(FPS, 0..0)).marks[0].seen as f32;
        let fault = review(&squat(FPS, TURN..TURN + 3));
        assert_eq!(fault.score(), Some(100.0 * (1.0 - 3.0 / turning)));
        let good = review(&squat(FPS, 0..0));
        let mean = set_score([&good, &fault].into_iter()).unwrap();
        assert!((mean - f32::midpoint(100.0, fault.score().unwrap())).abs() < 1e-3);
        assert_eq!(set_score(std::iter::empty()), None);
    }
}
