"""What the hub hears on the bus, into the floor."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import structlog

from gymbox import events
from gymbox.bus.endpoints import CAMERA, VISION, Keep
from gymbox.bus.subscribe import Heard, Listener, Lost
from gymbox.clock import now_ns
from gymbox.errors import StorageError
from gymbox.hub.position import SPEAKERS
from gymbox.storage import owners

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.bus.endpoints import Channel
    from gymbox.config.roster import Roster
    from gymbox.hub.floor import Floor
    from gymbox.hub.metrics import Metrics
    from gymbox.storage import Reader

_log = structlog.get_logger(__name__)

CATCH_UP_S: Final = 3.0
"""How long a start waits for what vision still knows. Without vision the hub opens then, and hears it later."""
LOOK_S: Final = 1.0
"""Between two looks at which cameras there are."""


NEW_NS: Final = 10_000_000_000
"""A sentence about something longer ago was said before this hub listened."""


class Ears:
    """Listens to all whom clients hear of."""

    def __init__(self, roster: Roster, run_dir: Path, floor: Floor, reader: Reader, metrics: Metrics) -> None:
        self._roster, self._run_dir, self._floor, self._reader, self._metrics = roster, run_dir, floor, reader, metrics
        self.caught_up = asyncio.Event()
        """Once vision was heard to its end, or was not there in time."""

    async def run(self) -> None:
        """Listen for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._numbered(VISION))
            group.create_task(self._people())
            group.create_task(self._cameras())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.caught_up.wait(), CATCH_UP_S)
            self.caught_up.set()
            for channel in SPEAKERS:  # whose events are about tracks that vision has linked
                if channel is not VISION:
                    group.create_task(self._numbered(channel))

    async def _numbered(self, channel: Channel) -> None:
        topics = sorted(channel.numbered)
        async with (
            Listener(channel, run_dir=self._run_dir, topics=topics) as listener,
            asyncio.TaskGroup() as group,
        ):
            if channel is VISION:
                group.create_task(self._notice_end(listener))
            while True:
                for item in await listener.batch():
                    self._metrics.heard.labels(channel.name).inc()
                    await self._take(channel, item)

    async def _notice_end(self, listener: Listener) -> None:
        while not listener.caught_up:  # noqa: ASYNC110 -- a listener says nothing where there is nothing to hear
            await asyncio.sleep(0.02)
        self.caught_up.set()

    async def _take(self, channel: Channel, item: Heard | Lost) -> None:
        if isinstance(item, Lost):
            self._metrics.lost.labels(channel.name).inc()
            _log.warning("events are gone", channel=channel.name, count=item.count, why=item.why)
            if channel.keep is Keep.DISK:
                self._floor.lose(channel.name, item.cursor, item.why)
            else:  # a new life of a speaker that keeps nothing on disk: what it said before is in the database
                self._floor.pass_over(channel.name, item.cursor)
            return
        assert item.cursor is not None, "numbered"
        if isinstance(item.event, events.TrackEvent) and self.caught_up.is_set():
            await self._find_visit(item.event.track_id)
        self._floor.hear(channel.name, item.event, item.cursor)
        if isinstance(item.event, events.GuidanceMessage):
            self._tell_of_silence(item.event)

    def _tell_of_silence(self, sentence: events.GuidanceMessage) -> None:
        """A sentence that nobody hears is a row in the database, and no error."""
        if not self._floor.listeners(sentence.track_id) and 0 <= now_ns() - sentence.t_ns < NEW_NS:
            _log.info("no active session", track=sentence.track_id, kind=sentence.kind, source=sentence.source)

    async def _find_visit(self, track_id: str) -> None:
        """Of a track that began before all that vision still tells: the database knows."""
        if self._floor.session_of(track_id) is not None:
            return
        with contextlib.suppress(StorageError):
            owner = await self._reader.read(owners.of_track, track_id)
            if owner.session_id:
                self._floor.link(track_id, owner.session_id)

    async def _people(self) -> None:
        async with Listener(VISION, run_dir=self._run_dir, topics=["perceptions"]) as listener:
            while True:
                newest = {}
                for item in await listener.batch():
                    if isinstance(item, Heard) and isinstance(item.event, events.PerceptionEvent):
                        newest[item.event.track_id] = item.event
                for event in newest.values():
                    self._floor.see(event)

    async def _cameras(self) -> None:
        """Listen to those that the settings name now; for ever."""
        heard: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                self._roster.changed()
                for camera_id in heard.keys() - self._roster.ids():
                    heard.pop(camera_id).cancel()
                    self._floor.cameras.pop(camera_id, None)
                for camera_id in self._roster.ids() - heard.keys():
                    heard[camera_id] = group.create_task(self._camera(CAMERA.of(camera_id)))
                await asyncio.sleep(LOOK_S)

    async def _camera(self, channel: Channel) -> None:
        async with Listener(channel, run_dir=self._run_dir, topics=["status"]) as listener:
            while True:
                for item in await listener.batch():
                    if isinstance(item, Heard) and isinstance(item.event, events.CameraStatus):
                        self._floor.cameras[item.event.camera_id] = item.event
