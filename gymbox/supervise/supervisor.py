"""All processes of the box, kept as the settings say: started in order, started again, stopped in order."""

from __future__ import annotations

import asyncio
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Final

import structlog

from gymbox.bus.binding import Binding
from gymbox.config import load
from gymbox.errors import BusError, ConfigError
from gymbox.service import set_within
from gymbox.supervise.child import Child
from gymbox.supervise.parts import parts
from gymbox.supervise.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gymbox.config import Settings
    from gymbox.service import Service
    from gymbox.supervise.parts import Part

_log = structlog.get_logger(__name__)

STOP_S: Final = 60.0
"""The bound of a clean stop: each stage has 15 s, and takes a second where nothing hangs."""
LOOK_S: Final = 0.5
"""Between two looks at the settings' file."""


class Supervisor:
    """The box.

    Args:
        settings: what it is to be.
        config: the file that they are from; a change of it is followed.
    """

    def __init__(self, settings: Settings, config: Path | None) -> None:
        self.killed = False
        """Whether a process had to be killed, as it did not stop."""
        self._settings, self._config = settings, config
        self._words = Words(settings.log)
        self._chance = Random()  # noqa: S311 -- it spreads waits
        self._children: dict[str, Child] = {}

    async def run(self, service: Service) -> None:
        """Keep the box going until it is to stop.

        Raises:
            BusError: another supervisor runs this box.
        """
        try:
            binding = Binding(self._settings.run_dir, "supervisor")
        except BusError as error:
            raise BusError(f"this box runs already: {error}") from None
        with binding:
            try:
                async with asyncio.TaskGroup() as self._lives:
                    await self._keep(service)
            finally:
                self.killed |= any(child.killed for child in self._children.values())

    async def _keep(self, service: Service) -> None:
        """Start everything, follow the settings, end everything."""
        seen = self._stamp()
        await self._become(parts(self._settings, self._config), service.stop)
        if not service.stopping:
            service.ready(f"{len(self._children)} processes")
        while not await set_within(service.stop, LOOK_S):
            service.worked()
            if (stamp := self._stamp()) != seen:
                seen = stamp
                await self._heed(service.stop)
        await self._end(self._children.values())

    async def _become(self, wanted: Iterable[Part], stop: asyncio.Event) -> None:
        """End what is not wanted any more or not as it is, and start what is missing, stage by stage."""
        meant = {part.name: part for part in wanted}
        old = [child for name, child in self._children.items() if meant.get(name) != child.part]
        await self._end(old)
        missing = [part for name, part in meant.items() if name not in self._children]
        for _, stage in groupby(missing, key=lambda part: part.stage):
            begun = [
                Child(part, run_dir=self._settings.run_dir, words=self._words, chance=self._chance) for part in stage
            ]
            for child in begun:
                self._children[child.part.name] = child
                self._lives.create_task(child.run(), name=child.part.name)
            while not all(child.settled.is_set() for child in begun):
                if await set_within(stop, 0.05):
                    return

    async def _end(self, children: Iterable[Child]) -> None:
        """Stop these, the last stage first, so that nobody is left to talk to one that has gone."""
        for _, stage in groupby(sorted(children, key=_stage, reverse=True), key=_stage):
            ending = list(stage)
            await asyncio.gather(*(child.stop() for child in ending))
            for child in ending:
                self.killed |= child.killed
                del self._children[child.part.name]

    async def _heed(self, stop: asyncio.Event) -> None:
        """Become what the changed file says; one that is wrong changes nothing."""
        try:
            settings = load(self._config)
        except ConfigError as error:
            _log.error("the settings are wrong: the box goes on with those before", error=str(error))
            return
        if settings.run_dir != self._settings.run_dir:
            _log.error("run_dir cannot change while the box runs: stop it and start it again")
            return
        before = {name: child.part for name, child in self._children.items()}
        wanted = parts(settings, self._config)
        changed = sorted(
            {part.name for part in wanted if before.get(part.name) != part}
            | (before.keys() - {part.name for part in wanted})
        )
        if changed:
            _log.info("the settings have changed", parts=", ".join(changed))
        self._settings = settings
        await self._become(wanted, stop)

    def _stamp(self) -> tuple[int, int, int] | None:
        """What changes when the file does."""
        try:
            found = self._config.stat() if self._config else None
        except OSError:
            return None
        return (found.st_ino, found.st_size, found.st_mtime_ns) if found else None


def _stage(child: Child) -> int:
    return child.part.stage
