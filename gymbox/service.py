"""What each of the box's processes does the same way: start, tell systemd, feed the watchdog by work, stop when told.

```python
async def main(service: Service) -> None:
    async with Speaker(VISION, run_dir=…) as speaker:
        service.ready("watching 4 cameras")
        while not service.stopping:
            ...one step of real work...
            service.worked()

if __name__ == "__main__":
    sys.exit(run(main, name="vision", settings=load()))
```
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from gymbox import log
from gymbox.config import load
from gymbox.errors import GymboxError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Coroutine
    from typing import Any, NoReturn

    from gymbox.config import Settings

_log = structlog.get_logger(__name__)

GRACE_S: Final = 10.0
"""How long a process may take to stop by itself before it is cancelled; whoever supervises should allow 15 s."""


class Service:
    """One running process, as its `main` sees it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stop = asyncio.Event()
        """Set when the process is to end."""
        self._fed = 0.0
        self._feed_every = watchdog_s() / 4

    @property
    def stopping(self) -> bool:
        """Whether the process is to end."""
        return self.stop.is_set()

    def ready(self, status: str) -> None:
        """Say that it works now, and what it does."""
        _log.info("ready", status=status)
        notify(f"READY=1\nSTATUS={_line(status)}")

    def status(self, text: str) -> None:
        """Say what it does now, for `systemctl status`."""
        notify(f"STATUS={_line(text)}")

    def worked(self) -> None:
        """Feed the watchdog: called where real work was done, never by a timer beside it. Cheap enough for a frame."""
        now = time.monotonic()
        if now - self._fed >= self._feed_every:
            self._fed = now
            notify("WATCHDOG=1")


def command_line(parser: ArgumentParser) -> tuple[Namespace, Settings]:
    """What a process was called with, and the settings of its `--config FILE`; refused settings end it."""
    parser.add_argument("--config", type=Path, help="the settings' file")
    given = parser.parse_args()
    try:
        return given, load(given.config)
    except GymboxError as error:
        refuse(error)


def refuse(error: GymboxError) -> NoReturn:
    """End the process before it began, with exit code 2, and say why."""
    sys.stderr.write(f"gymbox: {error}\n")
    raise SystemExit(2)


def run(
    main: Callable[[Service], Coroutine[Any, Any, None]],
    *,
    name: str,
    settings: Settings,
    grace_s: float = GRACE_S,
) -> int:
    """Run `main` to its end or to SIGTERM or SIGINT, and return the process's exit code.

    At a signal `service.stop` is set and `main` should return; after `grace_s`, or at a second signal, it is cancelled.
    0 is a clean end, 1 a defect, 2 a refusal (a `GymboxError`), each logged once.
    """
    log.configure(settings.log, process=name)
    try:
        asyncio.run(_run(main, name, grace_s))
    except Exception as error:  # noqa: BLE001 -- the last line of the process: it is logged, and the exit code tells
        cause = _first(error)
        if isinstance(cause, GymboxError):
            _log.error("cannot go on", error=str(cause))
            return 2
        _log.exception("failed", error=f"{type(cause).__name__}: {cause}".rstrip(": "))
        return 1
    return 0


def _first(error: Exception) -> Exception:
    """Of what several tasks raised, the first."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


async def _run(main: Callable[[Service], Coroutine[Any, Any, None]], name: str, grace_s: float) -> None:
    service, loop = Service(name), asyncio.get_running_loop()
    work = asyncio.ensure_future(main(service))

    def told(number: signal.Signals) -> None:
        if service.stopping:
            work.cancel()
            return
        _log.info("stopping", signal=number.name)
        notify("STOPPING=1")
        service.stop.set()
        loop.call_later(grace_s, work.cancel)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told, number)
    with contextlib.suppress(asyncio.CancelledError):
        await work
    if work.cancelled() and not service.stopping:
        raise RuntimeError(f"{name}: cancelled itself")


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether `event` is set within so many seconds; returns as soon as it is."""
    with contextlib.suppress(TimeoutError):
        return await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


def notify(message: str) -> bool:
    """Send `message` to whoever supervises (systemd's `sd_notify` protocol); whether there is one."""
    where = os.environ.get("NOTIFY_SOCKET")
    if not where:
        return False
    if where.startswith("@"):  # an abstract socket
        where = "\0" + where[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out, contextlib.suppress(OSError):
        out.connect(where)
        out.sendall(message.encode())
        return True
    return False


def watchdog_s() -> float:
    """Within how many seconds the supervisor wants to hear of work; infinite where it does not."""
    microseconds, process = os.environ.get("WATCHDOG_USEC"), os.environ.get("WATCHDOG_PID")
    if not microseconds or (process and int(process) != os.getpid()):
        return float("inf")
    return int(microseconds) / 1e6


def _line(text: str) -> str:
    return " ".join(text.split())
