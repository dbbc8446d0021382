"""The tables. A visit (`GymSession`) has tracks and sets, a set has repetitions; all else hangs on these.

Times come twice: `…_ns` on the monotonic clock of the boot, for durations, and `…_at` as UTC, for people. `lived_s` is
the box's age in seconds of its own running (`odometer`), by which things grow old: no wall clock deletes anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gymbox.storage.columns import Base, Embedding, Nanoseconds, Polygons, RowId, UtcDateTime, Vector


class Camera(Base):
    """A camera and how it last said it was. Its URL, which holds a password, stays in the settings."""

    __tablename__ = "cameras"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    state: Mapped[str | None] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(500), default="")
    codec: Mapped[str | None] = mapped_column(String(32))
    width: Mapped[int | None]
    height: Mapped[int | None]
    fps: Mapped[float | None]
    said_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Device(Base):
    """A paired phone. Its token says `token_id`; once revoked, no token of it is good."""

    __tablename__ = "devices"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    token_id: Mapped[str] = mapped_column(String(64), unique=True)
    paired_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wishes: Mapped[dict[str, Any] | None]
    """How its owner wants to be coached, as `gymbox.wishes.Wishes`; none where they have not said."""


class GymSession(Base):
    """A person's visit. Bound to a phone it is that phone's history; without one the person is forgotten at its end."""

    __tablename__ = "gym_sessions"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    device_id: Mapped[str | None] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lived_s: Mapped[int] = mapped_column(Nanoseconds)


class Track(Base):
    """Someone followed without a break. `reid_embedding` may only be compared with those of one space and version."""

    __tablename__ = "tracks"
    __table_args__ = (Index(None, "reid_space", "reid_version"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    session_id: Mapped[str | None] = mapped_column(ForeignKey("gym_sessions.id", ondelete="CASCADE"), index=True)
    link_reason: Mapped[str | None] = mapped_column(String(16))
    link_score: Mapped[float | None]
    first_ns: Mapped[int] = mapped_column(Nanoseconds)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reid_embedding: Mapped[Vector | None] = mapped_column(Embedding)
    reid_space: Mapped[str | None] = mapped_column(String(64))
    reid_version: Mapped[int | None]
    reid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ExerciseSet(Base):
    """Repetitions of one exercise, as counted, and beside that what its owner corrected."""

    __tablename__ = "exercise_sets"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    session_id: Mapped[str | None] = mapped_column(ForeignKey("gym_sessions.id", ondelete="CASCADE"), index=True)
    track_id: Mapped[str] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), index=True)
    exercise: Mapped[str] = mapped_column(String(64))
    start_ns: Mapped[int] = mapped_column(Nanoseconds)
    end_ns: Mapped[int | None] = mapped_column(Nanoseconds)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rep_count: Mapped[int] = mapped_column(default=0)
    partial_count: Mapped[int] = mapped_column(default=0)
    form_score: Mapped[float | None]
    alerts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Each as `views.Alert`: what was measured, when, and the clip once it is cut."""
    corrected_exercise: Mapped[str | None] = mapped_column(String(64))
    corrected_reps: Mapped[int | None]
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SetChange(Base):
    """One correction of a set, with what it was before. `key` is the asker's: the same asked twice is done once."""

    __tablename__ = "set_changes"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    set_id: Mapped[str] = mapped_column(ForeignKey("exercise_sets.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    before: Mapped[dict[str, Any]]
    undone_by: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The key of the request that took it back."""


class RepEvent(Base):
    """One confirmed repetition."""

    __tablename__ = "rep_events"
    __table_args__ = (UniqueConstraint("set_id", "kind", "number"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    set_id: Mapped[str] = mapped_column(ForeignKey("exercise_sets.id", ondelete="CASCADE"))
    track_id: Mapped[str] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    exercise: Mapped[str] = mapped_column(String(64))
    start_ns: Mapped[int] = mapped_column(Nanoseconds)
    turn_ns: Mapped[int] = mapped_column(Nanoseconds)
    end_ns: Mapped[int] = mapped_column(Nanoseconds)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    range_of_motion: Mapped[float | None]
    depth: Mapped[float]
    peak_velocity: Mapped[float]
    symmetry: Mapped[float | None]
    confidence: Mapped[float]


class PoseFrame(Base):
    """The poses of one track within one second of the monotonic clock, packed as `poses` says."""

    __tablename__ = "pose_frames"

    track_id: Mapped[str] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True)
    second: Mapped[int] = mapped_column(Nanoseconds, primary_key=True, autoincrement=False)
    frames: Mapped[int]
    block: Mapped[bytes] = mapped_column(LargeBinary)
    lived_s: Mapped[int] = mapped_column(Nanoseconds, index=True)


class Notification(Base):
    """A sentence that the coach said to someone."""

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    session_id: Mapped[str | None] = mapped_column(ForeignKey("gym_sessions.id", ondelete="CASCADE"), index=True)
    track_id: Mapped[str] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), index=True)
    set_id: Mapped[str] = mapped_column(String(80))
    alert_id: Mapped[str | None] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(5))
    kind: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    lived_s: Mapped[int] = mapped_column(Nanoseconds, index=True)


class Clip(Base):
    """A replay on disk: `file` lies in the clips folder, whole and synced before this row was written."""

    __tablename__ = "clips"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    alert_id: Mapped[str] = mapped_column(String(16), unique=True)
    track_id: Mapped[str] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), index=True)
    set_id: Mapped[str] = mapped_column(String(80), index=True)
    file: Mapped[str] = mapped_column(String(255), unique=True)
    start_ns: Mapped[int] = mapped_column(Nanoseconds)
    duration_s: Mapped[float]
    aspect: Mapped[float]
    size_bytes: Mapped[int] = mapped_column(Nanoseconds)
    hides: Mapped[Polygons] = mapped_column(default=list)
    """The privacy zones that are black in it."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    lived_s: Mapped[int] = mapped_column(Nanoseconds, index=True)


class Incident(Base):
    """What the operator has to know: a restored database, lost events, a disk that is full."""

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StreamCursor(Base):
    """How far a speaker's numbered events are in these rows; one row for each count that the speaker began."""

    __tablename__ = "stream_cursors"

    speaker: Mapped[str] = mapped_column(String(48), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int] = mapped_column(Nanoseconds)
    life: Mapped[int]
    """1 for the first count of this speaker that was heard, 2 for the next."""


class Odometer(Base):
    """One row: how long the box has lived, and the wall clock when that was written."""

    __tablename__ = "odometer"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, server_default=text("1"))
    lived_s: Mapped[int] = mapped_column(Nanoseconds)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


TABLES: Final = Base.metadata
"""All of the above."""
