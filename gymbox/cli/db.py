"""`gymbox db`: bring the database's schema up, check it, back it up, restore it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gymbox.cli.config import File

# What a command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

if TYPE_CHECKING:
    from gymbox.storage.files import Place

app = typer.Typer(name="db", help="Upgrade, check, back up and restore the database.", no_args_is_help=True)


@app.command()
def upgrade(config: File = None) -> None:
    """Bring the schema to what this version needs; nothing happens where it is. The recorder does so at its start."""
    from gymbox.storage import migrate
    from gymbox.storage.engine import WriteLock
    from gymbox.storage.store import upgrade as bring_up

    place = _place(config)
    if place.database.exists() and asyncio.run(migrate.current(place.database)) == migrate.newest():
        typer.echo(f"{place.database}: at {migrate.newest()}, nothing to do")
        return
    with WriteLock(place.database):
        before, after = asyncio.run(bring_up(place, now=datetime.now(UTC)))
    typer.echo(f"{place.database}: {f'from {before} to' if before else 'made, at'} {after}")


@app.command()
def check(config: File = None) -> None:
    """Read the whole database and every backup, and say what is wrong; exit code 1 where something is."""
    from gymbox.storage import backup

    place = _place(config)
    found = {place.database: backup.check(place.database)}
    found |= {made.path: backup.check(made.path) for made in backup.backups(place)}
    for path, wrong in found.items():
        for complaint in wrong or ["whole"]:
            typer.echo(f"{path}: {complaint}")
    if any(found.values()):
        raise typer.Exit(1)


@app.command("backup")
def make(config: File = None) -> None:
    """Make a verified backup now, also while the box runs; none is deleted for it."""
    from gymbox.storage import backup

    made = backup.make(_place(config), keep=None, now=datetime.now(UTC))
    typer.echo(str(made.path))


@app.command()
def restore(
    number: Annotated[
        int | None, typer.Argument(help="Of the backup, as in its name; else the newest one that is whole.")
    ] = None,
    *,
    config: File = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the database's place, while the box does not run. What was there is set aside."""
    from gymbox.errors import StorageError
    from gymbox.storage import backup
    from gymbox.storage.engine import WriteLock

    place = _place(config)
    kept = {made.number: made for made in backup.backups(place)}
    if number is not None and number not in kept:
        numbers = ", ".join(map(str, sorted(kept))) or "none"
        raise StorageError(f"backup {number}: there is none in {place.backups}, only {numbers}")
    chosen = backup.newest_whole(place) if number is None else kept[number]
    if chosen is None:
        raise StorageError(f"backups: there is none in {place.backups} that is whole")
    with WriteLock(place.database):
        if not yes:
            typer.confirm(f"Replace {place.database} by {chosen.path.name}?", abort=True)
        typer.echo(str(backup.restore(place, chosen, why="restored by hand")))


def _place(config: File) -> Place:
    from gymbox.config import load
    from gymbox.owner import become_owner
    from gymbox.storage.files import Place

    place = Place(load(config).data_dir)
    become_owner(place.data_dir)
    return place
