"""The bus's events in the words of a phone."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any, Final

from gymbox import events
from gymbox.exercises import get_exercise
from gymbox.hub import words
from gymbox.hub.client import framed

if TYPE_CHECKING:
    from gymbox.events import Event
    from gymbox.hub.position import Position
    from gymbox.hub.route import Out

SECOND: Final = 1_000_000_000
DIGITS: Final = 4
"""Of a coordinate 0 to 1: a tenth of a pixel, and half the bytes."""


@singledispatch
def told(_event: Event) -> words.Numbered | None:
    """The message for the person that an event is about; none where it is nothing to them."""
    return None


def frame(message: words.Numbered | words.Standing, position: Position) -> bytes:
    """The message as it goes to a client that stands at `position` once it has it."""
    return at_once(message.model_copy(update={"cursor": str(position)}))


def at_once(message: Out) -> bytes:
    """A message of the moment as it goes to a client."""
    return framed(message.model_dump_json().encode())


def figure(event: events.PerceptionEvent) -> words.Figure:
    """Somebody as a skeleton."""
    return words.Figure(
        track_id=event.track_id,
        camera_id=event.camera_id,
        t_ns=event.t_ns,
        aspect=_short(event.aspect),
        bbox=(_short(event.bbox[0]), _short(event.bbox[1]), _short(event.bbox[2]), _short(event.bbox[3])),
        keypoints=tuple((_short(x), _short(y), _short(score)) for x, y, score in event.keypoints),
    )


def advice(exercise: str, check: str) -> dict[str, str]:
    """What to tell the person, by language; nothing where this gymbox does not know the check."""
    try:
        return get_exercise(exercise).check(check).message
    except (KeyError, StopIteration):
        return {}


@told.register
def _rep(event: events.RepCountedEvent) -> words.RepCounted:
    found: dict[str, Any] = {}
    if rep := event.rep:
        found = rep.model_dump(include={"exercise", "kind", "number", "range_of_motion", "symmetry"})
        found |= {"down_s": _seconds(rep.start_ns, rep.turn_ns), "up_s": _seconds(rep.turn_ns, rep.end_ns)}
    return words.RepCounted(data=words.Repetition(**_of_track(event), set_id=event.set_id, state=event.state, **found))


@told.register
def _alert(event: events.FormAlertEvent) -> words.FormAlert:
    fields = event.model_dump(include={"alert_id", "set_id", "exercise", "check", "rep", "measured", "min", "max"})
    data = words.Fault(**_of_track(event), **fields, message=advice(event.exercise, event.check))
    return words.FormAlert(data=data)


@told.register
def _begun(event: events.SetStartedEvent) -> words.SetStarted:
    return words.SetStarted(data=words.SetBegun(**_of_track(event), set_id=event.set_id, exercise=event.exercise))


@told.register
def _done(event: events.SetFinishedEvent) -> words.SetFinished:
    fields = event.model_dump(include={"set_id", "exercise", "reps", "partial_reps", "form_score"})
    data = words.SetDone(**_of_track(event), **fields, duration_s=_seconds(event.start_ns, event.end_ns))
    return words.SetFinished(data=data)


@told.register
def _sentence(event: events.GuidanceMessage) -> words.Guidance:
    fields = event.model_dump(include={"set_id", "alert_id", "text", "language", "kind", "source"})
    return words.Guidance(data=words.Sentence(**_of_track(event), **fields))


@told.register
def _clip(event: events.ClipReady) -> words.ClipReady:
    fields = event.model_dump(include={"clip_id", "alert_id", "set_id", "duration_s"})
    return words.ClipReady(data=words.ClipMade(**_of_track(event), **fields))


@told.register
def _linked(event: events.TrackLinkedEvent) -> words.TrackLinked:
    data = words.TrackChange(**_of_track(event), camera_id=event.camera_id, reason=event.reason)
    return words.TrackLinked(data=data)


@told.register
def _left(event: events.TrackEndedEvent) -> words.TrackEnded:
    return words.TrackEnded(data=words.TrackChange(**_of_track(event), camera_id=event.camera_id, reason=None))


@told.register
def _over(event: events.SessionEndedEvent) -> words.SessionEnded:
    return words.SessionEnded(data=words.VisitOver(session_id=event.session_id, at=event.at))


def _of_track(event: events.TrackEvent) -> dict[str, Any]:
    return {"track_id": event.track_id, "at": event.at, "t_ns": event.t_ns}


def _seconds(start_ns: int, end_ns: int) -> float:
    return round((end_ns - start_ns) / SECOND, 3)


def _short(coordinate: float) -> float:
    return round(coordinate, DIGITS)
