"""What the coach asks of the database: whom a visit belongs to and what they wish, and what they did before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from gymbox.storage import history, views
from gymbox.storage.models import Device, ExerciseSet, GymSession
from gymbox.wishes import Wishes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class PastSet:
    """A set that is over, with its repetitions."""

    set: views.Set
    reps: tuple[views.Rep, ...]


def wishes(session: Session, session_id: str) -> Wishes | None:
    """How the owner of a visit's phone wants to be coached; none without a phone, or where they have not said."""
    found = select(Device.wishes).join(GymSession, GymSession.device_id == Device.id).where(GymSession.id == session_id)
    said = session.scalar(found)
    return Wishes.model_validate(said) if said else None


def past_sets(session: Session, session_id: str, exercise: str, *, but: str, most: int = 8) -> tuple[PastSet, ...]:
    """Earlier sets of an exercise, newest first: of all the phone's visits, or of this one where no phone has it.

    Args:
        session: the database.
        session_id: the visit.
        exercise: as its owner may have corrected it.
        but: the set that is under way.
        most: how many.
    """
    visit = session.get(GymSession, session_id)
    if visit is None:
        return ()
    whose = GymSession.id == session_id if visit.device_id is None else GymSession.device_id == visit.device_id
    rows = session.scalars(
        select(ExerciseSet)
        .join(GymSession, GymSession.id == ExerciseSet.session_id)
        .where(
            whose,
            func.coalesce(ExerciseSet.corrected_exercise, ExerciseSet.exercise) == exercise,
            ExerciseSet.ended_at.is_not(None),
            ExerciseSet.deleted_at.is_(None),
            ExerciseSet.id != but,
        )
        .order_by(ExerciseSet.started_at.desc(), ExerciseSet.id)
        .limit(most)
    )
    return tuple(PastSet(views.Set.of(row), history.reps(session, row.id)) for row in rows.all())
