//! What moved and what stayed over a cycle: the words that gates are written in.
//!
//! Lengths are in body heights, angles in degrees. Positions are kept in square units and scaled here, once, by the
//! stature known when the cycle ends: an estimate that drifts must not bend a signal.

use crate::exercise::cycle::Cycle;
use crate::exercise::gate::ramp;
use crate::exercise::signal::{Channel, Signal};
use crate::geometry::Point;
use crate::motion::figure::distance;
use crate::motion::smooth::median;
use crate::motion::{Arm, Figure, Side};
use crate::units::Nanos;
use serde::{Deserialize, Serialize};

/// Seconds around start and turn whose median is the value there.
const AROUND_S: f64 = 0.15;
/// Quantiles between which a point's path is measured: outside are misplaced keypoints.
const PATH: (f32, f32) = (0.05, 0.95);
/// Seconds after the end at which it is seen where the body got to: the recogniser speaks as late, and a picture later.
const AFTER_S: f64 = 0.35;
/// Share of the rise within which the channel is near its turn.
const NEAR_TURN: f32 = 0.20;
/// Seconds before a repetition in which somebody stands ready.
pub const READY_S: f64 = 0.8;
/// Weight of the hands in that: they shake more than the trunk, also in the pose model's eyes.
const HANDS: f32 = 0.6;
/// Arm length over body height.
const ARM: f32 = 0.33;
/// Shoulder width over body height: from the side to from the front.
const SIDE_TO_FRONT: (f32, f32) = (0.09, 0.14);
/// Hand beside the shoulder in arm lengths, seen from the front: before the body to out at the side.
const BEFORE_TO_BESIDE: (f32, f32) = (0.35, 0.55);
/// Half the distance that the hands parted, in arm lengths: not at all to out at the sides.
const APART: (f32, f32) = (0.25, 0.50);
/// Smaller over larger rise of the two arms from which they work together.
pub const TOGETHER: f32 = 0.50;

macro_rules! measures {
    ($($(#[$doc:meta])* $name:ident: $signal:ident),+ $(,)?) => {
        /// One measure of a cycle. *Rest* is its start, *turn* its highest moment.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Measure { $($(#[$doc])* $name),+ }

        impl Measure {
            const COUNT: usize = [$(Self::$name),+].len();

            /// Whether cycles of that signal have it.
            #[must_use]
            pub fn is_of(self, signal: Signal) -> bool {
                match self { $(Self::$name => measures!(@of $signal, signal)),+ }
            }
        }
    };
    (@of Any, $signal:ident) => { true };
    (@of Legs, $signal:ident) => { $signal == Signal::Legs };
    (@of Arms, $signal:ident) => { $signal == Signal::Arms };
}

measures! {
    /// Trunk from the vertical at rest.
    TrunkRest: Any,
    /// Trunk from the vertical at the turn.
    TrunkTurn: Any,
    /// Shoulders to hips at rest; short where the trunk points at the camera.
    TorsoRest: Any,
    /// Between the shoulders at rest; narrow from the side.
    WidthRest: Any,
    /// Shoulders above ankles at rest: tall who stands, low who lies or holds a plank.
    Tall: Any,
    /// How far the hips are from where they were, at the end: who walks does not lift.
    Shift: Any,
    /// Hips above ankles at rest.
    Stand: Any,
    /// Seconds near the turn: who sits down or ties shoes stays there.
    Hold: Any,
    /// Lowest height of a wrist above the ankles at the turn: who picks something up reaches the floor.
    HandsLow: Any,
    /// How far shoulders, hips or hands travel in the moment before: somebody who lifts stands ready first.
    Unrest: Any,
    /// Shorter over longer of the way out and the way back, in time.
    Evenness: Any,
    /// How much nearer the shoulders are to the ankles just after the end than at rest and at the turn: who gets up from
    /// the floor draws the legs in.
    Drawn: Any,
    /// How far the hips sink towards the ankles.
    HipDrop: Legs,
    /// How far the shoulders sink for each length that the hips sink.
    Follow: Legs,
    /// How far the ankles travel.
    FeetPath: Legs,
    /// How far the shoulder sinks.
    ShoulderDrop: Arms,
    /// How far the wrist moves for each length that the shoulder moves.
    HandShare: Arms,
    /// How far the wrist travels.
    HandPath: Arms,
    /// How far the elbow bends from its straightest.
    ElbowBend: Arms,
    /// The elbow at the turn.
    ElbowTurn: Arms,
    /// How far the elbow rises.
    ElbowRise: Arms,
    /// How far the elbow rises for each length that the wrist rises: little in a curl, half in a raise.
    ElbowShare: Arms,
    /// Smaller over larger rise of the two arms, 0 where only one moved.
    Together: Arms,
    /// Wrist below the shoulder at rest.
    Hang: Arms,
    /// Wrist above the shoulder at the turn.
    Over: Arms,
    /// How far the wrist rises in the picture.
    HandRise: Arms,
    /// How far the shoulder moves for each length that the wrist rises.
    ShoulderShare: Arms,
    /// How far hips or shoulders travel, whichever is more.
    BodyPath: Arms,
    /// How far hips and ankles approach each other.
    LegPath: Arms,
    /// 1 where the hand is beside the body at the turn, 0 where it is before it.
    Sideways: Arms,
    /// Rise with both arms where both move, else with the one.
    Depth: Arms,
}

/// The measures of one cycle; unseen ones are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measures([Option<f32>; Measure::COUNT]);

impl Measures {
    /// One of them.
    #[must_use]
    pub fn get(&self, measure: Measure) -> Option<f32> {
        self.0[measure as usize]
    }

    fn set(&mut self, measure: Measure, value: Option<f32>) {
        self.0[measure as usize] = value.filter(|value| value.is_finite());
    }

    /// What was measured over `cycle`; `None` where fewer than four frames show it. `figures` are in the order of time.
    #[must_use]
    pub fn of(cycle: &Cycle, figures: &[Figure], stature: f32) -> Option<Self> {
        let window = Window::of(cycle, figures, stature)?;
        let mut measures = Self([None; Measure::COUNT]);
        measures.set(Measure::TrunkRest, window.rest(Figure::trunk_lean));
        measures.set(Measure::TrunkTurn, window.turn(Figure::trunk_lean));
        let torso = |figure: &Figure| distance(figure.shoulders(), figure.hips());
        measures.set(Measure::TorsoRest, window.rest(torso).map(|length| length / stature));
        measures.set(Measure::WidthRest, window.rest(Figure::shoulder_width).map(|length| length / stature));
        let tall = |figure: &Figure| Some(figure.ankles()?.y - figure.shoulders()?.y);
        measures.set(Measure::Tall, window.rest(tall).map(|length| length / stature));
        measures.set(Measure::Shift, window.shift(Figure::hips));
        let stand = window.rest(|figure| Channel::Legs.height(figure));
        measures.set(Measure::Stand, stand.map(|height| -height / stature));
        measures.set(Measure::Hold, window.hold(cycle.channel));
        let wrist = |side| window.turn(move |figure| Some(figure.ankles()?.y - figure.arm(side).wrist?.y));
        let low = [wrist(Side::Left), wrist(Side::Right)].into_iter().flatten().min_by(f32::total_cmp);
        measures.set(Measure::HandsLow, low.map(|height| height / stature));
        measures.set(Measure::Unrest, unrest(figures, cycle.start, stature));
        measures.set(Measure::Drawn, drawn(cycle, figures, &window));
        let (out, back) = ((cycle.turn - cycle.start).seconds(), (cycle.end - cycle.turn).seconds());
        measures.set(Measure::Evenness, Some((out.min(back) / out.max(back).max(0.01)) as f32));
        match cycle.channel {
            Channel::Legs => measures.legs(&window, cycle),
            Channel::Arm(side) => measures.arms(&window, cycle, side),
        }
        Some(measures)
    }

    fn legs(&mut self, window: &Window, cycle: &Cycle) {
        let hips = window.moved(|figure| Some(-figure.hips()?.y)).map(|up| -up);
        let shoulders = window.moved(|figure| Some(-figure.shoulders()?.y)).map(|up| -up);
        self.set(Measure::HipDrop, Some(cycle.rise));
        let follow = hips.zip(shoulders).map(|(hips, shoulders)| if hips > 0.01 { shoulders / hips } else { 0.0 });
        self.set(Measure::Follow, follow);
        self.set(Measure::FeetPath, window.path(Figure::ankles));
    }

    fn arms(&mut self, window: &Window, cycle: &Cycle, side: Side) {
        let shoulder = window.moved(|figure| Some(-figure.arm(side).shoulder?.y));
        let wrist = window.moved(|figure| Some(-figure.arm(side).wrist?.y));
        let elbow = window.moved(|figure| Some(-figure.arm(side).elbow?.y));
        let elbow_turn = window.turn(|figure| figure.arm(side).bend);
        let straight = window.quantile(|figure| figure.arm(side).bend, 0.9);
        let height = |figure: &Figure| Channel::Arm(side).height(figure);
        self.set(Measure::ShoulderDrop, shoulder.map(|up| -up));
        self.set(
            Measure::HandShare,
            wrist.zip(shoulder).map(|(wrist, shoulder)| wrist.abs() / shoulder.abs().max(0.01)),
        );
        self.set(Measure::HandPath, window.steadier(side, |arm| arm.wrist));
        self.set(Measure::ElbowBend, straight.zip(elbow_turn).map(|(straight, turn)| straight - turn));
        self.set(Measure::ElbowTurn, elbow_turn);
        self.set(Measure::ElbowRise, elbow);
        self.set(Measure::ElbowShare, wrist.zip(elbow).map(|(wrist, elbow)| elbow / wrist.max(0.01)));
        self.set(Measure::Hang, window.rest(height).map(|height| -height / window.stature));
        self.set(Measure::Over, window.turn(height).map(|height| height / window.stature));
        self.set(Measure::HandRise, wrist);
        self.set(Measure::ShoulderShare, wrist.zip(shoulder).map(|(wrist, shoulder)| shoulder.abs() / wrist.max(0.01)));
        let shoulder_path = window.steadier(side, |arm| arm.shoulder);
        let hip_path = window.path(Figure::hips);
        self.set(Measure::BodyPath, [shoulder_path, hip_path].into_iter().flatten().max_by(f32::total_cmp));
        let legs = |figure: &Figure| Channel::Legs.height(figure).map(|y| Point { x: 0.0, y });
        self.set(Measure::LegPath, window.path(legs));
        self.set(Measure::Sideways, Some(sideways(window, side, self.get(Measure::WidthRest))));
        let lift = |side| window.moved(|figure| Channel::Arm(side).height(figure));
        let (left, right) = (lift(Side::Left), lift(Side::Right));
        let together = left.zip(right).map(|(left, right)| left.min(right).max(0.0) / left.max(right).max(0.01));
        self.set(Measure::Together, together);
        let depth = match together {
            Some(share) if share < TOGETHER => left.zip(right).map(|(left, right)| left.max(right)),
            Some(_) => lift(Side::Both),
            None => Some(cycle.rise),
        };
        self.set(Measure::Depth, depth);
    }
}

/// Whether the hands are out at the sides at the turn, given from where the camera looks.
///
/// Hands that part went sideways, from wherever one looks; hands that both went the same way across the picture went to
/// the front or back, seen from the side.
fn sideways(window: &Window, side: Side, width: Option<f32>) -> f32 {
    let reach = |side| {
        let reach = window.turn(|figure| {
            let arm = figure.arm(side);
            Some(arm.wrist?.x - arm.shoulder?.x)
        });
        reach.map(|reach| reach / window.stature / ARM)
    };
    let front = width.map_or(0.5, |width| ramp(width, SIDE_TO_FRONT.0, SIDE_TO_FRONT.1));
    let beside = |reach: f32| ramp(reach, BEFORE_TO_BESIDE.0, BEFORE_TO_BESIDE.1);
    let alone = |reach: f32| front * beside(reach.abs()) + (1.0 - front) * (1.0 - beside(reach.abs()));
    match (side, reach(Side::Left), reach(Side::Right)) {
        (Side::Both, Some(left), Some(right)) => {
            let (apart, along) = ((left - right).abs() / 2.0, (left + right).abs() / 2.0);
            ramp(apart, APART.0, APART.1).max((1.0 - front) * (1.0 - beside(along)))
        }
        (Side::Left, Some(reach), _)
        | (Side::Right, _, Some(reach))
        | (Side::Both, Some(reach), None)
        | (Side::Both, None, Some(reach)) => alone(reach),
        _ => 0.5,
    }
}

/// How much nearer the shoulders are to the ankles [`AFTER_S`] after the end than at rest and at the turn, body heights.
fn drawn(cycle: &Cycle, figures: &[Figure], window: &Window) -> Option<f32> {
    let long = |figure: &Figure| distance(figure.shoulders(), figure.ankles());
    let first = figures.partition_point(|figure| figure.at < cycle.end);
    let last = figures.partition_point(|figure| (figure.at - cycle.end).seconds() <= AFTER_S);
    let after = figures.get(first..last)?.iter().rev().find_map(long)?;
    Some((window.rest(long)?.min(window.turn(long)?) - after) / window.stature)
}

/// How far shoulders, hips or hands travelled in the [`READY_S`] before `until`, body heights, whichever is most; `None`
/// where less than half of that was seen.
#[must_use]
pub fn unrest(figures: &[Figure], until: Nanos, stature: f32) -> Option<f32> {
    let first = figures.partition_point(|figure| (until - figure.at).seconds() > READY_S);
    let last = figures.partition_point(|figure| figure.at <= until);
    let all = figures.get(first..last)?;
    if all.len() < 3 || (all[all.len() - 1].at - all[0].at).seconds() < READY_S / 2.0 {
        return None;
    }
    let window = Window { all, rest: Vec::new(), turn: Vec::new(), stature };
    let hands = window.steadier(Side::Both, |arm| arm.wrist).map(|path| path * HANDS);
    [window.path(Figure::shoulders), window.path(Figure::hips), hands].into_iter().flatten().max_by(f32::total_cmp)
}

/// The frames of one cycle.
pub(super) struct Window<'a> {
    pub(super) all: &'a [Figure],
    rest: Vec<&'a Figure>,
    turn: Vec<&'a Figure>,
    stature: f32,
}

impl<'a> Window<'a> {
    pub(super) fn of(cycle: &Cycle, figures: &'a [Figure], stature: f32) -> Option<Self> {
        let first = figures.partition_point(|figure| figure.at < cycle.start);
        let last = figures.partition_point(|figure| figure.at <= cycle.end);
        let all = figures.get(first..last).filter(|all| all.len() >= 4)?;
        let around = |at| {
            let off = |figure: &&Figure| (figure.at - at).seconds().abs();
            let near: Vec<&Figure> = all.iter().filter(|figure| off(figure) <= AROUND_S).collect();
            if near.is_empty() {
                all.iter().min_by(|a, b| off(a).total_cmp(&off(b))).into_iter().collect()
            } else {
                near
            }
        };
        Some(Self { all, rest: around(cycle.start), turn: around(cycle.turn), stature })
    }

    pub(super) fn rest(&self, value: impl Fn(&Figure) -> Option<f32>) -> Option<f32> {
        median(&mut self.rest.iter().filter_map(|figure| value(figure)).collect::<Vec<_>>())
    }

    pub(super) fn turn(&self, value: impl Fn(&Figure) -> Option<f32>) -> Option<f32> {
        median(&mut self.turn.iter().filter_map(|figure| value(figure)).collect::<Vec<_>>())
    }

    /// From rest to turn, body heights.
    pub(super) fn moved(&self, value: impl Fn(&Figure) -> Option<f32>) -> Option<f32> {
        Some((self.turn(&value)? - self.rest(&value)?) / self.stature)
    }

    /// Seconds that the channel stays near its highest.
    fn hold(&self, channel: Channel) -> Option<f32> {
        let heights: Vec<(f64, f32)> =
            self.all.iter().filter_map(|figure| Some((figure.at.seconds(), channel.height(figure)?))).collect();
        let highest = heights.iter().map(|(_, height)| *height).max_by(f32::total_cmp)?;
        let lowest = heights.first()?.1;
        let near = highest - NEAR_TURN * (highest - lowest);
        let pairs = heights.windows(2).filter(|pair| pair[0].1 >= near && pair[1].1 >= near);
        Some(pairs.map(|pair| pair[1].0 - pair[0].0).sum::<f64>() as f32)
    }

    /// From start to end, body heights.
    fn shift(&self, point: impl Fn(&Figure) -> Option<Point>) -> Option<f32> {
        let first = self.all.iter().find_map(&point)?;
        let last = self.all.iter().rev().find_map(&point)?;
        Some((first.x - last.x).hypot(first.y - last.y) / self.stature)
    }

    fn quantile(&self, value: impl Fn(&Figure) -> Option<f32>, share: f32) -> Option<f32> {
        let mut values: Vec<f32> = self.all.iter().filter_map(value).collect();
        quantile(&mut values, share)
    }

    /// How far a point of the arm travels; of both arms the one that travels less, since the mean of two that are far
    /// apart jumps with their scores.
    fn steadier(&self, side: Side, point: impl Fn(Arm) -> Option<Point>) -> Option<f32> {
        match side {
            Side::Both => [Side::Left, Side::Right]
                .into_iter()
                .filter_map(|side| self.path(|figure| point(figure.arm(side))))
                .min_by(f32::total_cmp),
            side => self.path(|figure| point(figure.arm(side))),
        }
    }

    /// How far a point travels over the cycle in its wider direction, body heights; `None` where hardly seen.
    fn path(&self, point: impl Fn(&Figure) -> Option<Point>) -> Option<f32> {
        let points: Vec<Point> = self.all.iter().filter_map(point).collect();
        if points.len() < 3 {
            return None;
        }
        let spread = |mut values: Vec<f32>| Some(quantile(&mut values, PATH.1)? - quantile(&mut values, PATH.0)?);
        let x = spread(points.iter().map(|point| point.x).collect())?;
        let y = spread(points.iter().map(|point| point.y).collect())?;
        Some(x.max(y) / self.stature)
    }
}

/// The value below which `share` of `values` lie, interpolated. Sorts in place.
pub(super) fn quantile(values: &mut [f32], share: f32) -> Option<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let rank = share * values.len().checked_sub(1)? as f32;
    let (below, above) = (values[rank.floor() as usize], values[rank.ceil() as usize]);
    Some(below + (above - below) * rank.fract())
}
