"""`gymbox update`: another version of gymbox, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gymbox.cli.config import File

# What a command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

if TYPE_CHECKING:
    from gymbox.update.state import State

app = typer.Typer(name="update", help="Look for another version, install it, go back.", no_args_is_help=True)


@app.command()
def check(config: File = None) -> None:
    """Look whether the feed announces a newer version."""
    from gymbox.config import load
    from gymbox.update import act
    from gymbox.update.state import Book
    from gymbox.update.ways import way

    how = way()
    with Book().alone() as book:
        offer = act.check(load(config), how, book)
    if offer is None:
        typer.echo(f"{how.running()} is the newest")
        return
    typer.echo(f"{offer.version} can be installed: gymbox update install")
    if offer.notes:
        typer.echo(offer.notes)


@app.command()
def install(
    source: Annotated[
        str, typer.Argument(help="A file, or its address; else what the feed announces.", metavar="FILE|URL")
    ] = "",
    config: File = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Take a package that nobody signed, such as one of your own making.")
    ] = False,
) -> None:
    """Install a newer version. What does not work, or is not ours, leaves the one that runs in place."""
    from gymbox.config import load
    from gymbox.update import act
    from gymbox.update.state import Book
    from gymbox.update.ways import way

    how = way()
    with Book().alone() as book:
        version = act.install(load(config), how, book, source, unsigned=unsigned, say=typer.echo)
    if how.restarts:
        typer.echo(f"{version} is installed; it runs from the next start on: systemctl reboot")


@app.command()
def rollback() -> None:
    """Go back to the version before."""
    from gymbox.update import act
    from gymbox.update.state import Book
    from gymbox.update.ways import way

    how = way()
    with Book().alone() as book:
        version = act.roll_back(how, book, say=typer.echo)
    if how.restarts:
        typer.echo(f"{version} runs from the next start on: systemctl reboot")


@app.command()
def commit(
    config: File = None,
    within: Annotated[float, typer.Option(help="Seconds in which the box must show that it works.", min=0)] = 600,
) -> None:
    """Keep the version that runs if the box works, else go back; run at each start. Exit code 1: start again."""
    from gymbox.config import load
    from gymbox.update import act
    from gymbox.update.state import Book
    from gymbox.update.ways import way

    if not act.commit(load(config), way(), Book(), limit_s=within, say=typer.echo):
        raise typer.Exit(1)


@app.command()
def status(
    json: Annotated[bool, typer.Option("--json", help="Print all that is known, as JSON.")] = False,
) -> None:
    """Say what runs, what is on trial, what can be had, and what happened."""
    from gymbox.update.state import Book
    from gymbox.update.ways import way

    how, book = way(), Book()
    state = book.read()
    if json:
        typer.echo(state.model_dump_json(indent=2))
        return
    running = how.running()
    typer.echo(f"{running}, as {'an image' if how.kind == 'image' else 'a package'}: {_standing(state, running)}")
    if (before := how.before(book)) not in {"", running}:
        typer.echo(f"{before} is what gymbox update rollback goes back to")
    if state.offer:
        typer.echo(f"{state.offer.version} can be installed: gymbox update install")
    for one in state.happened:
        when = one.at.astimezone().strftime("%Y-%m-%d %H:%M")
        typer.echo(f"{when}  {one.what:<9}  {one.version}{f'  ({one.why})' if one.why else ''}")


def _standing(state: State, running: str) -> str:
    if state.doing not in {"nothing", "trying"}:
        share = "" if state.progress is None else f", {state.progress:.0%}"
        return f"{state.doing} {state.installed}".rstrip() + share
    return "it works" if running == state.good else "on trial"
