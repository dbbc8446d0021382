"""What an exercise is, as Pydantic models: the shape that the core reads as JSON (`core-rs/src/exercise/spec.rs`)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Degrees = Annotated[float, Field(ge=0, le=180)]
Limit = Annotated[float, Field(ge=0, le=360)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Text = Annotated[dict[Language, Annotated[str, Field(min_length=1)]], Field(min_length=1)]

BodyAngle = Literal[
    "left_elbow",
    "right_elbow",
    "left_shoulder",
    "right_shoulder",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
]
"""Angles in the picture plane, degrees: 180 is a straight joint."""

Posture = Literal[
    "elbow",
    "shoulder",
    "hip",
    "knee",
    "body_line",
    "trunk_lean",
    "trunk_swing",
    "shoulder_difference",
    "knee_spread",
    "arm_reach",
]
"""What a form check looks at, in the picture plane: degrees; `knee_spread` and `arm_reach` are percent."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ramp(_Model):
    """Evidence from one measure of a repetition: 0 at `none`, 1 at `full`, straight between, in either direction."""

    measure: Identifier
    none: float
    full: float
    unseen: Annotated[float, Field(ge=0, le=1)] = 0.5
    """The evidence where the measure could not be seen."""

    @model_validator(mode="after")
    def _has_a_slope(self) -> Self:
        if self.none == self.full:
            raise ValueError(f"expected `none` and `full` to differ, got {self.none} twice")
        return self


class AnyOf(_Model):
    """The best evidence of several gates."""

    any: Annotated[tuple[Gate, ...], Field(min_length=1)]


Gate = Ramp | AnyOf


class FormCheck(_Model):
    """A joint, or how the body is held, that must stay within a range during one phase of the repetition."""

    id: Identifier
    joint: Posture
    min: Limit | None = None
    max: Limit | None = None
    phase: Literal["rest", "out", "turn", "back"]
    views: Annotated[tuple[Literal["front", "side", "rear", "oblique"], ...], Field(min_length=1)]
    """From where the fault can be seen; from elsewhere it is never reported."""
    message: Text
    """What to tell the person, by language."""

    @field_validator("message")
    @classmethod
    def _speaks_english(cls, message: dict[str, str]) -> dict[str, str]:
        return _in_english(message)

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("expected `min`, `max` or both, got neither")
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"expected `min` below `max`, got {self.min} and {self.max}")
        return self


class Exercise(_Model):
    """One exercise: how people call it, how the core finds it, what good form is."""

    id: Identifier
    name: Text
    primary_joint_pair: tuple[BodyAngle, BodyAngle]
    """The joint whose range is reported, left and right."""
    up_angle: Degrees
    """Of the primary joint at lockout."""
    down_angle: Degrees
    """Of the primary joint at the turn."""
    signal: Identifier
    """Which height rises and returns once a repetition."""
    recogniser: Identifier | None = None
    """What the recogniser calls it; an exercise that it has not learnt has gates."""
    anchor: Literal["feet", "hands", "shoulders"]
    """The end of the moving limb that stays where it is."""
    gates: tuple[Gate, ...] = ()
    """What a repetition must look like; the weakest decides."""
    form_checks: Annotated[tuple[FormCheck, ...], Field(min_length=2)]

    def check(self, name: str) -> FormCheck:
        """The form check of that id, as events name it."""
        return next(check for check in self.form_checks if check.id == name)

    @field_validator("name")
    @classmethod
    def _speaks_english(cls, name: dict[str, str]) -> dict[str, str]:
        return _in_english(name)

    @field_validator("form_checks")
    @classmethod
    def _tells_checks_apart(cls, checks: tuple[FormCheck, ...]) -> tuple[FormCheck, ...]:
        _distinct("form check", [check.id for check in checks])
        return checks


class Catalogue(_Model):
    """All exercises of one file."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    exercises: Annotated[tuple[Exercise, ...], Field(min_length=1)]

    @field_validator("exercises")
    @classmethod
    def _tells_exercises_apart(cls, exercises: tuple[Exercise, ...]) -> tuple[Exercise, ...]:
        _distinct("exercise", [exercise.id for exercise in exercises])
        return exercises


def _in_english(text: dict[str, str]) -> dict[str, str]:
    if "en" not in text:
        raise ValueError(f"expected English (`en`) among the languages, got {sorted(text)}")
    return text


def _distinct(what: str, ids: list[str]) -> None:
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ValueError(f"expected every {what} to have its own id, got {', '.join(twice)} more than once")
