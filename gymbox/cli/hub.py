"""`gymbox hub` and `gymbox qr`: let phones, screens and the operator in."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gymbox.cli.config import File

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.requests import Invite, Invited

# What a command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

app = typer.Typer(name="hub", help="Set the operator's password; describe the API.", no_args_is_help=True)


@app.command()
def password(
    config: File = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read it from standard input, a line.")] = False,
) -> None:
    """Set the operator's password; whoever is logged in by the one before is out, also while the box runs."""
    from gymbox.config import load
    from gymbox.hub.password import Password
    from gymbox.owner import become_owner

    data_dir = load(config).data_dir
    become_owner(data_dir)
    kept = Password(data_dir)
    typed = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if not stdin else sys.stdin.readline()
    kept.set(typed.rstrip("\n"))
    typer.echo("The operator's password is set.")


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI 3.1 document, from which clients' types are made."""
    from gymbox.hub.app import openapi_json

    typer.echo(openapi_json())


@app.command()
def typescript() -> None:
    """Print the API's types and checks for a client in TypeScript."""
    from gymbox.hub.app import openapi
    from gymbox.hub.typescript import typescript

    typer.echo(typescript(openapi()), nl=False)


def qr(
    config: File = None,
    session: Annotated[str | None, typer.Option(help="The visit that the phone is given.", metavar="ID")] = None,
    plain: Annotated[bool, typer.Option("--url", help="Print the address alone.")] = False,
) -> None:
    """Print a code for a phone to scan: good once, and for minutes. The box must run."""
    from pydantic import ValidationError

    from gymbox.config import load
    from gymbox.errors import BusError
    from gymbox.requests import Invite

    settings = load(config)
    try:
        request = Invite(session_id=session)
    except ValidationError as error:
        raise BusError(f"session {session}: expected one such as s-k3f9x2abcdef") from error
    invited = asyncio.run(_ask(request, settings.run_dir))
    if not plain:
        import segno

        segno.make(invited.url, error="l", micro=False).terminal(compact=True)
        typer.echo(
            f"Scan it with a phone's camera within {invited.lasts_s / 60:.0f} minutes; it is good once. Or open:"
        )
    typer.echo(invited.url)


async def _ask(request: Invite, run_dir: Path) -> Invited:
    from gymbox.bus.endpoints import HUB_REQUESTS
    from gymbox.bus.request import ask
    from gymbox.errors import BusError, NoAnswerError
    from gymbox.requests import Invited

    try:
        invited, _ = await ask(HUB_REQUESTS, request, Invited, run_dir=run_dir)
    except NoAnswerError as error:
        raise BusError("the hub does not answer: start the box first, with gymbox run") from error
    return invited
