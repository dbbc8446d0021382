"""The process that says sentences: `python -m gymbox.coach.process [--config FILE]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from gymbox.bus.endpoints import COACH, COACH_REQUESTS, VISION
from gymbox.bus.publish import Speaker
from gymbox.bus.request import Server, ask
from gymbox.bus.subscribe import Heard, Listener
from gymbox.clock import now_ns
from gymbox.coach.adviser import Adviser
from gymbox.coach.allowance import Allowance
from gymbox.coach.coach import Coach
from gymbox.coach.notes import Notes
from gymbox.coach.people import People
from gymbox.coach.report import report
from gymbox.errors import BusError
from gymbox.requests import AskCoach, CoachReport
from gymbox.service import command_line, run
from gymbox.storage import Reader

if TYPE_CHECKING:
    from gymbox.config import Settings
    from gymbox.config.settings import CoachSettings
    from gymbox.service import Service

_log = structlog.get_logger(__name__)

CATCH_UP_S: Final = 3.0
"""How long a start waits for what vision still knows. Without vision the coach is ready then, and hears it later."""
CHECK_S: Final = 5.0
"""Between two looks at whether it still answers."""


async def coach(service: Service, *, settings: Settings) -> None:
    """Say what there is to say, until told to stop."""
    async with AsyncExitStack() as stack:
        speaker = await stack.enter_async_context(Speaker(COACH, run_dir=settings.run_dir, data_dir=settings.data_dir))
        desk = await stack.enter_async_context(Server(COACH_REQUESTS, run_dir=settings.run_dir))
        people = People(await stack.enter_async_context(Reader(settings.data_dir)), settings.coach.wishes)
        stack.push_async_callback(people.settle)
        adviser = await _adviser(settings, stack)
        one = Coach(people, speaker.say, Notes(), adviser, cue_within_s=settings.coach.cue_within_s, clock=now_ns)
        stack.push_async_callback(one.close)

        async def answer(_asked: AskCoach) -> CoachReport:
            return report(settings.coach, one, adviser)

        desk.on(AskCoach, answer)
        caught_up = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_follow(one, settings, caught_up)),
                group.create_task(_keep_checking(settings, service)),
            ]
            with suppress(TimeoutError):
                await asyncio.wait_for(caught_up.wait(), CATCH_UP_S)
            service.ready(f"worded by {settings.coach.model}" if adviser else "worded by the box: there is no key")
            await service.stop.wait()
            for task in tasks:
                task.cancel()


def key(settings: CoachSettings) -> str:
    """The language model's; nothing where there is none."""
    return settings.api_key.get_secret_value() if settings.api_key else os.environ.get("ANTHROPIC_API_KEY", "")


async def _adviser(settings: Settings, stack: AsyncExitStack) -> Adviser | None:
    """Who asks the model; none without a key."""
    if not (secret := key(settings.coach)):
        return None
    from gymbox.coach.model import Model  # noqa: PLC0415 -- it takes two seconds of a core, and most boxes have no key

    model = Model(settings.coach, secret)
    stack.push_async_callback(model.close)
    return Adviser(model, settings.coach, Allowance(settings.coach.tokens_per_day, settings.data_dir))


async def _follow(one: Coach, settings: Settings, caught_up: asyncio.Event) -> None:
    """Hear vision for ever. What happened before this process began is remembered, and nothing is said of it."""
    began = now_ns()  # the one before may have said the rest
    topics = ["reps", "alerts", "sets", "sessions"]
    async with (
        Listener(VISION, run_dir=settings.run_dir, topics=topics) as listener,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(_notice_end(listener, caught_up))
        while True:
            for item in await listener.batch():
                if isinstance(item, Heard):
                    await one.hear(item.event, live=item.event.t_ns >= began)
                else:
                    _log.warning("events are gone", channel=VISION.name, count=item.count, why=item.why)


async def _notice_end(listener: Listener, caught_up: asyncio.Event) -> None:
    while not listener.caught_up:  # noqa: ASYNC110 -- a listener says nothing where there is nothing to hear
        await asyncio.sleep(0.02)
    caught_up.set()


async def _keep_checking(settings: Settings, service: Service) -> None:
    """Ask itself over the bus, as others do."""
    while True:
        try:
            await ask(COACH_REQUESTS, AskCoach(), CoachReport, run_dir=settings.run_dir, timeout_s=CHECK_S)
            service.worked()
        except BusError as error:
            _log.error("the coach does not answer itself", error=str(error))
        await asyncio.sleep(CHECK_S)


def main() -> int:
    """Run the process."""
    parser = argparse.ArgumentParser(prog="gymbox.coach.process", description="Says sentences to people.")
    _, settings = command_line(parser)
    return run(partial(coach, settings=settings), name="coach", settings=settings)


if __name__ == "__main__":
    sys.exit(main())
