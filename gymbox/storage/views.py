"""What a reader gets: frozen, checked, ready to be sent; never a row that is still bound to a connection."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict

from gymbox.wishes import Wishes

if TYPE_CHECKING:
    from gymbox.privacy import Zones
    from gymbox.storage import models


class View(BaseModel):
    """Anything that is read from the database."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        from_attributes=True,
        json_schema_serialization_defaults_required=True,
        use_attribute_docstrings=True,
    )


class Alert(View):
    """A form alert as its set keeps it."""

    alert_id: str
    track_id: str
    check: str
    phase: str
    rep: int
    measured: float
    min: float | None
    max: float | None
    t_ns: int
    at: datetime
    clip_id: str | None = None
    """Once the clip lies on disk."""


class Rep(View):
    """A confirmed repetition."""

    number: int
    kind: str
    exercise: str
    track_id: str
    start_ns: int
    turn_ns: int
    end_ns: int
    ended_at: datetime
    range_of_motion: float | None
    depth: float
    peak_velocity: float
    symmetry: float | None
    confidence: float


class Set(View):
    """A set: `exercise` and `reps` as they hold now, beside what was counted."""

    id: str
    session_id: str | None
    track_id: str
    exercise: str
    reps: int
    counted_exercise: str
    counted_reps: int
    partial_reps: int
    corrected: bool
    deleted: bool
    started_at: datetime
    ended_at: datetime | None
    """None while it goes on."""
    form_score: float | None
    alerts: tuple[Alert, ...]

    @classmethod
    def of(cls, row: models.ExerciseSet) -> Self:
        """The view of a row."""
        return cls(
            id=row.id,
            session_id=row.session_id,
            track_id=row.track_id,
            exercise=row.corrected_exercise or row.exercise,
            reps=row.rep_count if row.corrected_reps is None else row.corrected_reps,
            counted_exercise=row.exercise,
            counted_reps=row.rep_count,
            partial_reps=row.partial_count,
            corrected=row.corrected_exercise is not None or row.corrected_reps is not None,
            deleted=row.deleted_at is not None,
            started_at=row.started_at,
            ended_at=row.ended_at,
            form_score=row.form_score,
            alerts=tuple(Alert.model_validate(alert) for alert in row.alerts),
        )


class Session(View):
    """A visit with its sets, oldest first; deleted sets are left out."""

    id: str
    device_id: str | None
    started_at: datetime
    ended_at: datetime | None
    track_ids: tuple[str, ...]
    sets: tuple[Set, ...]


class History(View):
    """What a track's person did in this visit; only the track's own sets where it belongs to no visit."""

    track_id: str
    session_id: str | None
    sets: tuple[Set, ...]


class Notification(View):
    """A sentence of the coach."""

    id: int
    track_id: str
    set_id: str
    alert_id: str | None
    text: str
    language: str
    kind: str
    source: str
    at: datetime


class Clip(View):
    """A replay; `file` lies in the clips folder."""

    id: str
    alert_id: str
    track_id: str
    set_id: str
    file: str
    start_ns: int
    """Of its first picture."""
    duration_s: float
    aspect: float
    """Width of its picture over its height."""
    size_bytes: int
    hides: tuple[tuple[tuple[float, float], ...], ...] = ()
    """The privacy zones that are black in it: polygons, 0 to 1 over the picture."""
    at: datetime

    def shows(self, zones: Zones) -> bool:
        """Whether something is to be seen that one of `zones` is to hide."""
        return not {tuple(map(tuple, zone)) for zone in zones} <= set(self.hides)


class Camera(View):
    """A camera as it last said it was."""

    id: str
    state: str | None
    detail: str
    codec: str | None
    width: int | None
    height: int | None
    fps: float | None
    said_at: datetime | None


class Device(View):
    """A paired phone."""

    id: str
    name: str
    token_id: str
    paired_at: datetime
    seen_at: datetime
    revoked_at: datetime | None
    wishes: Wishes | None


class Incident(View):
    """Something the operator has to know."""

    id: int
    at: datetime
    kind: str
    detail: str
    seen_at: datetime | None


class Person(View):
    """Everything that is kept about somebody, for themselves."""

    person: str
    device: Device | None
    sessions: tuple[Session, ...]
    reps: dict[str, tuple[Rep, ...]]
    """By set."""
    notifications: tuple[Notification, ...]
    clips: tuple[Clip, ...]
    pose_seconds: int
    """Seconds of poses, for replays; they are in no readable form and go by themselves."""
    embeddings: int
    """Tracks with an appearance."""
