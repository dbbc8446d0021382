"""What is said on the bus, a line an event: for people on a terminal, as JSON on a pipe."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from gymbox.bus.endpoints import channels
from gymbox.bus.subscribe import Heard, Listener, Lost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gymbox.bus.endpoints import Channel
    from gymbox.bus.subscribe import Since
    from gymbox.config import Settings

_QUEUE: Final = 1_000
"""Events that may wait for the terminal; then the tap itself falls behind, and asks again for what is numbered."""

_COLOURS: Final = {"perceptions": "dim", "reps": "green", "alerts": "red", "sets": "cyan", "status": "yellow"}


async def wiretap(settings: Settings, topic: str, since: Since, count: int) -> None:
    """Print `count` events of `topic`, or without end where that is 0.

    Args:
        settings: Say where the processes speak.
        topic: As in `gymbox tap TOPIC`; empty for all that is numbered.
        since: Whether what is kept comes first.
        count: How many; what was lost counts as one.
    """
    heard: asyncio.Queue[tuple[Channel, Heard | Lost]] = asyncio.Queue(_QUEUE)
    show = _pretty if sys.stdout.isatty() else _json_line
    async with asyncio.TaskGroup() as listening:
        tasks = [
            listening.create_task(_listen(settings, channel, topics, since, heard))
            for channel, topics in _wanted(settings, topic)
        ]
        printed = 0
        while not count or printed < count:
            show(*await heard.get())
            printed += 1
        for task in tasks:
            task.cancel()


def _wanted(settings: Settings, topic: str) -> Iterator[tuple[Channel, list[str]]]:
    domain = topic.partition(":")[0]
    for channel in channels(camera.id for camera in settings.camera):
        if not topic and channel.numbered:
            yield channel, sorted(channel.numbered)
        elif domain in channel.domains:
            yield channel, [topic]


async def _listen(
    settings: Settings,
    channel: Channel,
    topics: list[str],
    since: Since,
    heard: asyncio.Queue[tuple[Channel, Heard | Lost]],
) -> None:
    async with Listener(channel, run_dir=settings.run_dir, topics=topics, since=since) as listener:
        async for item in listener:
            await heard.put((channel, item))


def _json_line(channel: Channel, item: Heard | Lost) -> None:
    number = item.cursor.number if item.cursor else None
    line: dict[str, object] = {"channel": channel.name, "number": number}
    if isinstance(item, Heard):
        line |= {"topic": item.event.topic, "event": item.event.model_dump(mode="json")}
    else:
        line |= {"lost": item.count, "why": item.why}
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _pretty(channel: Channel, item: Heard | Lost) -> None:
    console = Console(soft_wrap=True, highlight=False)
    if isinstance(item, Lost):
        console.print(Text(f"{channel.name}: lost {item.count or 'an unknown number'}: {item.why}", style="bold red"))
        return
    event, number = item.event, item.cursor.number if item.cursor else ""
    said = event.model_dump(mode="json", exclude={"v", "at", "t_ns", "camera_id", "type"}, exclude_none=True)
    words = " ".join(f"{key}={_short(value)}" for key, value in said.items())
    console.print(
        Text.assemble(
            (f"{event.at.astimezone():%H:%M:%S.%f}"[:-3], "dim"),
            f" {number:>6} ",
            (f"{event.topic:<24}", _COLOURS.get(event.domain, "")),
            (f" {event.type:<14} ", "bold"),
            words,
        )
    )


def _short(value: object) -> str:
    """`value` on a line: long lists by their length, numbers to three digits."""
    match value:
        case float():
            return f"{value:.3g}"
        case dict():
            return "{" + " ".join(f"{key}={_short(inner)}" for key, inner in value.items()) + "}"
        case list() if len(value) > 4:
            return f"[{len(value)}]"
        case list():
            return "[" + " ".join(map(_short, value)) + "]"
        case _:
            return str(value)
