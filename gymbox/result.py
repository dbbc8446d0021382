"""What counting gives: frozen models, the same in Python, in JSON and in the table."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True)


class RepResult(_Result):
    """One repetition, from rest over the turn to rest. Times are seconds from the video's start."""

    number: int
    """Position among the set's repetitions of its kind, from 1."""
    kind: Literal["full", "partial"]
    """Partial: under 70 % of the person's usual range in this set."""
    start_s: float
    turn_s: float
    """The bottom of a squat or push-up, the top of a curl or raise."""
    end_s: float
    tempo_down_s: float
    """Seconds of lowering."""
    tempo_up_s: float
    """Seconds of lifting."""
    range_deg: float | None
    """Degrees that the exercise's joint moved, in the picture plane; none where it could not be seen."""
    depth: float
    """Over the person's usual depth in this set: 1 is usual."""
    peak_velocity: float
    """Body heights a second."""
    symmetry: float | None
    """Smaller over larger range of the two sides, 0 to 1; none where one side was unseen."""
    confidence: float
    """How sure it is that this was this exercise, 0 to 1."""


class AlertResult(_Result):
    """A joint that was outside its range for long enough to be no flicker."""

    check: str
    """The form check's id within the exercise."""
    message: str
    """What to tell the person, in English."""
    at_s: float
    rep: int
    """The number that the repetition under way has if it counts."""
    phase: Literal["rest", "out", "turn", "back"]
    measured: float
    """The worst value, in the check's unit."""
    min: float | None
    """Lowest value that is well, if there is one."""
    max: float | None
    """Highest value that is well, if there is one."""


class SetResult(_Result):
    """One person's set of one exercise. Medians are over its full repetitions, or over all where none is full."""

    person: int
    """From 1, in the order in which those who did a set came into the picture."""
    exercise: str
    start_s: float
    end_s: float
    reps: int
    """Confirmed full repetitions."""
    partial_reps: int
    range_deg: float | None
    """Median degrees that the exercise's joint moved; none where it could not be seen."""
    tempo_down_s: float
    """Median seconds of lowering."""
    tempo_up_s: float
    """Median seconds of lifting."""
    form_score: float | None
    """0 to 100; none where the view shows none of the exercise's checks."""
    alerts: tuple[AlertResult, ...]
    rep_list: tuple[RepResult, ...]
    """Full and partial ones in order of time."""


class GapResult(_Result):
    """A stretch of which no picture decodes, in seconds from the video's start."""

    start_s: float
    end_s: float


class CountResult(_Result):
    """All sets of one video, person by person."""

    schema_version: Annotated[Literal[1], Field(alias="schema")] = 1
    source: str
    """The file, as it was given."""
    model: str | None
    """The pose model's name; none for a trace that does not say."""
    device: str | None
    """Where the model ran; none for a trace."""
    complete: bool
    """Whether every picture of the video was seen."""
    gaps: tuple[GapResult, ...]
    """What was not, where it is not complete."""
    sets: tuple[SetResult, ...]
