"""The process that writes the database: `python -m gymbox.recorder.process [--config FILE]`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

from gymbox.bus.endpoints import CAMERA, COACH, RECORDER, RECORDER_REQUESTS, VISION
from gymbox.bus.publish import Speaker
from gymbox.bus.request import Server
from gymbox.config.roster import Roster
from gymbox.recorder.clips import Clips
from gymbox.recorder.desk import open_desk
from gymbox.recorder.follow import Follower
from gymbox.recorder.repaint import keep_painted
from gymbox.recorder.upkeep import keep_up
from gymbox.service import command_line, run
from gymbox.storage import Store

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.config import Settings
    from gymbox.events import Event
    from gymbox.service import Service


async def record(service: Service, *, settings: Settings, config: Path | None) -> None:
    """Store what all others say, and do what the hub asks, until told to stop."""
    heard_from = [*(CAMERA.of(camera.id) for camera in settings.camera), VISION, COACH]
    async with (
        await Store.open(settings.data_dir) as store,
        Speaker(RECORDER, run_dir=settings.run_dir) as speaker,
        Server(RECORDER_REQUESTS, run_dir=settings.run_dir) as desk,
    ):
        open_desk(desk, store, settings.retention)
        roster = Roster(settings, config)
        clips = Clips(store, speaker, service, settings, roster)

        def stored(event: Event) -> None:
            service.worked()
            clips.want(event)

        followers = [Follower(channel, store, run_dir=settings.run_dir, then=stored) for channel in heard_from]
        work = [*(follower.run() for follower in followers), clips.run(), keep_up(store, service, settings.retention)]
        work.append(keep_painted(store, service, roster))
        service.ready(f"storing what {len(heard_from)} speakers say")
        async with asyncio.TaskGroup() as group, AsyncExitStack() as between_two_transactions:
            tasks = [group.create_task(part) for part in work]
            await service.stop.wait()
            for follower in followers:
                await between_two_transactions.enter_async_context(follower.storing)
            for task in tasks:
                task.cancel()


def main() -> int:
    """Run the process."""
    parser = argparse.ArgumentParser(prog="gymbox.recorder.process", description="Writes the box's database.")
    given, settings = command_line(parser)
    return run(partial(record, settings=settings, config=given.config), name="recorder", settings=settings)


if __name__ == "__main__":
    sys.exit(main())
