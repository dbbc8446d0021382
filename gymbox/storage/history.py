"""What is asked of the database by those who only read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from gymbox.errors import UnknownError
from gymbox.storage import poses, views
from gymbox.storage.models import Camera, Clip, ExerciseSet, GymSession, Notification, PoseFrame, RepEvent, Track

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def visit(session: Session, session_id: str) -> views.Session:
    """A visit with its sets.

    Raises:
        UnknownError: there is none of this id.
    """
    row = session.get(GymSession, session_id)
    if row is None:
        raise UnknownError(f"session {session_id[:40]}: there is none")
    tracks = session.scalars(select(Track.id).where(Track.session_id == row.id).order_by(Track.started_at, Track.id))
    return views.Session(
        id=row.id,
        device_id=row.device_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        track_ids=tuple(tracks),
        sets=_sets(session, row.id, None),
    )


def visits(session: Session, device_id: str, *, most: int = 100) -> tuple[views.Session, ...]:
    """The visits of a phone, newest first."""
    rows = session.scalars(
        select(GymSession.id)
        .where(GymSession.device_id == device_id)
        .order_by(GymSession.started_at.desc(), GymSession.id)
        .limit(most)
    )
    return tuple(visit(session, session_id) for session_id in rows.all())


def history(session: Session, track_id: str) -> views.History:
    """What the person of a track did in this visit.

    Raises:
        UnknownError: there is no such track.
    """
    track = _track(session, track_id)
    sets = _sets(session, track.session_id, track.id)
    return views.History(track_id=track.id, session_id=track.session_id, sets=sets)


def one_set(session: Session, set_id: str) -> views.Set:
    """A set as it stands, also one that is deleted.

    Raises:
        UnknownError: there is none of this id.
    """
    row = session.get(ExerciseSet, set_id)
    if row is None:
        raise UnknownError(f"set {set_id[:80]}: there is none")
    return views.Set.of(row)


def reps(session: Session, set_id: str) -> tuple[views.Rep, ...]:
    """The repetitions of a set, in the order they ended."""
    rows = session.scalars(select(RepEvent).where(RepEvent.set_id == set_id).order_by(RepEvent.end_ns, RepEvent.id))
    columns = views.Rep.model_fields
    return tuple(views.Rep(**{name: getattr(row, name) for name in columns}) for row in rows)


def notifications(session: Session, session_id: str, *, most: int = 200) -> tuple[views.Notification, ...]:
    """What the coach said in a visit, newest first."""
    rows = session.scalars(
        select(Notification).where(Notification.session_id == session_id).order_by(Notification.id.desc()).limit(most)
    )
    columns = views.Notification.model_fields
    return tuple(views.Notification(**{name: getattr(row, name) for name in columns}) for row in rows)


def clips(session: Session, track_id: str) -> tuple[views.Clip, ...]:
    """The replays of a track's visit, newest first.

    Raises:
        UnknownError: there is no such track.
    """
    track = _track(session, track_id)
    tracks = (
        select(Track.id).where(Track.session_id == track.session_id)
        if track.session_id
        else select(Track.id).where(Track.id == track.id)
    )
    rows = session.scalars(select(Clip).where(Clip.track_id.in_(tracks)).order_by(Clip.at.desc(), Clip.id))
    return tuple(clip_of(row) for row in rows)


def clip(session: Session, clip_id: str) -> views.Clip:
    """One replay.

    Raises:
        UnknownError: there is none of this id, or none any more.
    """
    row = session.get(Clip, clip_id)
    if row is None:
        raise UnknownError(f"clip {clip_id[:40]}: there is none")
    return clip_of(row)


def clips_kept(session: Session) -> tuple[int, int]:
    """How many replays there are, and their bytes."""
    count, size = session.execute(select(func.count(), func.coalesce(func.sum(Clip.size_bytes), 0))).one()
    return int(count), int(size)


def clip_of(row: Clip) -> views.Clip:
    """The view of a row."""
    return views.Clip(**{name: getattr(row, name) for name in views.Clip.model_fields})


@dataclass(frozen=True, slots=True)
class Unclipped:
    """A form alert whose clip is to be cut."""

    alert_id: str
    set_id: str
    track_id: str
    t_ns: int
    at: datetime


def unclipped(session: Session, *, since_ns: int, to_ns: int) -> list[Unclipped]:
    """The alerts of this time, on the monotonic clock of this boot, that have no clip, oldest first."""
    recent = select(ExerciseSet).where(
        ExerciseSet.end_ns.is_(None) | ExerciseSet.end_ns.between(since_ns, to_ns), ExerciseSet.start_ns <= to_ns
    )
    found = [
        Unclipped(alert.alert_id, row.id, alert.track_id, alert.t_ns, alert.at)
        for row in session.scalars(recent)
        for alert in map(views.Alert.model_validate, row.alerts)
        if alert.clip_id is None and since_ns <= alert.t_ns <= to_ns
    ]
    return sorted(found, key=lambda alert: alert.t_ns)


def has_clip(session: Session, alert_id: str) -> bool:
    """Whether this alert's clip was cut."""
    return session.scalar(select(Clip.id).where(Clip.alert_id == alert_id)) is not None


def poses_between(session: Session, track_id: str, start_ns: int, end_ns: int) -> tuple[tuple[int, poses.Block], ...]:
    """The poses of a track from `start_ns` to `end_ns`, by whole seconds, each with the second that it is of."""
    rows = session.execute(
        select(PoseFrame.second, PoseFrame.block)
        .where(
            PoseFrame.track_id == track_id,
            PoseFrame.second.between(start_ns // poses.SECOND, end_ns // poses.SECOND),
        )
        .order_by(PoseFrame.second)
    )
    return tuple((second, poses.decode(block)) for second, block in rows)


def cameras(session: Session) -> tuple[views.Camera, ...]:
    """All cameras that ever said something."""
    rows = session.scalars(select(Camera).order_by(Camera.id))
    return tuple(views.Camera.model_validate(row) for row in rows)


def _track(session: Session, track_id: str) -> Track:
    row = session.get(Track, track_id)
    if row is None:
        raise UnknownError(f"track {track_id[:80]}: there is none")
    return row


def _sets(session: Session, session_id: str | None, track_id: str | None) -> tuple[views.Set, ...]:
    """Of a visit, or of a track where there is no visit."""
    # An alert may come before the first repetition is confirmed, and then there is a row that is no set yet.
    began = (ExerciseSet.rep_count + ExerciseSet.partial_count > 0) | ExerciseSet.ended_at.is_not(None)
    whose = ExerciseSet.track_id == track_id if session_id is None else ExerciseSet.session_id == session_id
    rows = session.scalars(
        select(ExerciseSet)
        .where(whose, ExerciseSet.deleted_at.is_(None), began)
        .order_by(ExerciseSet.started_at, ExerciseSet.id)
    )
    return tuple(views.Set.of(row) for row in rows)
