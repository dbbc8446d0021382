"""The rows of replay clips: written after the file, deleted before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from gymbox.errors import UnknownError
from gymbox.identity import TrackName
from gymbox.storage import history, people, views
from gymbox.storage.models import Clip, ExerciseSet, Track

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy.orm import Session

    from gymbox.events import ClipReady
    from gymbox.privacy import Zones


def add(session: Session, ready: ClipReady, file: str, *, hides: Zones, lived_s: int) -> views.Clip:
    """Keep a clip whose `file` lies synced in the clips folder, and link it from the set's alert.

    Raises:
        UnknownError: whom it shows was forgotten meanwhile, and so must the file be.
    """
    track = session.get(Track, ready.track_id)
    if track is None or people.has_left(session, track):
        raise UnknownError(f"clip {ready.clip_id}: there is nobody of track {ready.track_id} any more")
    row = session.get(Clip, ready.clip_id)
    if row is None:
        row = Clip(
            id=ready.clip_id,
            alert_id=ready.alert_id,
            track_id=ready.track_id,
            set_id=ready.set_id,
            file=file,
            start_ns=ready.start_ns,
            duration_s=ready.duration_s,
            aspect=ready.aspect,
            size_bytes=ready.size_bytes,
            hides=_listed(hides),
            at=ready.at,
            lived_s=lived_s,
        )
        session.add(row)
    _link(session, ready.set_id, {ready.alert_id: ready.clip_id})
    return history.clip_of(row)


def repaint(session: Session, clip_id: str, *, size_bytes: int, hides: Zones) -> None:
    """Keep that the clip's file hides these zones from now on; one that is gone meanwhile stays so."""
    if row := session.get(Clip, clip_id):
        row.size_bytes, row.hides = size_bytes, _listed(hides)


def showing(session: Session, camera_id: str, zones: Zones) -> list[views.Clip]:
    """The clips of a camera in which something is to be seen that `zones` are to hide, newest first."""
    rows = session.scalars(select(Clip).order_by(Clip.at.desc(), Clip.id))
    found = (history.clip_of(row) for row in rows if TrackName.parse(row.track_id).camera_id == camera_id)
    return [clip for clip in found if clip.shows(zones)]


def remove(session: Session, rows: Iterable[Clip]) -> list[str]:
    """Delete these rows and their links, and return the files, which go once this is committed."""
    files = []
    for row in rows:
        _link(session, row.set_id, {row.alert_id: None})
        session.delete(row)
        files.append(row.file)
    return files


def strays(session: Session, folder: Path) -> list[Path]:
    """Files in the clips folder without a row, left by a crash. Ask only while no clip is being cut."""
    known = set(session.scalars(select(Clip.file)))
    return [path for path in sorted(folder.glob("*")) if path.is_file() and path.name not in known]


def _listed(zones: Zones) -> list[list[list[float]]]:
    return [[list(corner) for corner in zone] for zone in zones]


def _link(session: Session, set_id: str, clip_of_alert: dict[str, str | None]) -> None:
    if row := session.get(ExerciseSet, set_id):
        row.alerts = [
            alert | {"clip_id": clip_of_alert.get(alert["alert_id"], alert["clip_id"])} for alert in row.alerts
        ]
