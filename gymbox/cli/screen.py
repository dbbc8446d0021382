"""`gymbox screen`: what the box's own screen shows."""

from __future__ import annotations

import asyncio
import io
import sys
import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gymbox.cli.config import File

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.requests import SetupShown

# What a command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

LOOK_S: Final = 5.0
"""Between two looks at the hub."""
AFRESH: Final = "\x1b[H\x1b[2J\x1b[3J\x1b[?25l"
"""Clears a terminal and hides its cursor."""


def screen(
    config: File = None,
    once: Annotated[bool, typer.Option("--once", help="Print it once, and end.")] = False,
) -> None:
    """Show where the box is; on a new one, the code and the address by which it is set up."""
    from gymbox.config import load
    from gymbox.errors import BusError
    from gymbox.service import notify

    run_dir = load(config).run_dir
    if once:
        found = asyncio.run(_ask(run_dir))
        if found is None:
            raise BusError("the hub does not answer: start the box first, with gymbox run")
        typer.echo(drawn(found), nl=False)
        return
    before = ""
    while True:
        found = asyncio.run(_ask(run_dir))
        text = drawn(found) if found else "\n  gymbox is starting …\n"
        if text != before:
            sys.stdout.write(AFRESH + text)
            sys.stdout.flush()
            before = text
            notify("READY=1")
        time.sleep(LOOK_S)


def drawn(found: SetupShown) -> str:
    """The screen's content: at most 24 lines of 80, as the smallest console has."""
    import segno

    if not found.addresses:
        return f"\n  {found.name}: no network.\n\n  Plug a network cable in; this screen then says how to go on.\n"
    code = io.StringIO()
    segno.make(found.url, error="l", micro=False).terminal(code, border=2, compact=True)
    lines = ["", *(f"  {line}" for line in code.getvalue().splitlines())]
    if found.code:
        lines += ["  Set this box up: scan the code with a phone that is in the same network, or", ""]
        lines += [f"  open      {found.url.partition('#')[0]}", f"  and type  {found.code}"]
    else:
        lines += ["  " + "   ".join(found.addresses), f"  for the operator: {found.addresses[0]}/admin"]
    return "\n".join(lines) + "\n"


async def _ask(run_dir: Path) -> SetupShown | None:
    from gymbox.bus.endpoints import HUB_REQUESTS
    from gymbox.bus.request import ask
    from gymbox.errors import BusError
    from gymbox.requests import AskSetup, SetupShown

    try:
        found, _ = await ask(HUB_REQUESTS, AskSetup(), SetupShown, run_dir=run_dir)
    except BusError:
        return None
    return found
