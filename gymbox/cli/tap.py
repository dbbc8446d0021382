"""`gymbox tap`: print what the processes say to each other."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import Annotated

import typer

from gymbox.cli.config import File

# What the command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415


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
    from gymbox.bus.endpoints import prefix
    from gymbox.bus.subscribe import Since
    from gymbox.cli.wiretap import wiretap
    from gymbox.config import load

    prefix(topic)
    settings = load(config)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(wiretap(settings, topic, Since.KEPT if kept else Since.NOW, count))
        except* BrokenPipeError:  # the reader has gone: nor may the interpreter flush to it at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
