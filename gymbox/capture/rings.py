"""The two rings of a camera: what they are called, and the writer's ends."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Self

import structlog

from gymbox import _core
from gymbox.errors import RingError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from gymbox.config import CameraSettings

_log = structlog.get_logger(__name__)

SLOTS: Final = 4
"""Pictures in a ring. A reader has three frame intervals to copy one, which takes it about a millisecond."""

_FORMATS: Final[dict[str, Literal["rgb24", "bgr24", "i420", "i422", "i444", "nv12"]]] = {
    "rgb24": "rgb24",
    "bgr24": "bgr24",
    "yuv420p": "i420",
    "yuv422p": "i422",
    "yuv444p": "i444",
    "nv12": "nv12",
}


def frames_name(run_dir: Path, camera_id: str) -> str:
    """The name of the ring that holds this camera's newest pictures."""
    return _name(run_dir, camera_id, "frames")


def packets_name(run_dir: Path, camera_id: str) -> str:
    """The name of the ring that holds this camera's last seconds, encoded."""
    return _name(run_dir, camera_id, "packets")


def _name(run_dir: Path, camera_id: str, kind: str) -> str:
    # Shared memory has one folder for the whole machine; two boxes on it have two run folders.
    box = hashlib.blake2s(os.fsencode(run_dir.resolve()), digest_size=4).hexdigest()
    return f"gymbox-{box}-{camera_id}-{kind}"


class Placed(NamedTuple):
    """Where a picture was put."""

    ring: str
    slot: int
    sequence: int
    t_ns: int
    width: int
    height: int
    format: Literal["rgb24", "bgr24", "i420", "i422", "i444", "nv12"]


class Rings:
    """The writer's ends of both rings of one camera, from the first picture on. `close` gives their memory back.

    Raises:
        RingError: another process writes them, or there is no room in `/dev/shm`.
    """

    def __init__(self, camera: CameraSettings, run_dir: Path) -> None:
        self._frames_name = frames_name(run_dir, camera.id)
        self._frames: _core.FrameRing | None = None
        self._slot_bytes = 0
        self._packets = _core.PacketRing(
            packets_name(run_dir, camera.id),
            span_ns=int(camera.preroll_s * 1e9),
            capacity_bytes=camera.preroll_mib << 20,
        )
        self.packets_lost = 0
        """Left out of the pre-roll, since there was no memory for them."""

    def put(self, frame: _core.Frame, t_ns: int) -> Placed:
        """Put a picture into the frame ring, which is made anew where it is too small."""
        needs = _core.FrameRing.bytes_of(frame)
        if self._frames is None or needs > self._slot_bytes:
            if self._frames:
                self._frames.remove()
            self._frames = _core.FrameRing(self._frames_name, slots=SLOTS, slot_bytes=needs)
            self._slot_bytes = needs
        sequence, slot = self._frames.put(frame, t_ns)
        return Placed(self._frames_name, slot, sequence, t_ns, frame.width, frame.height, _FORMATS[frame.format])

    @property
    def untaken(self) -> bool:
        """Whether the newest picture still waits for its first reader."""
        return self._frames is not None and self._frames.taken < self._frames.head

    def keep(
        self,
        data: bytes | memoryview,
        *,
        t_ns: int,
        stream: int,
        pts: int,
        dts: int | None,
        duration: int,
        keyframe: bool,
        header: bytes | None,
    ) -> None:
        """Put an encoded packet into the packet ring; one that has no room there is counted and left out."""
        try:
            self._packets.append(
                data,
                t_ns=t_ns,
                stream=stream,
                pts=pts,
                dts=dts,
                duration=duration,
                keyframe=keyframe,
                header=header,
            )
        except RingError as error:
            if not self.packets_lost:
                _log.error("the pre-roll has no room", error=str(error))
            self.packets_lost += 1

    def close(self) -> None:
        """End both, and give their memory back."""
        self._packets.remove()
        if self._frames:
            self._frames.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
