//! What an exercise is: data, read from the catalogue; a new one needs no code.

use crate::error::{Error, Result};
use crate::event::Phase;
use crate::exercise::cycle::Cycle;
use crate::exercise::gate::Gate;
use crate::exercise::measure::{Measure, Measures, TOGETHER};
use crate::exercise::recogniser::{CLASSES, OUTCOMES, outcome};
use crate::exercise::signal::{Channel, Signal};
use crate::exercise::view::View;
use crate::motion::Side;
use crate::motion::angles::BodyAngle;
use crate::motion::posture::Posture;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The catalogue's format that this code reads.
pub const SCHEMA: u32 = 1;
/// Form checks that an exercise needs at least.
const FEWEST_CHECKS: usize = 2;

/// How often what the catalogue does not name is done, beside what it names: gyms put into it what is done there.
const UNNAMED: f32 = 0.07;

/// A text in several languages, by two-letter code; English is always there.
pub type Text = BTreeMap<String, String>;

/// A joint, or how the body is held, that must stay within a range during one phase of the repetition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormCheck {
    /// Unique within the exercise.
    pub id: Arc<str>,
    /// What is measured; says its unit.
    pub joint: Posture,
    /// Lowest value that is well.
    #[serde(default)]
    pub min: Option<f32>,
    /// Highest value that is well.
    #[serde(default)]
    pub max: Option<f32>,
    /// When it is looked at.
    pub phase: Phase,
    /// From where the fault can be seen; from elsewhere it is never reported.
    pub views: Vec<View>,
    /// What to tell the person.
    pub message: Text,
}

impl FormCheck {
    /// By how much a value is outside the range, in the check's unit; 0 within.
    #[must_use]
    pub fn excess(&self, value: f32) -> f32 {
        let under = self.min.map_or(0.0, |min| min - value);
        let over = self.max.map_or(0.0, |max| value - max);
        under.max(over).max(0.0)
    }
}

/// One exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// Unique, such as `squat`.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Text,
    /// The joint whose range is reported, left and right.
    pub primary_joint_pair: [BodyAngle; 2],
    /// Degrees of the primary joint at lockout.
    pub up_angle: f32,
    /// Degrees of the primary joint at the turn.
    pub down_angle: f32,
    /// Which height rises and returns once a repetition.
    pub signal: Signal,
    /// What the recogniser calls it. An exercise that the recogniser has not learnt has gates.
    #[serde(default)]
    pub recogniser: Option<Arc<str>>,
    /// Hands or feet that carry the body, or the shoulder that the arm turns about: what must stay.
    pub anchor: Anchor,
    /// What a cycle of the signal must look like; the weakest decides.
    #[serde(default)]
    pub gates: Vec<Gate>,
    /// At least two.
    pub form_checks: Vec<FormCheck>,
}

/// The end of the moving limb that stays where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// The feet stand.
    Feet,
    /// The hands carry.
    Hands,
    /// The shoulder stays, the hand moves.
    Shoulders,
}

/// All exercises that the core can tell apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    schema: u32,
    exercises: Vec<Exercise>,
}

impl Catalogue {
    /// A checked catalogue from its JSON text.
    ///
    /// # Errors
    /// [`Error::Exercise`] where the text is no catalogue of [`SCHEMA`], or an exercise contradicts itself.
    pub fn from_json(text: &str) -> Result<Self> {
        let catalogue: Self = serde_json::from_str(text)
            .map_err(|error| wrong("(catalogue)", format!("a catalogue of schema {SCHEMA}"), error.to_string()))?;
        catalogue.check()?;
        Ok(catalogue)
    }

    /// In the catalogue's order.
    #[must_use]
    pub fn exercises(&self) -> &[Exercise] {
        &self.exercises
    }

    /// The exercise of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Exercise> {
        self.exercises.iter().find(|exercise| &*exercise.id == id)
    }

    /// The same catalogue with that exercise alone; none of them where it has no such exercise.
    #[must_use]
    pub fn only(&self, id: &str) -> Self {
        Self { schema: self.schema, exercises: self.get(id).cloned().into_iter().collect() }
    }

    /// What a repetition of that likeness is, knowing what is done here: where two look alike, rather what the catalogue
    /// names (Bayes' rule).
    #[must_use]
    pub fn expecting(&self, likeness: &[f32; OUTCOMES]) -> [f32; OUTCOMES] {
        let mut named = [UNNAMED; OUTCOMES];
        named[0] = 1.0;
        for outcome in self.exercises.iter().filter_map(Exercise::outcome) {
            named[outcome] = 1.0;
        }
        let often = std::array::from_fn(|place| likeness[place] * named[place]);
        let all: f32 = often.iter().sum();
        often.map(|one: f32| if all > 0.0 { one / all } else { 0.0 })
    }

    fn check(&self) -> Result<()> {
        if self.schema != SCHEMA {
            return Err(wrong("(catalogue)", format!("schema {SCHEMA}"), self.schema.to_string()));
        }
        if self.exercises.is_empty() {
            return Err(wrong("(catalogue)", "an exercise".into(), "none".into()));
        }
        for (index, exercise) in self.exercises.iter().enumerate() {
            if self.exercises[..index].iter().any(|other| other.id == exercise.id) {
                return Err(wrong(&exercise.id, "an id of its own".into(), "one given twice".into()));
            }
            exercise.check()?;
        }
        Ok(())
    }
}

impl Exercise {
    /// Degrees between lockout and turn.
    #[must_use]
    pub fn range(&self) -> f32 {
        (self.up_angle - self.down_angle).abs()
    }

    /// Its place in what the recogniser says; `None` where that does not know it.
    fn outcome(&self) -> Option<usize> {
        self.recogniser.as_deref().and_then(outcome)
    }

    /// How much a repetition of that likeness is one of this, before its gates. Less is enough where somebody said that it
    /// is the exercise they do, `alone`.
    #[must_use]
    pub fn recognised(&self, likeness: &[f32; OUTCOMES], alone: bool) -> f32 {
        match self.outcome() {
            Some(outcome) if alone => likeness[outcome].sqrt(),
            Some(outcome) => likeness[outcome],
            None => 0.0,
        }
    }

    /// How far the gates let a cycle through: the weakest decides.
    #[must_use]
    pub fn gated(&self, measures: &Measures) -> f32 {
        self.gates.iter().map(|gate| gate.evidence(measures)).fold(1.0, f32::min)
    }

    /// How much a cycle looks like this by its gates alone. Hands that carry the body carry it together,
    /// and the mean of two arms of which only one moved shows nothing.
    #[must_use]
    pub fn evidence(&self, cycle: &Cycle, measures: &Measures) -> f32 {
        let both = cycle.channel == Channel::Arm(Side::Both);
        let alone = measures.get(Measure::Together).is_some_and(|share| share < TOGETHER - 0.1);
        let shown = match self.anchor {
            Anchor::Hands => both,
            Anchor::Shoulders => !(both && alone),
            Anchor::Feet => true,
        };
        let sought = self.recogniser.is_none() && shown && cycle.channel.signal() == self.signal;
        if sought { self.gated(measures) } else { 0.0 }
    }

    fn check(&self) -> Result<()> {
        let fail = |expected: &str, got: String| Err(wrong(&self.id, expected.into(), got));
        if !self.name.contains_key("en") {
            return fail("a name in English (`en`)", format!("{:?}", self.name.keys()));
        }
        for (key, degrees) in [("up_angle", self.up_angle), ("down_angle", self.down_angle)] {
            if !(0.0..=180.0).contains(&degrees) {
                return fail(&format!("{key} from 0 to 180 degrees"), degrees.to_string());
            }
        }
        if self.range() < 10.0 {
            return fail(
                "up_angle and down_angle 10 degrees apart",
                format!("{} and {}", self.up_angle, self.down_angle),
            );
        }
        match &self.recogniser {
            Some(class) if outcome(class).is_none() => {
                return fail(&format!("a recogniser's class: {}", CLASSES.join(", ")), class.to_string());
            }
            None if self.gates.is_empty() => return fail("`recogniser` or a gate", "neither".into()),
            _ => {}
        }
        if let Some(gate) = self.gates.iter().find(|gate| !gate.is_sound(self.signal)) {
            return fail("gates of the signal's measures whose `none` and `full` differ", format!("{gate:?}"));
        }
        if self.form_checks.len() < FEWEST_CHECKS {
            return fail("two form checks", self.form_checks.len().to_string());
        }
        for (index, check) in self.form_checks.iter().enumerate() {
            if self.form_checks[..index].iter().any(|other| other.id == check.id) {
                return fail("form checks with ids of their own", format!("`{}` twice", check.id));
            }
            let limits = check.joint.limits();
            let range = (check.min.unwrap_or(*limits.start()), check.max.unwrap_or(*limits.end()));
            let within = limits.contains(&range.0) && limits.contains(&range.1);
            if (check.min.is_none() && check.max.is_none()) || range.0 >= range.1 || !within {
                return fail(
                    &format!("a form check with min below max, both from {} to {}", limits.start(), limits.end()),
                    format!("`{}`: {:?} to {:?}", check.id, check.min, check.max),
                );
            }
            if check.views.is_empty() || !check.message.contains_key("en") {
                return fail("a form check with views and an English message", format!("`{}`", check.id));
            }
        }
        Ok(())
    }
}

fn wrong(exercise: &str, expected: String, got: String) -> Error {
    Error::Exercise { exercise: exercise.into(), expected, got }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_that_look_alike_it_is_the_one_that_the_catalogue_names() {
        let exercise = r#"{"id": "raise", "name": {"en": "Raise"}, "primary_joint_pair": ["left_shoulder", "right_shoulder"],
            "up_angle": 15, "down_angle": 90, "signal": "arms", "recogniser": "lateral_raise", "anchor": "feet",
            "form_checks": [CHECK, CHECK]}"#;
        let check = r#"{"id": "ID", "joint": "trunk_lean", "max": 50, "phase": "turn", "views": ["side"],
            "message": {"en": "Chest up"}}"#;
        let exercise = exercise.replacen("CHECK", &check.replace("ID", "one"), 1).replace("CHECK", check);
        let catalogue = Catalogue::from_json(&format!(r#"{{"schema": 1, "exercises": [{exercise}]}}"#)).unwrap();
        let [lateral, front] = ["lateral_raise", "front_raise"].map(|class| outcome(class).unwrap());
        let expecting = |shares: [f32; 3]| {
            let mut likeness = [0.0; OUTCOMES];
            [likeness[0], likeness[lateral], likeness[front]] = shares;
            let expected = catalogue.expecting(&likeness);
            [expected[0], expected[lateral], expected[front]].map(|share| format!("{share:.2}"))
        };
        assert_eq!(expecting([0.0, 0.5, 0.5]), ["0.00", "0.93", "0.07"]);
        assert_eq!(expecting([0.0, 0.01, 0.99]), ["0.00", "0.13", "0.87"], "what is plain stays so");
        assert_eq!(expecting([0.5, 0.5, 0.0]), ["0.50", "0.50", "0.00"], "nothing is as frequent as what is named");
        assert_eq!(expecting([0.0; 3]), ["0.00"; 3], "of nobody nothing is known");
    }
}
