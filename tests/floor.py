"""Events as a small gym would say them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from gymbox.events import CameraStatus, FrameMessage, PerceptionEvent, Rep, RepCountedEvent, SetStartedEvent
from gymbox.identity import TrackName

AT: Final = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
EPOCH: Final = "abcdefghijkl"


def track(camera_id: str = "rack-1") -> TrackName:
    return TrackName(camera_id, EPOCH, 1)


def rep(number: int, camera_id: str = "rack-1") -> RepCountedEvent:
    """The set's `number`th squat."""
    start = number * 2_000_000_000
    found = Rep(
        exercise="squat",
        number=number,
        kind="full",
        start_ns=start,
        turn_ns=start + 800_000_000,
        end_ns=start + 1_700_000_000,
        range_of_motion=95.5,
        depth=1.0,
        peak_velocity=0.9,
        symmetry=None,
        confidence=0.8,
    )
    return RepCountedEvent(
        camera_id=camera_id,
        t_ns=found.end_ns,
        at=AT,
        track_id=str(track(camera_id)),
        set_id=track(camera_id).set_id(1),
        state="confirmed",
        rep=found,
    )


def set_started(camera_id: str = "rack-1") -> SetStartedEvent:
    name = track(camera_id)
    return SetStartedEvent(
        camera_id=camera_id, t_ns=1, at=AT, track_id=str(name), set_id=name.set_id(1), exercise="squat", start_ns=1
    )


def perception(camera_id: str = "rack-1", t_ns: int = 1) -> PerceptionEvent:
    return PerceptionEvent(
        camera_id=camera_id,
        t_ns=t_ns,
        at=AT,
        track_id=str(track(camera_id)),
        bbox=(0.1, 0.2, 0.3, 0.9),
        score=0.7,
        keypoints=((0.2, 0.5, 0.6),) * 17,
        aspect=16 / 9,
    )


def frame(sequence: int, camera_id: str = "rack-1") -> FrameMessage:
    return FrameMessage(
        camera_id=camera_id,
        t_ns=sequence,
        at=AT,
        ring="gymbox-rack-1",
        slot=sequence % 4,
        sequence=sequence,
        width=1280,
        height=720,
        format="i420",
    )


def status(frames: int, camera_id: str = "rack-1") -> CameraStatus:
    return CameraStatus(camera_id=camera_id, t_ns=frames, at=AT, state="online", frames=frames)


def number_of(event: object) -> int:
    """What `rep` was called with."""
    assert isinstance(event, RepCountedEvent)
    assert event.rep is not None
    return event.rep.number
