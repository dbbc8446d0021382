"""How far each speaker's events are in the rows: kept in the rows' own transaction, so that an event counts once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from gymbox.bus.subscribe import Cursor
from gymbox.storage.models import StreamCursor

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def cursor(session: Session, speaker: str) -> Cursor | None:
    """Where to go on listening to `speaker`; none where nothing of it was ever stored."""
    row = session.scalars(
        select(StreamCursor).where(StreamCursor.speaker == speaker).order_by(StreamCursor.life.desc()).limit(1)
    ).first()
    return Cursor(row.epoch, row.number) if row else None


def advance(session: Session, speaker: str, to: Cursor) -> bool:
    """Stand at `to`; false where it was passed already, and what it numbers is in the rows."""
    row = session.get(StreamCursor, (speaker, to.epoch))
    if row is None:
        lives = session.scalar(select(func.max(StreamCursor.life)).where(StreamCursor.speaker == speaker))
        session.add(StreamCursor(speaker=speaker, epoch=to.epoch, number=to.number, life=(lives or 0) + 1))
        return True
    if to.number <= row.number:
        return False
    row.number = to.number
    return True
