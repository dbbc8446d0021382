"""A set as its owner corrects it: what was counted stays as it is, the correction stands beside it and can be undone.

Every request has a key of the asker's making, so that one that is sent again after a lost answer is done once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from gymbox.errors import StorageError, UnknownError
from gymbox.storage import views
from gymbox.storage.models import ExerciseSet, SetChange

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def edit(
    session: Session, set_id: str, *, key: str, now: datetime, exercise: str | None = None, reps: int | None = None
) -> views.Set:
    """Correct the exercise, the repetitions, or both.

    Raises:
        UnknownError: there is no such set, or it is deleted.
        StorageError: `reps` is negative, nothing is corrected, or `key` was used for another set.
    """
    if exercise is None and reps is None:
        raise StorageError(f"set {set_id}: expected an exercise or repetitions to correct, got neither")
    if reps is not None and not 0 <= reps <= 10_000:
        raise StorageError(f"set {set_id}: expected 0 to 10,000 repetitions, got {reps}")
    row = _row(session, set_id)
    if _asked_before(session, set_id, key):
        return views.Set.of(row)
    if row.deleted_at is not None:
        raise UnknownError(f"set {set_id}: it is deleted; undo that first")
    _remember(session, row, key, now)
    row.corrected_exercise = exercise or row.corrected_exercise
    row.corrected_reps = row.corrected_reps if reps is None else reps
    return views.Set.of(row)


def delete(session: Session, set_id: str, *, key: str, now: datetime) -> views.Set:
    """Mark the set as deleted: no longer shown nor summed up, and still there to be undone.

    Raises:
        UnknownError: there is no such set.
        StorageError: `key` was used for another set.
    """
    row = _row(session, set_id)
    if not _asked_before(session, set_id, key) and row.deleted_at is None:
        _remember(session, row, key, now)
        row.deleted_at = now
    return views.Set.of(row)


def undo(session: Session, set_id: str, *, key: str) -> views.Set:
    """Take back the newest change that still holds.

    Raises:
        UnknownError: there is no such set.
        StorageError: nothing is left to undo, or `key` was used for another set.
    """
    row = _row(session, set_id)
    done = session.scalars(select(SetChange).where(SetChange.undone_by == key)).first()
    if done is not None and done.set_id != set_id:
        raise StorageError(f"set {set_id}: the key {key!r} was used for set {done.set_id}")
    if done is not None:
        return views.Set.of(row)
    change = session.scalars(
        select(SetChange)
        .where(SetChange.set_id == set_id, SetChange.undone_by.is_(None))
        .order_by(SetChange.id.desc())
        .limit(1)
    ).first()
    if change is None:
        raise StorageError(f"set {set_id}: there is nothing to undo")
    row.corrected_exercise = change.before["exercise"]
    row.corrected_reps = change.before["reps"]
    row.deleted_at = None  # whatever is undone, a change was possible only while it was not deleted
    change.undone_by = key
    return views.Set.of(row)


def _row(session: Session, set_id: str) -> ExerciseSet:
    row = session.get(ExerciseSet, set_id)
    if row is None:
        raise UnknownError(f"set {set_id[:80]}: there is none")
    return row


def _asked_before(session: Session, set_id: str, key: str) -> bool:
    change = session.scalars(select(SetChange).where(SetChange.key == key)).first()
    if change is not None and change.set_id != set_id:
        raise StorageError(f"set {set_id}: the key {key!r} was used for set {change.set_id}")
    return change is not None


def _remember(session: Session, row: ExerciseSet, key: str, now: datetime) -> None:
    before = {"exercise": row.corrected_exercise, "reps": row.corrected_reps}
    session.add(SetChange(set_id=row.id, key=key, at=now, before=before))
    session.flush()
