"""A process that works, refuses, fails or will not stop: `python -m tests.process.served HOW`."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from gymbox.config import Settings
from gymbox.errors import GymboxError
from gymbox.service import run

if TYPE_CHECKING:
    from gymbox.service import Service


async def main(service: Service) -> None:
    match sys.argv[1]:
        case "refuse":
            raise GymboxError("camera rtsp://a:b@host: no such camera")
        case "fail":
            raise ZeroDivisionError
        case "stubborn":
            service.ready("deaf")
            await asyncio.Event().wait()
        case "mute":
            await asyncio.Event().wait()
        case "fail-later":
            service.ready("for a moment")
            raise ZeroDivisionError
        case "print":
            sys.stdout.write("rtsp://a:b@host: 401 Unauthorized\n")
        case "hang":
            hang(service)
        case "idle":
            service.ready("doing nothing")
            await service.stop.wait()
    service.ready("working\nhard")
    while not service.stopping:
        await asyncio.sleep(0.01)
        service.worked()
    service.status("put away")


def hang(service: Service) -> None:
    service.ready("hanging")
    time.sleep(3600)


if __name__ == "__main__":
    sys.exit(run(main, name="served", settings=Settings()))
