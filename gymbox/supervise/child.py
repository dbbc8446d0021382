"""A process that is kept alive: life after life, the next one later the sooner the last one died."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import TYPE_CHECKING

import structlog

from gymbox.service import set_within
from gymbox.supervise.backoff import PROVEN_S, wait_s
from gymbox.supervise.life import Life

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from gymbox.supervise.parts import Part
    from gymbox.supervise.words import Words

_log = structlog.get_logger(__name__)


class Child:
    """One of the box's processes.

    Args:
        part: which.
        run_dir: where the box's sockets are.
        words: where its log goes.
        chance: spreads the waits.
    """

    def __init__(self, part: Part, *, run_dir: Path, words: Words, chance: Random) -> None:
        self.part = part
        self.settled = asyncio.Event()
        """Set once its first life was ready or died: nobody need wait for it any longer."""
        self.killed = False
        """Whether it had to be, when it was to stop."""
        self._run_dir, self._words, self._chance = run_dir, words, chance
        self._stop = asyncio.Event()
        self._life: Life | None = None
        self._over = asyncio.Event()

    async def stop(self) -> None:
        """End it for good."""
        self._stop.set()
        if self._life:
            await self._life.stop()
        await self._over.wait()

    async def run(self) -> None:
        """Keep it alive until `stop`; who cancels this kills it."""
        try:
            await self._live()
        finally:
            self.killed = self._life is not None and self._life.killed
            self._over.set()

    async def _live(self) -> None:
        deaths = late = 0
        while not self._stop.is_set():
            begun = time.monotonic()
            self._life = Life(self.part, run_dir=self._run_dir, words=self._words, ready=self.settled.set, late=late)
            try:
                code = await self._life.run()
                how, why = (f"exit code {code}", self._life.wrong) if code >= 0 else (signal.Signals(-code).name, "")
            except OSError as error:  # no memory or no process to be had
                how, why = "it cannot be started", str(error)
            self.settled.set()
            if self._stop.is_set():
                return
            late = late + 1 if self._life.late else 0
            ready_s = self._life.ready_s
            proven = ready_s is not None and time.monotonic() - ready_s >= PROVEN_S
            deaths = 1 if proven else deaths + 1
            pause_s = wait_s(deaths, self._chance)
            _log.error(
                "ended, and is started again",
                part=self.part.name,
                by=how,
                why=why,
                lived_s=round(time.monotonic() - begun, 1),
                retry_in_s=round(pause_s, 1),
            )
            await set_within(self._stop, pause_s)
