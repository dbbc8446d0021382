"""Events become rows: each numbered one exactly once, whatever is heard twice.

The speaker's cursor moves in the transaction of the rows. What must exist for a row to stand (its camera, track, set)
is made where the event that would have told of it was lost.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import event as orm
from sqlalchemy import update
from sqlalchemy.dialects.sqlite import insert

from gymbox.bus.subscribe import Heard
from gymbox.errors import DamagedError
from gymbox.events import (
    BusEvent,
    CameraStatus,
    FormAlertEvent,
    GuidanceMessage,
    PerceptionEvent,
    RepCountedEvent,
    SessionEndedEvent,
    SetFinishedEvent,
    SetStartedEvent,
    TrackEndedEvent,
    TrackEvent,
    TrackLinkedEvent,
)
from gymbox.storage import people, poses, views
from gymbox.storage.columns import has_direction
from gymbox.storage.cursors import advance
from gymbox.storage.incidents import note
from gymbox.storage.models import Camera, ExerciseSet, GymSession, Notification, PoseFrame, RepEvent, Track

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from gymbox.bus.subscribe import Lost
    from gymbox.events import Event

_STORE_REP: Final = insert(RepEvent).on_conflict_do_nothing()
"""Where vision's journal was damaged, it tells a repetition again under another number: it is stored once."""
_SetEvent = RepCountedEvent | FormAlertEvent | SetStartedEvent | SetFinishedEvent


@dataclass(slots=True)
class Recorded:
    """What a batch did."""

    stored: int = 0
    """Events that were new."""
    ended: list[str] = field(default_factory=list)
    """Visits that ended."""


def record(
    session: Session,
    speaker: str,
    heard: Sequence[Heard | Lost],
    *,
    buffer: poses.PoseBuffer,
    lived_s: int,
    now: datetime,
) -> Recorded:
    """Store what was heard from `speaker`. Perceptions go into `buffer` until their second is over."""
    done = Recorded()
    _hold(session)
    for item in heard:
        if item.cursor is not None and not advance(session, speaker, item.cursor):
            continue
        if isinstance(item, Heard):
            done.stored += 1
            _take(session, item.event, buffer, lived_s, done)
        else:
            lost = "an unknown number of" if item.count is None else item.count
            note(session, "events-lost", f"{speaker}: {lost} events: {item.why}", now=now)
    return done


def keep_poses(session: Session, blocks: Mapping[tuple[str, int], poses.Block], *, lived_s: int) -> None:
    """Store blocks by track and second, beside what is there of the same second."""
    for (track_id, second), block in blocks.items():
        track = session.get(Track, track_id)
        if track is None or people.has_left(session, track):
            continue
        row = session.get(PoseFrame, (track_id, second))
        whole = block
        with suppress(DamagedError):  # what cannot be read is replaced
            whole = poses.decode(row.block).merged(block) if row else block
        packed = poses.encode(whole)
        session.merge(
            PoseFrame(track_id=track_id, second=second, frames=len(whole.offsets), block=packed, lived_s=lived_s)
        )


def _hold(session: Session) -> None:
    """Keep what is loaded until the batch is over: SQLAlchemy forgets rows that nobody holds, and asks again."""
    held: list[object] = []
    for moment in ("loaded_as_persistent", "pending_to_persistent"):
        orm.listen(session, moment, lambda _, row: held.append(row))


def _take(session: Session, event: Event, buffer: poses.PoseBuffer, lived_s: int, done: Recorded) -> None:  # noqa: C901, PLR0912 -- one arm an event
    match event:
        case PerceptionEvent():
            _perceive(session, event)
            buffer.add(event)
        case SetStartedEvent():
            _set(session, event)
        case RepCountedEvent(state="confirmed"):
            _count(session, event)
        case RepCountedEvent(state="withdrawn"):
            row = session.get(ExerciseSet, event.set_id)
            if row and row.rep_count == row.partial_count == 0:
                session.delete(row)  # there was an alert in it, but it never became a set
        case FormAlertEvent():
            _alert(session, event)
        case SetFinishedEvent():
            _finish(session, event)
        case TrackLinkedEvent():
            _link(session, event, lived_s)
        case TrackEndedEvent():
            _end(session, event)
        case SessionEndedEvent():
            if visit := session.get(GymSession, event.session_id):
                visit.ended_at = event.at
                done.ended.append(visit.id)
        case GuidanceMessage():
            track = _track(session, event)
            session.add(
                Notification(
                    session_id=track.session_id,
                    track_id=track.id,
                    set_id=event.set_id,
                    alert_id=event.alert_id,
                    text=event.text,
                    language=event.language,
                    kind=event.kind,
                    source=event.source,
                    at=event.at,
                    lived_s=lived_s,
                )
            )
        case CameraStatus():
            camera = _camera(session, event)
            camera.state, camera.detail, camera.said_at = event.state, event.detail, event.at
            camera.codec, camera.width, camera.height, camera.fps = event.codec, event.width, event.height, event.fps
        case _:
            pass  # a frame, a provisional repetition, the recorder's own word of a clip: nothing to keep


def _camera(session: Session, event: BusEvent) -> Camera:
    row = session.get(Camera, event.camera_id)
    if row is None:
        row = Camera(id=event.camera_id, detail="")
        session.add(row)
        session.flush()
    return row


def _track(session: Session, event: TrackEvent) -> Track:
    row = session.get(Track, event.track_id)
    if row is None:
        camera = _camera(session, event)
        row = Track(id=event.track_id, camera_id=camera.id, first_ns=event.t_ns, started_at=event.at)
        session.add(row)
        session.flush()
    return row


def _set(session: Session, event: _SetEvent) -> ExerciseSet:
    row = session.get(ExerciseSet, event.set_id)
    if row is not None:
        return row
    track = _track(session, event)
    match event:
        case RepCountedEvent(rep=rep):
            assert rep is not None, "a confirmed repetition is described"
            exercise, start_ns = rep.exercise, rep.start_ns
        case FormAlertEvent():
            exercise, start_ns = event.exercise, event.t_ns
        case _:
            exercise, start_ns = event.exercise, event.start_ns
    row = ExerciseSet(
        id=event.set_id,
        session_id=track.session_id,
        track_id=track.id,
        exercise=exercise,
        start_ns=start_ns,
        started_at=_moment(event, start_ns),
        rep_count=0,
        partial_count=0,
        alerts=[],
    )
    session.add(row)
    session.flush()
    return row


def _count(session: Session, event: RepCountedEvent) -> None:
    rep = event.rep
    assert rep is not None, "a confirmed repetition is described"
    row, track = _set(session, event), _track(session, event)
    values = {"set_id": row.id, "track_id": track.id, "ended_at": _moment(event, rep.end_ns), **rep.model_dump()}
    if not session.connection().execute(_STORE_REP, values).rowcount:
        return
    if rep.kind == "full":
        row.rep_count = max(row.rep_count, rep.number)
    else:
        row.partial_count = max(row.partial_count, rep.number)
    if rep.start_ns < row.start_ns:
        row.start_ns, row.started_at = rep.start_ns, _moment(event, rep.start_ns)


def _alert(session: Session, event: FormAlertEvent) -> None:
    row = _set(session, event)
    if any(alert["alert_id"] == event.alert_id for alert in row.alerts):
        return
    alert = views.Alert.model_validate(event, from_attributes=True)
    row.alerts = [*row.alerts, alert.model_dump(mode="json")]


def _finish(session: Session, event: SetFinishedEvent) -> None:
    """Close the set. A count never goes down: where reps were lost on the way, the finished set knows better."""
    row = _set(session, event)
    row.exercise, row.form_score = event.exercise, event.form_score
    row.start_ns, row.started_at = event.start_ns, _moment(event, event.start_ns)
    row.end_ns, row.ended_at = event.end_ns, _moment(event, event.end_ns)
    row.rep_count = max(row.rep_count, event.reps)
    row.partial_count = max(row.partial_count, event.partial_reps)


def _link(session: Session, event: TrackLinkedEvent, lived_s: int) -> None:
    """Give the track to the visit, with those of its sets that had none; sets of an earlier visit stay there."""
    visit = session.get(GymSession, event.session_id)
    if visit is None:
        session.add(GymSession(id=event.session_id, started_at=event.at, lived_s=lived_s))
    else:
        visit.ended_at = None
    track = _track(session, event)
    session.flush()
    track.session_id, track.link_reason, track.link_score = event.session_id, event.reason, event.score
    for table in (ExerciseSet, Notification):
        session.execute(
            update(table)
            .where(table.track_id == track.id, table.session_id.is_(None))
            .values(session_id=event.session_id)
        )


def _end(session: Session, event: TrackEndedEvent) -> None:
    track = _track(session, event)
    track.ended_at = event.at
    if track.session_id is None and session.get(GymSession, event.session_id) is not None:
        track.session_id = event.session_id  # the word of it was lost


def _perceive(session: Session, event: PerceptionEvent) -> None:
    if event.reid_embedding is None or not has_direction(event.reid_embedding.vector):
        return
    track, seen = _track(session, event), event.reid_embedding
    if people.has_left(session, track):
        return
    track.reid_embedding = np.array(seen.vector, np.float32)
    track.reid_space, track.reid_version, track.reid_at = seen.space, seen.version, event.at


def _moment(event: BusEvent, t_ns: int) -> datetime:
    """The wall time of `t_ns`, by the mapping that the event was stamped with."""
    return event.at + timedelta(microseconds=(t_ns - event.t_ns) // 1000)
