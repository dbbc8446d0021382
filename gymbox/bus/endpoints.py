"""Every socket of the box, in one table: who binds it, what it carries, what a lost message costs."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, get_args

from gymbox.errors import BusError
from gymbox.events import Domain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LONGEST_PATH: Final = 107
"""Bytes that a Unix socket's address can hold."""


class Keep(StrEnum):
    """Where a speaker keeps what it numbered, for those who ask again."""

    MEMORY = "memory"
    """Survives the death of a listener."""
    DISK = "disk"
    """Survives the death of the speaker too: it is on disk before it is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A PUB socket, and beside it a ROUTER that says again what was numbered."""

    name: str
    """Also the sockets' file name; `{camera}` stands for the camera's id."""
    binds: str
    """The process that binds it; all others connect."""
    numbered: frozenset[Domain]
    live: frozenset[Domain]
    """Not numbered: the next one replaces it."""
    keep: Keep
    kept: int
    """How many numbered events can be had again, at least."""
    high_water: int
    """Messages that may wait for one listener; what comes then is dropped for that one, and counted by it."""
    loss: str

    def of(self, camera_id: str) -> Channel:
        """This row for one camera."""
        return replace(self, name=self.name.format(camera=camera_id))

    @property
    def domains(self) -> frozenset[Domain]:
        """All that it says."""
        return self.numbered | self.live


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A ROUTER that answers requests."""

    name: str
    binds: str
    asks: str
    """Who asks what."""
    loss: str

    def of(self, camera_id: str) -> Desk:
        """This row for one camera."""
        return replace(self, name=self.name.format(camera=camera_id))


CAMERA: Final = Channel(
    name="camera-{camera}",
    binds="camera",
    numbered=frozenset({"status"}),
    live=frozenset({"frames"}),
    keep=Keep.MEMORY,
    kept=64,
    high_water=4,
    loss="a frame: none, the next comes within the frame interval; a status: none, it is asked for again",
)
VISION: Final = Channel(
    name="vision",
    binds="vision",
    numbered=frozenset({"reps", "alerts", "sets", "sessions"}),
    live=frozenset({"perceptions"}),
    keep=Keep.DISK,
    kept=100_000,
    high_water=1_000,
    loss="a perception: one pose of a replay; all others are the product, and asked for until they are there",
)
RECORDER: Final = Channel(
    name="recorder",
    binds="recorder",
    numbered=frozenset({"clips"}),
    live=frozenset(),
    keep=Keep.MEMORY,
    kept=256,
    high_water=1_000,
    loss="a phone hears of its clip when it next asks; the clip's row is in the database",
)
COACH: Final = Channel(
    name="coach",
    binds="coach",
    numbered=frozenset({"guidance"}),
    live=frozenset(),
    keep=Keep.DISK,
    kept=10_000,
    high_water=1_000,
    loss="a sentence that was not heard is late anyway; its row is written when the recorder is back",
)
CHANNELS: Final = (CAMERA, VISION, RECORDER, COACH)

VISION_REQUESTS: Final = Desk(
    name="vision-requests",
    binds="vision",
    asks="hub: name the exercise, watch for a raised hand",
    loss="the phone sees the refusal and may ask again",
)
RECORDER_REQUESTS: Final = Desk(
    name="recorder-requests",
    binds="recorder",
    asks="hub: edit, delete or undo a set; pair, revoke or forget a phone, keep its wishes, give it a visit; back up",
    loss="the phone sees the refusal and may ask again; every change carries a key, so that twice is once",
)
COACH_REQUESTS: Final = Desk(
    name="coach-requests",
    binds="coach",
    asks="hub, `gymbox doctor`: how it does",
    loss="the metrics lack it until they are next fetched",
)
HUB_REQUESTS: Final = Desk(
    name="hub-requests",
    binds="hub",
    asks="`gymbox qr`: a pairing code",
    loss="whoever asks sees it and may ask again",
)
DESKS: Final = (VISION_REQUESTS, RECORDER_REQUESTS, COACH_REQUESTS, HUB_REQUESTS)

DOMAINS: Final[tuple[Domain, ...]] = get_args(Domain)


def channels(camera_ids: Iterable[str]) -> tuple[Channel, ...]:
    """Every channel of a box with these cameras."""
    return (*(CAMERA.of(camera_id) for camera_id in camera_ids), VISION, RECORDER, COACH)


def prefix(topic: str) -> bytes:
    """What to subscribe to for `reps:rack-2`, for `reps` of all cameras, or for all with an empty `topic`.

    The delimiter is repeated at the end, since ZeroMQ matches prefixes: `reps:rack-1` must not hear `reps:rack-10`.

    Raises:
        BusError: there is no such domain.
    """
    domain = topic.partition(":")[0]
    if topic and domain not in DOMAINS:
        raise BusError(f"topic {topic!r}: expected one of {', '.join(DOMAINS)}, with `:camera` or without")
    return f"{topic}:".encode() if topic else b""


def address(run_dir: Path, name: str) -> str:
    """Where the socket `name` is.

    Raises:
        BusError: the path is longer than a Unix socket's may be.
    """
    path = run_dir / "bus" / name
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise BusError(
            f"socket {path}: expected a path of at most {LONGEST_PATH} bytes, got {len(os.fsencode(path))}: "
            "choose a shorter run_dir"
        )
    return f"ipc://{path}"
