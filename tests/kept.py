"""A store with something in it, for tests of what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gymbox.bus.subscribe import Cursor, Heard
from gymbox.events import (
    ClipReady,
    Embedding,
    FormAlertEvent,
    GuidanceMessage,
    PerceptionEvent,
    SessionEndedEvent,
    SetFinishedEvent,
    TrackEndedEvent,
    TrackLinkedEvent,
)
from tests import floor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gymbox.events import Event

VISIT: Final = "s-aaaaaaaaaaaa"
ALERT: Final = "a-aaaaaaaaaaaa"
CLIP: Final = "c-aaaaaaaaaaaa"
TRACK: Final = str(floor.track())
SET: Final = floor.track().set_id(1)
PHONE: Final = "phone-1"


def heard(*events: Event, start: int = 1, epoch: str = floor.EPOCH) -> list[Heard]:
    """The events as a listener hands them over, numbered from `start`."""
    return [Heard(event, Cursor(epoch, number)) for number, event in enumerate(events, start)]


def live(events: Sequence[Event]) -> list[Heard]:
    """The events as they come without a number."""
    return [Heard(event, None) for event in events]


def linked(session_id: str = VISIT, camera_id: str = "rack-1") -> TrackLinkedEvent:
    track = str(floor.track(camera_id))
    return TrackLinkedEvent(
        camera_id=camera_id, t_ns=1, at=floor.AT, track_id=track, session_id=session_id, reason="new"
    )


def alert(camera_id: str = "rack-1", alert_id: str = ALERT) -> FormAlertEvent:
    name = floor.track(camera_id)
    return FormAlertEvent(
        camera_id=camera_id,
        t_ns=2_500_000_000,
        at=floor.AT,
        track_id=str(name),
        set_id=name.set_id(1),
        alert_id=alert_id,
        exercise="squat",
        check="depth",
        phase="turn",
        rep=2,
        measured=120.5,
        min=None,
        max=100,
    )


def finished(reps: int, camera_id: str = "rack-1") -> SetFinishedEvent:
    name = floor.track(camera_id)
    return SetFinishedEvent(
        camera_id=camera_id,
        t_ns=90_000_000_000,
        at=floor.AT,
        track_id=str(name),
        set_id=name.set_id(1),
        exercise="squat",
        start_ns=2_000_000_000,
        end_ns=30_000_000_000,
        reps=reps,
        partial_reps=0,
        form_score=92.5,
    )


def ended(session_id: str = VISIT, camera_id: str = "rack-1") -> SessionEndedEvent:
    return SessionEndedEvent(camera_id=camera_id, t_ns=99, at=floor.AT, session_id=session_id)


def track_ended(session_id: str = VISIT, camera_id: str = "rack-1") -> TrackEndedEvent:
    track = str(floor.track(camera_id))
    return TrackEndedEvent(camera_id=camera_id, t_ns=98, at=floor.AT, track_id=track, session_id=session_id, start_ns=1)


def guidance(camera_id: str = "rack-1") -> GuidanceMessage:
    name = floor.track(camera_id)
    return GuidanceMessage(
        camera_id=camera_id,
        t_ns=3_000_000_000,
        at=floor.AT,
        track_id=str(name),
        set_id=name.set_id(1),
        alert_id=ALERT,
        text="Sit a little deeper.",
        language="en",
        kind="fault",
        source="cue",
    )


def clip(camera_id: str = "rack-1", clip_id: str = CLIP, alert_id: str = ALERT) -> ClipReady:
    name = floor.track(camera_id)
    return ClipReady(
        camera_id=camera_id,
        t_ns=5_000_000_000,
        at=floor.AT,
        track_id=str(name),
        clip_id=clip_id,
        alert_id=alert_id,
        set_id=name.set_id(1),
        start_ns=2_000_000_000,
        duration_s=5.2,
        aspect=16 / 9,
        size_bytes=1_000,
    )


def seen(vector: tuple[float, ...], t_ns: int = 1, space: str = "colour", camera_id: str = "rack-1") -> PerceptionEvent:
    """A perception with an appearance."""
    embedding = Embedding(space=space, version=1, vector=vector)
    return floor.perception(camera_id, t_ns).model_copy(update={"reid_embedding": embedding})


def a_set(reps: int = 5) -> list[Event]:
    """A visit that does one set with one alert."""
    return [
        linked(),
        floor.set_started(),
        *(floor.rep(number) for number in range(1, reps + 1)),
        alert(),
        finished(reps),
    ]
