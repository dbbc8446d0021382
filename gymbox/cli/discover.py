"""`gymbox camera discover`: the network's cameras, and what each sends."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from gymbox.cli.config import File

# What a command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gymbox.onvif.device import Stream
    from gymbox.onvif.discovery import Found
    from gymbox.onvif.soap import Login

    Row = dict[str, str]


def discover(
    *,
    address: Annotated[
        str | None, typer.Option(help="Ask this one alone, such as 192.168.1.40, where no probe reaches it.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="Of the cameras: then their streams are told, too. Asks for the password.")
    ] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the password from standard input, a line.")] = False,
    seconds: Annotated[float, typer.Option(min=0.5, max=30, help="How long to listen.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, an object a line.")] = False,
    config: File = None,
) -> None:
    """Find the network's cameras by ONVIF, and what each sends; needs no internet."""
    from gymbox.config import load
    from gymbox.onvif.discovery import Found
    from gymbox.onvif.discovery import discover as look

    known = {urlsplit(one.url.get_secret_value()).hostname: one.id for one in load(config).camera}
    login = _login(user, stdin=stdin)
    found = (Found.named(address),) if address else asyncio.run(look(seconds))
    rows = [row for told in asyncio.run(_asked(found, login)) for row in _rows(*told, known.get(told[0].address))]
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    elif rows:
        _show(rows)
        if login is None:
            typer.echo("\nwhat they send: gymbox camera discover --user NAME")
    else:
        typer.echo("no camera answered: is ONVIF switched on in its own settings, and is it in this network?")
        typer.echo("ask one alone: gymbox camera discover --address 192.168.1.40 --user NAME")


def _login(user: str | None, *, stdin: bool) -> Login | None:
    from gymbox.onvif.soap import Login

    if user is None:
        return None
    typed = sys.stdin.readline() if stdin else typer.prompt(f"Password of {user}", hide_input=True)
    return Login(user, typed.rstrip("\n"))


async def _asked(found: Sequence[Found], login: Login | None) -> list[tuple[Found, tuple[Stream, ...], str]]:
    """Each camera with its streams, or with why they are not known."""
    from gymbox.errors import OnvifError
    from gymbox.onvif.device import streams

    async def asked(one: Found) -> tuple[Found, tuple[Stream, ...], str]:
        try:
            return one, await streams(one.service, login) if login else (), ""
        except OnvifError as error:
            return one, (), str(error)

    return list(await asyncio.gather(*map(asked, found)))


def _rows(one: Found, streams: tuple[Stream, ...], why: str, known: str | None) -> list[Row]:
    """A row for each stream; one for a camera of which none is known. `camera` is what the settings call it."""
    row = {"address": one.address, "name": one.name, "model": one.hardware, "camera": known or ""}
    if not streams:
        return [row | {"sends": "", "stream": why}] if why else [row]
    return [row | {"sends": _size(stream), "stream": stream.url} for stream in streams]


def _size(stream: Stream) -> str:
    return f"{stream.codec} {stream.width}×{stream.height}" + (f" {stream.fps}/s" if stream.fps else "")


def _show(rows: Sequence[Row]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = max(rows, key=len)
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(row.get(name, ""), overflow="fold") for name in columns))
    Console().print(table)
