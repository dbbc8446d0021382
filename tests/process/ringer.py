"""One end of both rings: `python -m tests.process.ringer write|read FRAMES PACKETS`.

The writer's bytes all tell their number. The reader prints a line for each number that it took whole, and fails at the
first that is torn.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gymbox import _core
from gymbox.errors import RingError

if TYPE_CHECKING:
    from collections.abc import Callable

EndT = TypeVar("EndT")
SIDE = 320
FRAME = np.empty((SIDE, SIDE, 3), np.uint8)


def write(frames: str, packets: str) -> None:
    frame = _core.Frame(FRAME)
    pictures = _core.FrameRing(frames, slots=3, slot_bytes=_core.FrameRing.bytes_of(frame))
    stream = _core.PacketRing(packets, span_ns=100_000_000, capacity_bytes=1 << 20)
    while True:
        FRAME[:] = (pictures.head + 1) % 251
        pictures.put(frame, time.monotonic_ns())
        number = _core.PacketReader(packets).numbers[1] + 1
        data = bytes([number % 251]) * (20_000 + number % 1_000)
        stream.append(data, t_ns=time.monotonic_ns(), stream=1, pts=number, keyframe=number % 5 == 0)


def read(frames: str, packets: str) -> None:
    pictures, stream, last = opened(_core.FrameReader, frames), opened(_core.PacketReader, packets), 0
    while True:
        if newest := pictures.newest(last):
            last, _, frame = newest
            (rows,) = frame.planes()
            assert (rows == last % 251).all(), f"picture {last} is torn"
            print("frame", last, flush=True)  # noqa: T201 -- what the test reads
        for packet in stream.cut(0, time.monotonic_ns()):
            assert set(packet.data) == {packet.sequence % 251}, f"packet {packet.sequence} is torn"
            assert packet.pts == packet.sequence
            print("packet", packet.sequence, flush=True)  # noqa: T201


def opened(end: Callable[[str], EndT], name: str) -> EndT:
    while True:
        try:
            return end(name)
        except RingError:  # not there yet
            time.sleep(0.01)


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
