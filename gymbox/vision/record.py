"""What vision works from, input by input: whoever applies the same records in the same order says the same events.

A record is a line of JSON and, after it, plain numbers: 32-bit floats, little endian.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gymbox.errors import StateError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

BOX: Final = 5
"""x1, y1, x2, y2, score."""
BODY: Final = (17, 3)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the pose model saw in a picture."""

    camera_id: str
    t_ns: int
    width: int
    height: int
    sample_aspect_ratio: float
    boxes: Floats
    """(n, 5): x1, y1, x2, y2, score."""
    keypoints: Floats
    """(n, 17, 3): x, y, score."""

    @property
    def aspect(self) -> float:
        """Width over height, as the picture is seen."""
        return self.width * self.sample_aspect_ratio / self.height


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """Somebody of the picture before was looked at."""

    camera_id: str
    track: int
    looks: Floats | None
    """An embedding (256,); none where too little was to be seen."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody said what a person does; none: that it is to be found out."""

    camera_id: str
    track: int
    exercise: str | None


@dataclass(frozen=True, slots=True)
class Ended:
    """There will be no more pictures: a file is over, or the camera was taken away."""

    camera_id: str


Record = Seen | Looked | Named | Ended


def pack(record: Record) -> bytes:
    """The bytes of a record."""
    match record:
        case Seen():
            about = ["seen", record.camera_id, record.t_ns, record.width, record.height, record.sample_aspect_ratio]
            return _bytes(about, record.boxes, record.keypoints)
        case Looked():
            looks = () if record.looks is None else (record.looks,)
            return _bytes(["looked", record.camera_id, record.track], *looks)
        case Named():
            return _bytes(["named", record.camera_id, record.track, record.exercise])
        case Ended():
            return _bytes(["ended", record.camera_id])


def unpack(data: bytes) -> Record:
    """The record that `data` is.

    Raises:
        StateError: it is none.
    """
    line, _, rest = data.partition(b"\n")
    try:
        numbers = np.frombuffer(rest, "<f4").astype(np.float32)
        match json.loads(line):
            case ["seen", camera_id, t_ns, width, height, ratio]:
                people = len(numbers) // (BOX + BODY[0] * BODY[1])
                boxes, keypoints = np.split(numbers, [people * BOX])
                boxes, keypoints = boxes.reshape(people, BOX), keypoints.reshape(people, *BODY)
                return Seen(camera_id, t_ns, width, height, ratio, boxes, keypoints)
            case ["looked", camera_id, track]:
                return Looked(camera_id, track, numbers if len(numbers) else None)
            case ["named", camera_id, track, exercise]:
                return Named(camera_id, track, exercise)
            case ["ended", camera_id]:
                return Ended(camera_id)
    except ValueError as error:
        raise StateError(f"record of vision: {error}") from error
    raise StateError(f"record of vision: knows none that begins with {line[:80]!r}")


def _bytes(about: list[object], *numbers: Floats) -> bytes:
    line = json.dumps(about, separators=(",", ":")).encode()
    return b"\n".join([line, b"".join(part.astype("<f4").tobytes() for part in numbers)])
