"""Poses, packed by the second: about 45 bytes a frame instead of a row of 17 keypoints.

A block is zlib (whose checksum tells damage) over, little endian: `GP`, version u8, frames u8; u32 nanoseconds since
the second began, per frame; 38 columns of u16 (x and y of 17 keypoints; x1, y1, x2, y2), each value as the difference
to the frame before, first the low bytes of all, then the high bytes; 18 columns of u8 (the keypoints' scores, the
person's), as differences too. Coordinates are steps of 1/32,768 from -0.5 to 1.5 of the picture (0.06 of a pixel at
1,920); what lies further out is drawn to the edge of that. Scores are steps of 1/255.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import numpy.typing as npt

from gymbox.errors import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gymbox.events import PerceptionEvent

SECOND: Final = 1_000_000_000
STEPS: Final = 32_768
"""Of one picture's width or height."""
MOST_FRAMES: Final = 255
"""In one second; a camera gives at most 60."""

_MAGIC: Final = b"GP\x01"
_LOWEST: Final = -0.5
_HIGHEST: Final = _LOWEST + 0xFFFF / STEPS
_COORDINATES: Final = 38
_SCORES: Final = 18


@dataclass(frozen=True, slots=True)
class Block:
    """The poses of one track within one second, as they are stored."""

    offsets: npt.NDArray[np.uint32]  # (n,): ns since the second began, rising
    coordinates: npt.NDArray[np.uint16]  # (n, 38): steps from -0.5
    scores: npt.NDArray[np.uint8]  # (n, 18): steps of 1/255

    @classmethod
    def of(cls, poses: Iterable[PerceptionEvent]) -> Self:
        """The block of perceptions of one track and one second; of two at the same moment the first is kept."""
        frames = sorted({pose.t_ns: pose for pose in reversed([*poses])}.values(), key=lambda pose: pose.t_ns)
        places = np.array(
            [[*(value for x, y, _ in pose.keypoints for value in (x, y)), *pose.bbox] for pose in frames], np.float64
        ).reshape(-1, _COORDINATES)
        scores = np.array([[*(score for _, _, score in pose.keypoints), pose.score] for pose in frames], np.float64)
        steps = np.rint((np.clip(places, _LOWEST, _HIGHEST) - _LOWEST) * STEPS)
        return cls(
            offsets=np.array([pose.t_ns % SECOND for pose in frames], np.uint32),
            coordinates=steps.astype(np.uint16),
            scores=np.rint(scores.reshape(-1, _SCORES) * 255).astype(np.uint8),
        )

    def merged(self, other: Block) -> Block:
        """Both, by time, as many as one second may have; of two at the same moment `self`'s."""
        offsets = np.concatenate([self.offsets, other.offsets])
        _, first = np.unique(offsets, return_index=True)
        first = first[:MOST_FRAMES]
        return Block(
            offsets[first],
            np.concatenate([self.coordinates, other.coordinates])[first],
            np.concatenate([self.scores, other.scores])[first],
        )

    @property
    def keypoints(self) -> npt.NDArray[np.float32]:
        """(n, 17, 3): x, y in 0 to 1 of the upright picture, score."""
        places = self.coordinates[:, :34].reshape(-1, 17, 2) / STEPS + _LOWEST
        return np.concatenate([places, self.scores[:, :17, None] / 255], axis=2).astype(np.float32)

    @property
    def boxes(self) -> npt.NDArray[np.float32]:
        """(n, 5): x1, y1, x2, y2, score."""
        places = self.coordinates[:, 34:] / STEPS + _LOWEST
        return np.concatenate([places, self.scores[:, 17:] / 255], axis=1).astype(np.float32)


def encode(block: Block) -> bytes:
    """`block`, packed."""
    count = len(block.offsets)
    if count > MOST_FRAMES:
        raise ValueError(f"poses: expected at most {MOST_FRAMES} frames in a second, got {count}")
    steps = np.diff(block.coordinates, axis=0, prepend=np.zeros((1, _COORDINATES), np.uint16)).T  # wraps around
    scores = np.diff(block.scores, axis=0, prepend=np.zeros((1, _SCORES), np.uint8)).T
    parts = (
        _MAGIC,
        bytes([count]),
        block.offsets.astype("<u4").tobytes(),
        (steps & 0xFF).astype(np.uint8).tobytes(),
        (steps >> 8).astype(np.uint8).tobytes(),
        scores.tobytes(),
    )
    return zlib.compress(b"".join(parts), 6)


def decode(packed: bytes) -> Block:
    """What `packed` holds.

    Raises:
        DamagedError: it is no block, or was altered.
    """
    try:
        data = zlib.decompress(packed)
    except zlib.error as error:
        raise DamagedError(f"poses: {error}") from error
    count = data[3] if len(data) > 3 else 0
    size = 4 + count * (4 + 2 * _COORDINATES + _SCORES)
    if data[:3] != _MAGIC or len(data) != size:
        raise DamagedError(
            f"poses: expected {size} bytes that begin with {_MAGIC!r}, got {len(data)} with {data[:3]!r}"
        )
    offsets, low, high, scores = np.split(
        np.frombuffer(data, np.uint8, offset=4), np.cumsum([4 * count, _COORDINATES * count, _COORDINATES * count])
    )
    steps = (low.astype(np.uint16) | high.astype(np.uint16) << 8).reshape(_COORDINATES, count)
    return Block(
        offsets=offsets.view("<u4").astype(np.uint32),
        coordinates=np.cumsum(steps, axis=1, dtype=np.uint16).T,
        scores=np.cumsum(scores.reshape(_SCORES, count), axis=1, dtype=np.uint8).T,
    )


class PoseBuffer:
    """Holds perceptions until their second is over; a `kill -9` costs at most these two seconds of a replay."""

    def __init__(self) -> None:
        self._seconds: defaultdict[tuple[str, int], dict[int, PerceptionEvent]] = defaultdict(dict)
        self._newest = 0

    def add(self, pose: PerceptionEvent) -> None:
        """Take one; the same twice is one, and what is more than a second may have is left out."""
        second = pose.t_ns // SECOND
        self._newest = max(self._newest, second)
        frames = self._seconds[pose.track_id, second]
        if len(frames) < MOST_FRAMES:
            frames.setdefault(pose.t_ns, pose)

    def due(self, *, everything: bool = False) -> dict[tuple[str, int], Block]:
        """The blocks, by track and second, that no more frames are expected for; they stay until `drop`."""
        return {
            key: Block.of(poses.values())
            for key, poses in self._seconds.items()
            if everything or key[1] + 2 <= self._newest
        }

    def drop(self, keys: Iterable[tuple[str, int]]) -> None:
        """Forget these: they are stored."""
        for key in keys:
            self._seconds.pop(key, None)
