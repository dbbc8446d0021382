"""What a camera costs beside decoding: its rings, its times, its threads."""

from __future__ import annotations

import os
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import av
import numpy as np

from bench.row import Row, at_most, paired
from gymbox import _core
from gymbox.capture.connection import Connection
from gymbox.capture.rings import Rings, frames_name
from gymbox.config import CameraSettings
from gymbox.picture import frame_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = Path(__file__).parents[1] / "tests" / "data" / "sample.mp4"
COLUMNS, ROWS = 1920, 1080
ROUNDS = 7


def rows() -> Iterator[Row]:
    """The ring against numpy's copy, and a whole camera against its decoder alone."""
    yield ring()
    yield camera()


def ring() -> Row:
    """A 1080p picture put into the ring and read out, held against numpy copying it twice."""
    source = np.random.default_rng(0).integers(0, 255, (ROWS * 3 // 2, COLUMNS), np.uint8)
    frame = frame_of(av.VideoFrame.from_ndarray(source, format="yuv420p"))
    name = f"gymbox-bench-{os.getpid()}"
    pictures = _core.FrameRing(name, slot_bytes=_core.FrameRing.bytes_of(frame))
    reader = _core.FrameReader(name)

    def ours() -> None:
        pictures.put(frame, 0)
        assert reader.newest()

    def theirs() -> None:
        shared[:] = source
        shared.copy()

    shared = np.empty_like(source)
    mine, copied = paired(ours, theirs, rounds=200)
    pictures.remove()
    target, met = at_most(3, mine / copied)
    return Row("1080p through the ring", f"{mine:.2f} ms", f"numpy {copied:.2f} ms", mine / copied, target, met)


def camera() -> Row:
    """Processor time of one camera for a second of 720p, held against PyAV that only decodes it."""
    with av.open(str(SAMPLE)) as video:
        seconds = (video.duration or 0) / av.time_base
    mine, decoding = [], []
    for _ in range(ROUNDS):
        mine.append(_timed(_capture) / seconds * 1e3)
        decoding.append(_timed(_decode) / seconds * 1e3)
    ratio = median(mine) / median(decoding)
    target, met = at_most(1.5, ratio)
    ours, theirs = f"{median(mine):.0f} ms of CPU a second", f"decoding {median(decoding):.0f} ms"
    return Row("a camera, 720p at 15 a second", ours, theirs, ratio, target, met)


def _timed(act: object) -> float:
    assert callable(act)
    begun = time.process_time()
    act()
    return time.process_time() - begun


def _decode() -> None:
    with av.open(str(SAMPLE)) as video:
        video.streams.video[0].thread_type = "AUTO"
        for _ in video.decode(video=0):
            pass


def _capture() -> None:
    settings = CameraSettings.model_validate({"id": "bench", "url": str(SAMPLE), "realtime": False})
    with TemporaryDirectory() as folder, Rings(settings, Path(folder)) as rings:
        reader: list[_core.FrameReader] = []

        def said(_: object) -> None:
            if not reader:
                reader.append(_core.FrameReader(frames_name(Path(folder), "bench")))
            assert reader[0].newest()

        connection = Connection(settings, rings, said)
        connection.start()
        connection.join(60)
        assert connection.over
        assert not connection.fault
        assert not connection.broken
