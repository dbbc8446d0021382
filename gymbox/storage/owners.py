"""Whose something is: the visit that it belongs to, and the phone that the visit is bound to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from gymbox.errors import UnknownError
from gymbox.storage.models import Clip, ExerciseSet, GymSession, Track

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Owner:
    """Nobody, a stranger's visit, or a phone and its visit."""

    session_id: str | None
    device_id: str | None


def of_session(session: Session, session_id: str) -> Owner:
    """Of a visit; `UnknownError` where there is none."""
    return Owner(session_id, _found(session.get(GymSession, session_id), "session", session_id).device_id)


def of_track(session: Session, track_id: str) -> Owner:
    """Of a track; `UnknownError` where there is none."""
    return _of_visit(session, _found(session.get(Track, track_id), "track", track_id).session_id)


def of_set(session: Session, set_id: str) -> Owner:
    """Of a set; `UnknownError` where there is none."""
    return _of_visit(session, _found(session.get(ExerciseSet, set_id), "set", set_id).session_id)


def of_clip(session: Session, clip_id: str) -> Owner:
    """Of a replay; `UnknownError` where there is none."""
    return of_track(session, _found(session.get(Clip, clip_id), "clip", clip_id).track_id)


def open_visit(session: Session, device_id: str) -> str | None:
    """The visit of a phone that goes on now, if there is one."""
    going = select(GymSession.id).where(GymSession.device_id == device_id, GymSession.ended_at.is_(None))
    return session.scalar(going.order_by(GymSession.started_at.desc()).limit(1))


def claimed(session: Session, session_ids: Collection[str]) -> frozenset[str]:
    """Those of these visits that a phone has."""
    bound = select(GymSession.id).where(GymSession.id.in_(session_ids), GymSession.device_id.is_not(None))
    return frozenset(session.scalars(bound))


def _of_visit(session: Session, session_id: str | None) -> Owner:
    return of_session(session, session_id) if session_id else Owner(None, None)


def _found(row: RowT | None, what: str, row_id: str) -> RowT:
    if row is None:
        raise UnknownError(f"{what} {row_id[:80]}: there is none")
    return row
