"""What the operator has to know, kept until it was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from gymbox.storage import views
from gymbox.storage.models import Incident

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

_log = structlog.get_logger(__name__)


def note(session: Session, kind: str, detail: str, *, now: datetime) -> None:
    """Keep it and log it; the same one that nobody has seen yet is not repeated."""
    _log.error(kind, detail=detail)
    known = select(Incident.id).where(Incident.kind == kind, Incident.detail == detail, Incident.seen_at.is_(None))
    if session.scalar(known.limit(1)) is None:
        session.add(Incident(at=now, kind=kind, detail=detail))
        session.flush()


def unseen(session: Session) -> list[views.Incident]:
    """What nobody has confirmed to have seen, oldest first."""
    rows = session.scalars(select(Incident).where(Incident.seen_at.is_(None)).order_by(Incident.id))
    return [views.Incident.model_validate(row) for row in rows]


def see(session: Session, incident_id: int, *, now: datetime) -> None:
    """The operator has seen it."""
    if row := session.get(Incident, incident_id):
        row.seen_at = row.seen_at or now
