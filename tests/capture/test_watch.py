"""Faults that no camera can be made to have on demand: threads that hang, packets that never become pictures."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gymbox.capture import camera, connection
from gymbox.capture.camera import Camera
from gymbox.capture.fault import SILENT, SourceError
from gymbox.capture.rings import Rings
from gymbox.capture.source import Source
from gymbox.clock import Clock
from gymbox.config import CameraSettings
from gymbox.events import CameraStatus
from gymbox.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    import av

    from gymbox.events import Event

SAMPLE = Path("tests/data/sample.mp4").resolve()


class Heard:
    """A speaker that keeps what is said."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str]] = []

    def say(self, event: Event) -> None:
        if isinstance(event, CameraStatus):
            self.states.append((event.state, event.detail))


def watch(url: str, folder: Path, *, seconds: float) -> list[tuple[str, str]]:
    """The states that a camera goes through in so many seconds."""
    heard = Heard()

    async def run() -> None:
        settings = CameraSettings.model_validate({"id": "cam", "url": url})
        service = Service("camera-cam")
        asyncio.get_running_loop().call_later(seconds, service.stop.set)
        with Rings(settings, folder) as rings:
            watched = Camera(settings, rings=rings, speaker=heard, clock=Clock.read(), service=service)  # type: ignore[arg-type]
            await watched.run()

    asyncio.run(run())
    return heard.states


def test_threads_that_hang_end_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hang(_: CameraSettings) -> None:  # as FFmpeg does on some broken streams, its time limits notwithstanding
        over.wait()
        raise SourceError(SILENT)

    monkeypatch.setattr(connection, "Source", hang)
    monkeypatch.setattr(camera, "HANG_S", 0.5)
    try:
        with pytest.raises(RuntimeError, match="camera cam: its threads hang"):
            watch("rtsp://ann:sesame@127.0.0.1:9/", tmp_path, seconds=20)
    finally:
        over.set()


def test_packets_without_pictures_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Headless(Source):
        """A live camera that was joined after its last keyframe."""

        def __init__(self, settings: CameraSettings) -> None:
            super().__init__(settings)
            self.live = True

        def packets(self) -> Iterator[tuple[av.Packet[av.VideoStream], int, int]]:
            for found in super().packets():
                if not found[0].is_keyframe:
                    time.sleep(0.03)
                    yield found

    monkeypatch.setattr(connection, "Source", Headless)
    monkeypatch.setattr(camera, "is_live", lambda _: True)
    monkeypatch.setattr(camera, "BLIND_NS", 700_000_000)
    states = watch(str(SAMPLE), tmp_path, seconds=1.5)
    assert states == [("starting", "connecting"), ("stalled", "of what it sends, no picture decodes")]
