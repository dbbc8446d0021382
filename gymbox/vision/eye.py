"""One camera as vision sees it: the newest picture in its ring, whoever writes that now."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gymbox import _core
from gymbox.bus.endpoints import CAMERA
from gymbox.bus.subscribe import Heard, Listener
from gymbox.capture.rings import frames_name
from gymbox.errors import RingError
from gymbox.events import CameraStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Picture:
    """One camera's picture."""

    camera_id: str
    t_ns: int
    frame: _core.Frame
    live: bool = True
    """Whether it was just taken; else it was missed and is made up for."""


class Eye:
    """Looks at one camera. A ring that its writer gave up is opened again, so a camera that restarts is followed.

    Args:
        camera_id: which.
        run_dir: where the box's sockets are; the ring's name follows from it.
        wake: called when there is something new.
    """

    def __init__(self, camera_id: str, *, run_dir: Path, wake: Callable[[], None]) -> None:
        self.camera_id = camera_id
        self.missed: Iterator[Picture] = iter(())
        """Pictures of the time without vision, which come first; see `missed`."""
        self.dropped = 0
        """Pictures that were overwritten before they were looked at."""
        self.seen = 0
        """Pictures that were looked at."""
        self.over = False
        """Whether the camera was a file, and that is over."""
        self._run_dir, self._wake = run_dir, wake
        self._reader: _core.FrameReader | None = None
        self._last = 0
        self._last_ns = -1

    async def listen(self) -> None:
        """Wake whoever looks, whenever there is a new picture; for ever."""
        async with Listener(CAMERA.of(self.camera_id), run_dir=self._run_dir, topics=["frames", "status"]) as listener:
            while True:
                for heard in await listener.batch():
                    if isinstance(heard, Heard) and isinstance(heard.event, CameraStatus):
                        self.over = heard.event.state == "ended"
                self._wake()

    def newest(self) -> Picture | None:
        """The next of the missed pictures, or else the newest, if it was not taken before."""
        picture = next(self.missed, None) or self._newest()
        if picture:
            self.seen += 1
        return picture

    def newest_ns(self) -> int | None:
        """When the newest picture in the ring was taken; none where there is none."""
        reader = self._ring()
        found = reader.newest() if reader else None
        return found[1] if found else None

    def _ring(self) -> _core.FrameReader | None:
        """The ring as it is now."""
        if self._reader is None or self._reader.over:
            self._reader, self._last = None, 0
            with contextlib.suppress(RingError):  # there is none yet, or not any more
                self._reader = _core.FrameReader(frames_name(self._run_dir, self.camera_id))
        return self._reader

    def _newest(self) -> Picture | None:
        reader = self._ring()
        if reader is None or not (found := reader.newest(self._last)):
            return None
        sequence, t_ns, frame = found
        if self._last:
            self.dropped += max(sequence - self._last - 1, 0)
        self._last = sequence
        if t_ns == self._last_ns:  # the same picture, in a ring that was opened again
            return None
        self._last_ns = t_ns
        return Picture(self.camera_id, t_ns, frame)


class Eyes:
    """All cameras that are looked at now, each with a task that listens."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._eyes: dict[str, tuple[Eye, asyncio.Task[None]]] = {}
        self._woken = asyncio.Event()

    def __iter__(self) -> Iterator[Eye]:
        return iter([eye for eye, _ in self._eyes.values()])

    def __len__(self) -> int:
        return len(self._eyes)

    def watch(self, camera_ids: set[str]) -> set[str]:
        """Look at these cameras and no others; returns those that are looked at no more."""
        gone = self._eyes.keys() - camera_ids
        for camera_id in gone:
            self._eyes.pop(camera_id)[1].cancel()
        for camera_id in sorted(camera_ids - self._eyes.keys()):
            eye = Eye(camera_id, run_dir=self._run_dir, wake=self._woken.set)
            self._eyes[camera_id] = (eye, asyncio.create_task(eye.listen(), name=f"{camera_id}: listen"))
        return gone

    async def wait(self, limit_s: float) -> None:
        """Until a camera has something new, or so long.

        Raises:
            Exception: what a listener tripped over.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), limit_s)
        self._woken.clear()
        for _, listening in self._eyes.values():
            if listening.done():
                listening.result()

    async def close(self) -> None:
        """Look at nothing any more."""
        tasks = [task for _, task in self._eyes.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._eyes.clear()
