//! What moved and what stayed over a cycle: the words that gates are written in.
//!
//! Lengths are in body heights, angles in degrees. Positions are kept in square units and scaled here, once, by the
//! stature known when the cycle ends: an estimate that drifts must not bend a signal.

use crate::exercise::cycle::Cycle;
use crate::exercise::gate::ramp;
use crate::exercise::signal::{Channel, Signal};
use crate::geometry::Point;
use crate::motion::smooth::median;
use crate::motion::{Figure, Side};
use serde::{Deserialize, Serialize};

/// Seconds around start and turn whose median is the value there.
const AROUND_S: f64 = 0.15;
/// Quantiles between which a point's path is measured: outside are misplaced keypoints.
const PATH: (f32, f32) = (0.05, 0.95);
/// Arm length over body height.
const ARM: f32 = 0.33;
/// Shoulder width over body height: from the side to from the front.
const SIDE_TO_FRONT: (f32, f32) = (0.09, 0.14);
/// Hand beside the shoulder in arm lengths, seen from the front: before the body to out at the side.
const BEFORE_TO_BESIDE: (f32, f32) = (0.35, 0.55);
/// Share of one arm's rise that the mean of both shows from which the arms work together.
const TOGETHER: f32 = 0.60;

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
    /// How far the hips sink towards the ankles.
    HipDrop: Legs,
    /// How far the shoulders sink for each length that the hips sink.
    Follow: Legs,
    /// How far the ankles travel.
    FeetPath: Legs,
    /// Hips above ankles at rest.
    Stand: Legs,
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
        let torso = |figure: &Figure| crate::motion::figure::distance(figure.shoulders(), figure.hips());
        measures.set(Measure::TorsoRest, window.rest(torso).map(|length| length / stature));
        measures.set(Measure::WidthRest, window.rest(Figure::shoulder_width).map(|length| length / stature));
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
        self.set(
            Measure::Stand,
            window.rest(|figure| Channel::Legs.height(figure)).map(|height| -height / window.stature),
        );
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
        self.set(Measure::HandPath, window.path(|figure| figure.arm(side).wrist));
        self.set(Measure::ElbowBend, straight.zip(elbow_turn).map(|(straight, turn)| straight - turn));
        self.set(Measure::ElbowTurn, elbow_turn);
        self.set(Measure::ElbowRise, elbow);
        self.set(Measure::Hang, window.rest(height).map(|height| -height / window.stature));
        self.set(Measure::Over, window.turn(height).map(|height| height / window.stature));
        self.set(Measure::HandRise, wrist);
        self.set(Measure::ShoulderShare, wrist.zip(shoulder).map(|(wrist, shoulder)| shoulder.abs() / wrist.max(0.01)));
        let shoulder_path = window.path(|figure| figure.arm(side).shoulder);
        let hip_path = window.path(Figure::hips);
        self.set(Measure::BodyPath, [shoulder_path, hip_path].into_iter().flatten().max_by(f32::total_cmp));
        let legs = |figure: &Figure| Channel::Legs.height(figure).map(|y| Point { x: 0.0, y });
        self.set(Measure::LegPath, window.path(legs));
        self.set(Measure::Sideways, Some(sideways(window, side, self.get(Measure::WidthRest))));
        let both =
            window.moved(|figure| Channel::Arm(Side::Both).height(figure)).filter(|&both| both > TOGETHER * cycle.rise);
        self.set(Measure::Depth, both.or(Some(cycle.rise)));
    }
}

/// How far the hand is out at the side at the turn, given from where the camera looks.
fn sideways(window: &Window, side: Side, width: Option<f32>) -> f32 {
    let reach = |side| {
        window.turn(|figure| {
            let arm = figure.arm(side);
            Some(arm.wrist?.x - arm.shoulder?.x)
        })
    };
    let reach = match side {
        Side::Both => {
            let seen: Vec<f32> = [reach(Side::Left), reach(Side::Right)].into_iter().flatten().map(f32::abs).collect();
            (!seen.is_empty()).then(|| seen.iter().sum::<f32>() / seen.len() as f32)
        }
        side => reach(side).map(f32::abs),
    };
    let beside = reach.map_or(0.5, |reach| ramp(reach / window.stature / ARM, BEFORE_TO_BESIDE.0, BEFORE_TO_BESIDE.1));
    let front = width.map_or(0.5, |width| ramp(width, SIDE_TO_FRONT.0, SIDE_TO_FRONT.1));
    front * beside + (1.0 - front) * (1.0 - beside)
}

/// The frames of one cycle.
struct Window<'a> {
    all: &'a [Figure],
    rest: Vec<&'a Figure>,
    turn: Vec<&'a Figure>,
    stature: f32,
}

impl<'a> Window<'a> {
    fn of(cycle: &Cycle, figures: &'a [Figure], stature: f32) -> Option<Self> {
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

    fn rest(&self, value: impl Fn(&Figure) -> Option<f32>) -> Option<f32> {
        median(&mut self.rest.iter().filter_map(|figure| value(figure)).collect::<Vec<_>>())
    }

    fn turn(&self, value: impl Fn(&Figure) -> Option<f32>) -> Option<f32> {
        median(&mut self.turn.iter().filter_map(|figure| value(figure)).collect::<Vec<_>>())
    }

    /// From rest to turn, body heights.
    fn moved(&self, value: impl Fn(&Figure) -> Option<f32>) -> Option<f32> {
        Some((self.turn(&value)? - self.rest(&value)?) / self.stature)
    }

    fn quantile(&self, value: impl Fn(&Figure) -> Option<f32>, share: f32) -> Option<f32> {
        let mut values: Vec<f32> = self.all.iter().filter_map(value).collect();
        quantile(&mut values, share)
    }

    /// How far a point travels over the cycle in its wider direction, body heights; `None` where hardly seen.
    fn path(&self, point: impl Fn(&Figure) -> Option<Point>) -> Option<f32> {
        let points: Vec<Point> = self.all.iter().filter_map(point).collect();
        if points.len() < 4 {
            return None;
        }
        let spread = |mut values: Vec<f32>| Some(quantile(&mut values, PATH.1)? - quantile(&mut values, PATH.0)?);
        let x = spread(points.iter().map(|point| point.x).collect())?;
        let y = spread(points.iter().map(|point| point.y).collect())?;
        Some(x.max(y) / self.stature)
    }
}

/// The value below which `share` of `values` lie, interpolated. Sorts in place.
fn quantile(values: &mut [f32], share: f32) -> Option<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let rank = share * values.len().checked_sub(1)? as f32;
    let (below, above) = (values[rank.floor() as usize], values[rank.ceil() as usize]);
    Some(below + (above - below) * rank.fract())
}
