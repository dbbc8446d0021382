"""One life of a process: from its start to its end, watched."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import time
from typing import TYPE_CHECKING, Final

import structlog

from gymbox.supervise.ear import Ear

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable
    from pathlib import Path

    from gymbox.supervise.parts import Part
    from gymbox.supervise.words import Words

_log = structlog.get_logger(__name__)

START_S: Final = 120.0
"""How long until it must have said that it is ready. A model is loaded in this time, a large database migrated."""
MOST_DOUBLED: Final = 3
"""How often that is doubled, once for each life that was too slow: else a machine that is very busy never starts it."""
STOP_S: Final = 15.0
"""How long it may take to stop; it cancels itself after 10 s (`gymbox.service.GRACE_S`)."""
ABORT_S: Final = 3.0
"""How long it may take, once aborted as hung, to say where it hung."""

_PR_SET_PDEATHSIG: Final = 1
_libc: Final = ctypes.CDLL(None, use_errno=True)


class Life:
    """A process that was started, and whether it is ready.

    Args:
        part: what to start.
        run_dir: where the box's sockets are.
        words: where its log goes.
        ready: called once it says that it works.
        late: how many lives before this one, in a row, did not get ready in time.
    """

    def __init__(self, part: Part, *, run_dir: Path, words: Words, ready: Callable[[], None], late: int = 0) -> None:
        self.part = part
        self.ready_s: float | None = None
        """When it said so, by the monotonic clock."""
        self.wrong = ""
        """What it last said was wrong, once it is over."""
        self.killed = False
        """Whether it had to be."""
        self._run_dir, self._words, self._ready = run_dir, words, ready
        self.late = False
        """Whether it was ended since it did not get ready."""
        self._start_s = START_S * 2.0 ** min(late, MOST_DOUBLED)
        self._due_s = time.monotonic() + self._start_s
        self._process: Process | None = None

    async def run(self) -> int:
        """Start it and watch it to its end; its exit code, or minus the signal that ended it."""
        async with Ear(self._run_dir, self.part.name, self._heard) as ear:
            self._process = process = await asyncio.create_subprocess_exec(
                *self.part.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=self._environment(ear.path),
                process_group=0,  # Ctrl-C in the terminal is for us, who stop them in order
                preexec_fn=_die_with(os.getpid()),
            )
            assert process.stdout
            reading = asyncio.create_task(self._words.hand_on(self.part.name, process.stdout))
            try:
                await self._watch(process)
            finally:
                if process.returncode is None:  # we are cancelled
                    process.kill()
                    self.killed = True
                code = await process.wait()
                with contextlib.suppress(TimeoutError):  # a child of its own may still hold the pipe
                    self.wrong = await asyncio.wait_for(reading, 1)
        return code

    async def stop(self) -> None:
        """Ask it to stop, and end it where it does not."""
        if self._process is None or self._process.returncode is not None:
            return
        self._due_s = float("inf")
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except TimeoutError:
            _log.error("killed, as it did not stop", part=self.part.name, after_s=STOP_S)
            self.killed = True
            self._process.kill()

    async def _watch(self, process: Process) -> None:
        """Until it is over; where it is silent for too long, make it so."""
        over = asyncio.ensure_future(process.wait())
        while not over.done():
            left_s = self._due_s - time.monotonic()
            if left_s > 0:
                await asyncio.wait({over}, timeout=min(left_s, 1.0))
                continue
            self.late = self.ready_s is None
            why, after_s = (
                ("does not get ready", self._start_s) if self.late else ("does no work", self.part.watchdog_s)
            )
            _log.error("hangs", part=self.part.name, why=why, after_s=after_s)
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGABRT)  # it says where it hangs (PYTHONFAULTHANDLER)
            await asyncio.wait({over}, timeout=ABORT_S)
            if not over.done():
                process.kill()
                self._due_s = float("inf")

    def _heard(self, key: str, value: str) -> None:
        if self._due_s == float("inf"):
            return
        match key, value:
            case "READY", "1":
                self.ready_s = time.monotonic()
                self._due_s = self.ready_s + self.part.watchdog_s
                self._ready()
            case "WATCHDOG", "1":
                self._due_s = time.monotonic() + self.part.watchdog_s

    def _environment(self, ear: Path) -> dict[str, str]:
        return os.environ | {
            "NOTIFY_SOCKET": str(ear),
            "WATCHDOG_USEC": str(round(self.part.watchdog_s * 1e6)),
            "GYMBOX_LOG__FORMAT": "json",
            "PYTHONFAULTHANDLER": "1",
            "PYTHONUNBUFFERED": "1",
        }


def _die_with(parent: int) -> Callable[[], None]:
    """What a new process does before it is itself: see to it that it dies with us, however we die."""

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # we died before that
            os._exit(1)

    return prepare
