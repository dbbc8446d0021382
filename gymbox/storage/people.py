"""What is kept about somebody: theirs to see and to have deleted; a stranger's goes by itself as the visit ends.

A person is a phone (its id) or, without one, a single visit. Whoever is forgotten stays so: the ids (random, and
nothing else) go into a ledger beside the database before the rows go, and every start applies the ledger again, since a
backup may have been restored.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from gymbox.errors import UnknownError
from gymbox.storage import history, views
from gymbox.storage.files import write_synced
from gymbox.storage.models import Clip, Device, ExerciseSet, GymSession, Notification, PoseFrame, Track

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session


def export(session: Session, person: str) -> views.Person:
    """Everything that is kept about `person`, a phone's or a visit's id.

    Raises:
        UnknownError: there is neither.
    """
    visits = _visits(session, person)
    device = session.get(Device, person)
    if device is None and not visits:
        raise UnknownError(f"person {person[:64]}: there is no such phone or visit")
    tracks = select(Track.id).where(Track.session_id.in_(visits))
    sessions = tuple(history.visit(session, session_id) for session_id in visits)
    return views.Person(
        person=person,
        device=views.Device.model_validate(device) if device else None,
        sessions=sessions,
        reps={one.id: history.reps(session, one.id) for visit in sessions for one in visit.sets},
        notifications=tuple(note for one in visits for note in history.notifications(session, one, most=100_000)),
        clips=tuple(
            history.clip_of(row)
            for row in session.scalars(select(Clip).where(Clip.track_id.in_(tracks)).order_by(Clip.at))
        ),
        pose_seconds=session.scalar(select(func.count()).where(PoseFrame.track_id.in_(tracks))) or 0,
        embeddings=session.scalar(select(func.count()).where(Track.id.in_(tracks), Track.reid_embedding.is_not(None)))
        or 0,
    )


def forget(session: Session, person: str) -> list[str]:
    """Delete all rows about `person`, and return the clips' files, which go once this is committed."""
    visits = _visits(session, person)
    files = _clip_files(session, visits)
    session.execute(delete(GymSession).where(GymSession.id.in_(visits)))  # tracks, sets, reps, poses, clips go with it
    session.execute(delete(Device).where(Device.id == person))
    session.expire_all()
    return files


def forget_stranger(session: Session, session_id: str) -> list[str]:
    """Delete what could show or tell who it was: pictures, poses, appearance, what the coach said.

    The sets remain as numbers of nobody. A visit that is bound to a phone is left alone. Returns the clips' files.
    """
    visit = session.get(GymSession, session_id)
    if visit is None or visit.device_id is not None:
        return []
    files = _clip_files(session, [session_id])
    tracks = select(Track.id).where(Track.session_id == session_id).scalar_subquery()
    for table in (Clip, PoseFrame, Notification):
        session.execute(delete(table).where(table.track_id.in_(tracks)))
    nothing = {"reid_embedding": None, "reid_space": None, "reid_version": None, "reid_at": None}
    session.execute(update(Track).where(Track.session_id == session_id).values(nothing))
    for row in session.scalars(select(ExerciseSet).where(ExerciseSet.session_id == session_id)):
        row.alerts = [alert | {"clip_id": None} for alert in row.alerts]
    return files


def is_over(session: Session, session_id: str) -> bool:
    """Whether somebody's visit has ended."""
    visit = session.get(GymSession, session_id)
    return visit is not None and visit.ended_at is not None


def has_left(session: Session, track: Track) -> bool:
    """Whether the track's visit is over and bound to no phone: what shows or tells who it was is kept no more."""
    visit = session.get(GymSession, track.session_id) if track.session_id else None
    return visit is not None and visit.ended_at is not None and visit.device_id is None


def _visits(session: Session, person: str) -> Sequence[str]:
    found = select(GymSession.id).where((GymSession.device_id == person) | (GymSession.id == person))
    return session.scalars(found.order_by(GymSession.started_at, GymSession.id)).all()


def _clip_files(session: Session, visits: Sequence[str]) -> list[str]:
    tracks = select(Track.id).where(Track.session_id.in_(visits)).scalar_subquery()
    return [*session.scalars(select(Clip.file).where(Clip.track_id.in_(tracks)))]


class Ledger:
    """The ids of those who asked to be forgotten, one JSON string a line; it outlives the database."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def people(self) -> list[str]:
        """All of them."""
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        return [str(json.loads(line)) for line in lines]

    def add(self, person: str) -> None:
        """Put `person` on disk, before a row is touched."""
        lines = [json.dumps(one) + "\n" for one in dict.fromkeys([*self.people(), person])]
        write_synced(self._path, "".join(lines).encode())
