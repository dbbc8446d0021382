"""One speaker's events, into the database, each numbered one exactly once, whatever dies when."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from gymbox.bus.endpoints import Keep
from gymbox.bus.subscribe import Heard, Listener, Lost, Since
from gymbox.errors import BusyError, DiskFullError, StorageError, UnfitError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gymbox.bus.endpoints import Channel
    from gymbox.events import Event
    from gymbox.storage import Store

_log = structlog.get_logger(__name__)

RETRY_S: Final = 1.0
"""Between two tries to store what the disk or another program's lock refused. The events wait with their speaker."""


class Follower:
    """Stores what one channel says. `then` hears of each event once it is on disk.

    What a channel keeps on disk is followed by a cursor that moves with the rows. What it keeps in memory is state,
    such as how a camera is: the newest stands, and a new life of the speaker is no loss.
    """

    def __init__(self, channel: Channel, store: Store, *, run_dir: Path, then: Callable[[Event], None]) -> None:
        self.channel = channel
        self._store, self._run_dir, self._then = store, run_dir, then
        self._counted = channel.keep is Keep.DISK
        self.storing = asyncio.Lock()
        """Held while a transaction is under way; who holds it may cancel `run` without cutting one off."""

    async def run(self) -> None:
        """Follow the channel for ever.

        Raises:
            StorageError: the database is damaged, or the disk is broken: the next life may mend it, and goes on here.
        """
        cursor = await self._store.cursor(self.channel.name) if self._counted else None
        topics = sorted(self.channel.domains - {"frames"})
        async with Listener(self.channel, run_dir=self._run_dir, topics=topics, since=cursor or Since.KEPT) as listener:
            while True:
                heard = await listener.batch()
                await self._keep(heard if self._counted else _state(heard))

    async def _keep(self, heard: Sequence[Heard | Lost]) -> None:
        """Store these, however long the disk is full or locked."""
        waits = False
        while heard:
            try:
                async with self.storing:
                    await self._store.record(self.channel.name, heard)
                break
            except (BusyError, DiskFullError) as error:
                if not waits:
                    _log.warning("events wait", channel=self.channel.name, error=str(error))
                waits = True
                await asyncio.sleep(RETRY_S)
            except StorageError as error:
                if not isinstance(error, UnfitError):
                    raise
                await self._keep_apart(heard, error)
                return
            except Exception as error:  # noqa: BLE001 -- an event that nobody foresaw must not stop all that follow it
                await self._keep_apart(heard, error)
                return
        for item in heard:
            if isinstance(item, Heard):
                self._then(item.event)

    async def _keep_apart(self, heard: Sequence[Heard | Lost], error: Exception) -> None:
        """Store these one by one; the one that cannot be is told to the operator and passed over."""
        if len(heard) > 1:
            for item in heard:
                await self._keep([item])
            return
        _log.error("an event cannot be stored", channel=self.channel.name, what=repr(heard[0])[:500], error=str(error))
        if cursor := heard[0].cursor:
            async with self.storing:
                await self._store.record(self.channel.name, [Lost(1, f"it cannot be stored: {error}", cursor)])


def _state(heard: Sequence[Heard | Lost]) -> list[Heard | Lost]:
    return [Heard(item.event, None) for item in heard if isinstance(item, Heard)]
