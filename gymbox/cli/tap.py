"""`gymbox tap`: print what the processes say to each other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from gymbox.bus.endpoints import channels, prefix
from gymbox.bus.subscribe import Heard, Listener, Lost, Since
from gymbox.cli.config import File
from gymbox.config import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gymbox.bus.endpoints import Channel
    from gymbox.config import Settings

_QUEUE: Final = 1_000
"""Events that may wait for the terminal; then the tap itself falls behind, and asks again for what is numbered."""

_COLOURS: Final = {"perceptions": "dim", "reps": "green", "alerts": "red", "sets": "cyan", "status": "yellow"}


def tap(
    topic: Annotated[
        str, typer.Argument(help="reps, reps:rack-2, …; nothing for all but frames and perceptions.")
    ] = "",
    *,
    config: File = None,
    kept: Annotated[bool, typer.Option("--kept", help="Begin with the numbered events that are still kept.")] = False,
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="Stop after so many; 0 goes on.")] = 0,
) -> None:
    """Print the bus: readable on a terminal, JSON lines on a pipe."""
    prefix(topic)
    settings = load(config)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(_tap(settings, topic, Since.KEPT if kept else Since.NOW, count))
        except* BrokenPipeError:  # the reader has gone: nor may the interpreter flush to it at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _tap(settings: Settings, topic: str, since: Since, count: int) -> None:
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
