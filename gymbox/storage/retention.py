"""What goes, and when: by age, and when the disk is nearly full. Clips first, then poses; sets never.

Age is the box's own (`odometer`): a wall clock that jumps deletes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, exists, func, or_, select

from gymbox.storage import clips, people
from gymbox.storage.models import Clip, ExerciseSet, GymSession, Notification, PoseFrame, RepEvent, Track

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from gymbox.config.settings import RetentionSettings

DAY_S: Final = 86_400
LONGEST_VISIT_S: Final = DAY_S
"""After which a stranger's visit is over, even if nobody said so: its end was lost with a crash. What then has no set
is deleted: someone who walked by leaves nothing."""
POSES_AT_ONCE: Final = 3_600
"""Rows of poses (an hour of one person) that go in one step when the disk is nearly full."""


@dataclass(slots=True)
class Swept:
    """What a sweep deleted."""

    clips: int = 0
    poses: int = 0
    notifications: int = 0
    strangers: int = 0
    """Visits that nobody ended."""
    passers_by: int = 0
    """Visits that had no set."""
    full: bool = False
    """The disk is still nearly full, and nothing is left that may go."""


def expire(session: Session, settings: RetentionSettings, *, lived_s: int, swept: Swept) -> list[str]:
    """Delete what is too old, and return the clips' files, which go once this is committed."""
    old = session.scalars(select(Clip).where(Clip.lived_s < lived_s - settings.clips_days * DAY_S)).all()
    files = clips.remove(session, old)
    swept.clips += len(old)
    swept.poses += (
        session.connection()
        .execute(delete(PoseFrame).where(PoseFrame.lived_s < lived_s - settings.poses_days * DAY_S))
        .rowcount
    )
    swept.notifications += (
        session.connection()
        .execute(delete(Notification).where(Notification.lived_s < lived_s - settings.notifications_days * DAY_S))
        .rowcount
    )
    forgotten = session.scalars(
        select(GymSession).where(
            GymSession.ended_at.is_(None),
            GymSession.device_id.is_(None),
            GymSession.lived_s < lived_s - LONGEST_VISIT_S,
        )
    )
    for visit in forgotten.all():
        visit.ended_at = visit.started_at
        files += people.forget_stranger(session, visit.id)
        swept.strangers += 1
    swept.passers_by += _drop_passers_by(session, lived_s)
    return files


def _drop_passers_by(session: Session, lived_s: int) -> int:
    """Delete strangers' tracks that have no set, and their visits, and return how many visits that were."""
    session.flush()
    connection = session.connection()
    over = select(GymSession.id).where(
        GymSession.ended_at.is_not(None), GymSession.device_id.is_(None), GymSession.lived_s < lived_s - LONGEST_VISIT_S
    )
    counted = (
        exists().where(ExerciseSet.track_id == Track.id),
        exists().where(RepEvent.track_id == Track.id),
    )
    connection.execute(delete(Track).where(Track.session_id.in_(over), ~or_(*counted)))
    kept = (
        exists().where(ExerciseSet.session_id == GymSession.id),
        exists().where(Track.session_id == GymSession.id),
    )
    return connection.execute(delete(GymSession).where(GymSession.id.in_(over), ~or_(*kept))).rowcount


def oldest_clip(session: Session) -> Clip | None:
    """The clip that goes first."""
    return session.scalars(select(Clip).order_by(Clip.lived_s, Clip.id).limit(1)).first()


def drop_poses(session: Session) -> int:
    """Delete the oldest poses, and return how many rows that were."""
    newest = select(PoseFrame.lived_s).order_by(PoseFrame.lived_s).offset(POSES_AT_ONCE).limit(1)
    until = session.scalar(newest)
    if until is None:
        until = (session.scalar(select(func.max(PoseFrame.lived_s))) or 0) + 1
    return session.connection().execute(delete(PoseFrame).where(PoseFrame.lived_s < max(until, 1))).rowcount
