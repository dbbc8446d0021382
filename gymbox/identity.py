"""Names that are unique for ever: cameras by their owner's choice, everything else minted once and never used again."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import StringConstraints

_EPOCH: Final = r"[a-z2-7]{12}"
_CAMERA: Final = r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"
_TRACK: Final = rf"{_CAMERA}\.{_EPOCH}\.[1-9][0-9]{{0,11}}"

CAMERA_ID: Final = "lower-case letters, digits and hyphens inside, at most 32"
"""What a camera may be called, in words. No dot, colon or slash: an id stands in topics, paths and URLs."""

CameraId = Annotated[str, StringConstraints(pattern=rf"^{_CAMERA}$")]
"""A camera's name, such as `rack-2`."""

Epoch = Annotated[str, StringConstraints(pattern=rf"^{_EPOCH}$")]
"""One life of something that numbers: 60 random bits, so that no clock is trusted to make it unique."""

TrackId = Annotated[str, StringConstraints(pattern=rf"^{_TRACK}$")]
"""A track, unique for ever: camera, start of the vision process, number: `rack-2.k3f9x2abcdef.17`. See `TrackName`."""

SetId = Annotated[str, StringConstraints(pattern=rf"^{_TRACK}\.[1-9][0-9]{{0,8}}$")]
"""A set: the track it began on and its number there. It keeps this name when the set goes on under another track."""

SessionId = Annotated[str, StringConstraints(pattern=rf"^s-{_EPOCH}$")]
"""A person's visit; it outlives tracks."""

AlertId = Annotated[str, StringConstraints(pattern=rf"^a-{_EPOCH}$")]
"""One form alert."""

ClipId = Annotated[str, StringConstraints(pattern=rf"^c-{_EPOCH}$")]
"""One replay clip."""


def new_epoch() -> str:
    """Twelve letters that nobody had before: 60 random bits in base32."""
    return _letters(secrets.token_bytes(8))


def _letters(eight: bytes) -> str:
    return base64.b32encode(eight)[:12].decode("ascii").lower()


def _derived(*parts: object) -> str:
    """Twelve letters that follow from these parts, one of which nobody had before."""
    return _letters(hashlib.blake2b(repr(parts).encode(), digest_size=8).digest())


def new_session_id() -> str:
    """A name for a visit that nothing else is known of."""
    return f"s-{new_epoch()}"


def new_clip_id() -> str:
    """A name for a replay clip."""
    return f"c-{new_epoch()}"


@dataclass(frozen=True, slots=True)
class TrackName:
    """The parts of a track id; `str()` of it is the id."""

    camera_id: str
    epoch: str
    number: int

    def __str__(self) -> str:
        return f"{self.camera_id}.{self.epoch}.{self.number}"

    def set_id(self, number: int) -> str:
        """The name of the set that began as this track's `number`th, from 1."""
        return f"{self}.{number}"

    @classmethod
    def parse(cls, track_id: str) -> TrackName:
        """The parts of `track_id`.

        Raises:
            ValueError: it is no track id.
        """
        if not re.fullmatch(_TRACK, track_id):
            raise ValueError(f"track id: expected camera.epoch.number, got {track_id[:80]!r}")
        camera_id, epoch, number = track_id.split(".")
        return cls(camera_id, epoch, int(number))


def epoch_after(epoch: str, name: str) -> str:
    """The life that `epoch` gives to `name`: always the same one, and nobody else's."""
    return _derived("epoch", epoch, name)


def session_of(first: TrackName) -> str:
    """The visit that began with this track. The same track gives the same name, in whatever life of vision."""
    return f"s-{_derived('session', str(first))}"


def alert_of(set_id: str, check: str, t_ns: int) -> str:
    """The alert that this check raised in this set at that time: the same one, whoever says it again."""
    return f"a-{_derived('alert', set_id, check, t_ns)}"
