"""A vision process that only counts: `python -m tests.process.speaker FOLDER` says a repetition every 2 ms."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gymbox.bus.endpoints import VISION
from gymbox.bus.publish import Speaker
from gymbox.config import Settings
from gymbox.service import run
from tests import floor

if TYPE_CHECKING:
    from gymbox.service import Service


async def main(service: Service) -> None:
    folder = Path(sys.argv[1])
    witness = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    async with Speaker(VISION, run_dir=folder, data_dir=folder) as speaker:
        service.ready("counting")
        while not service.stopping:
            number = speaker.head + 1
            speaker.say(floor.rep(number), floor.perception())
            os.write(witness, b"%d\n" % number)
            await asyncio.sleep(0.002)


if __name__ == "__main__":
    sys.exit(run(main, name="vision", settings=Settings()))
