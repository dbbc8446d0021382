"""Paired phones: bound to a visit, known by the id in their token, and shut out for good when revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from gymbox.errors import StorageError, UnknownError
from gymbox.storage import views
from gymbox.storage.models import Device, GymSession

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from gymbox.wishes import Wishes


def pair(session: Session, device_id: str, *, token_id: str, name: str, now: datetime) -> views.Device:
    """Add a phone, or give one that is here a new token: the one before is void.

    Raises:
        StorageError: this phone was revoked.
    """
    row = session.get(Device, device_id)
    if row is None:
        row = Device(id=device_id, name=name, token_id=token_id, paired_at=now, seen_at=now)
        session.add(row)
    elif row.revoked_at is not None:
        raise StorageError(f"phone {device_id}: it was revoked at {row.revoked_at:%Y-%m-%d %H:%M}")
    row.name, row.token_id, row.seen_at = name, token_id, now
    session.flush()
    return views.Device.model_validate(row)


def bind(session: Session, session_id: str, device_id: str) -> None:
    """Make the visit this phone's: from here on it outlives its end.

    Raises:
        UnknownError: there is no such visit, or no such phone that is not revoked.
        StorageError: the visit is another phone's. Nobody is ever given another's repetitions.
    """
    visit = session.get(GymSession, session_id)
    if visit is None:
        raise UnknownError(f"session {session_id[:40]}: there is none")
    active(session, device_id)
    if visit.device_id not in {None, device_id}:
        raise StorageError(f"session {session_id}: it is bound to another phone")
    visit.device_id = device_id


def release(session: Session, session_id: str) -> None:
    """Make the visit nobody's again: a phone had claimed it by mistake.

    Raises:
        UnknownError: there is no such visit.
    """
    visit = session.get(GymSession, session_id)
    if visit is None:
        raise UnknownError(f"session {session_id[:40]}: there is none")
    visit.device_id = None


def active(session: Session, device_id: str) -> views.Device:
    """The phone, if it may still come in.

    Raises:
        UnknownError: there is none, or it was revoked.
    """
    row = session.get(Device, device_id)
    if row is None or row.revoked_at is not None:
        raise UnknownError(f"phone {device_id[:64]}: {'there is none' if row is None else 'it was revoked'}")
    return views.Device.model_validate(row)


def wish(session: Session, device_id: str, wishes: Wishes) -> None:
    """Keep how the phone's owner wants to be coached.

    Raises:
        UnknownError: there is no such phone, or it was revoked.
    """
    active(session, device_id)
    session.get_one(Device, device_id).wishes = wishes.model_dump()


def revoke(session: Session, device_id: str, *, now: datetime) -> None:
    """Shut a phone out. Its history stays until it is forgotten.

    Raises:
        UnknownError: there is none.
    """
    session.flush()
    changed = session.connection().execute(
        update(Device).where(Device.id == device_id, Device.revoked_at.is_(None)).values(revoked_at=now)
    )
    if not changed.rowcount and session.get(Device, device_id) is None:
        raise UnknownError(f"phone {device_id[:64]}: there is none")


def devices(session: Session) -> tuple[views.Device, ...]:
    """All phones, newest first."""
    rows = session.scalars(select(Device).order_by(Device.paired_at.desc(), Device.id))
    return tuple(views.Device.model_validate(row) for row in rows)
