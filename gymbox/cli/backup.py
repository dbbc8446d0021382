"""`gymbox backup`: sealed backups on a stick or in a folder, the key that opens them, and the way back."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gymbox.cli.config import File

# What a command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

if TYPE_CHECKING:
    from gymbox.config import Settings

app = typer.Typer(
    name="backup", help="Back the box up to a stick or folder, encrypted, and bring it back.", no_args_is_help=True
)

Folder = Annotated[Path | None, typer.Argument(help="Where; else what [backup] says.", show_default=False)]
Stdin = Annotated[bool, typer.Option("--stdin", help="Read the key from standard input, a line.")]


@app.command()
def key(
    *,
    folder: Annotated[Path | None, typer.Option(help="Where backups go from now on.")] = None,
    config: File = None,
) -> None:
    """Make the key that opens backups, show it this once, and keep the half that closes them in gymbox.toml."""
    from gymbox.config import find
    from gymbox.config.edit import change_table
    from gymbox.errors import WrongKeyError
    from gymbox.storage import sealed

    path = config or find() or Path("gymbox.toml")
    made = sealed.new_key()
    typer.echo("Write this down and keep it away from the box. It is shown this once; without it no backup opens:\n")
    typer.echo(f"    {made}\n")
    typed = typer.prompt(f"Its last {sealed.ASKED_BACK} letters")
    if not sealed.is_end_of(typed, made):
        raise WrongKeyError("these are not its last letters; nothing has changed, and this key is void")
    place = {"folder": str(folder.absolute())} if folder else {}
    change_table(path, "backup", {"recipient": sealed.closing_half(made), **place})
    typer.echo(f"{path}: backups are closed for this key from now on; earlier ones open with the key before")


@app.command()
def now(
    folder: Folder = None,
    *,
    if_wanted: Annotated[bool, typer.Option(help="Do nothing where there is no key yet.")] = False,
    config: File = None,
) -> None:
    """Make a sealed backup now, also while the box runs; the oldest beyond [backup] keep go."""
    from gymbox.config import find, load
    from gymbox.errors import ConfigError
    from gymbox.storage import elsewhere
    from gymbox.storage.files import Place

    path = config or find()
    settings = load(path)
    if settings.backup.recipient is None and if_wanted:
        return
    if settings.backup.recipient is None:
        raise ConfigError("there is no key yet: gymbox backup key")
    place = Place(settings.data_dir)
    made = elsewhere.store(
        place,
        folder or settings.backup.folder,
        recipient=settings.backup.recipient,
        settings=path,
        keep=settings.backup.keep,
        now=datetime.now(UTC),
    )
    typer.echo(str(made.path))
    if elsewhere.outcome(place).own_disk:
        sys.stderr.write(f"gymbox: {made.path.parent} is on the box's own disk: a backup there dies with it\n")


@app.command("list")
def list_(folder: Folder = None, *, config: File = None) -> None:
    """Show the sealed backups, newest first."""
    from gymbox.storage import elsewhere

    for one in elsewhere.there(folder or _settings(config).backup.folder):
        typer.echo(f"{one.at:%Y-%m-%d %H:%M} UTC  {one.path.stat().st_size / 1e6:8.1f} MB  {one.path}")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A sealed backup.")], *, stdin: Stdin = False, config: File = None
) -> None:
    """Open a sealed backup and read all of it, and change nothing."""
    from tempfile import TemporaryDirectory

    from gymbox.storage import elsewhere

    with TemporaryDirectory(dir=_settings(config).data_dir) as folder:
        about = elsewhere.opened(file, _typed(stdin=stdin), Path(folder))
    typer.echo(f"{file}: whole; box {about.box_id}, {about.made_at:%Y-%m-%d %H:%M} UTC, gymbox {about.gymbox}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A sealed backup.")],
    *,
    stdin: Stdin = False,
    config: File = None,
    keep_settings: Annotated[bool, typer.Option(help="Leave gymbox.toml as it is here.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Make this box the one in the backup, while it does not run. What was there is set aside."""
    from gymbox.config import find
    from gymbox.storage import elsewhere
    from gymbox.storage.engine import WriteLock
    from gymbox.storage.files import Place

    path = config or find() or Path("gymbox.toml")
    settings = _settings(path if path.exists() else None)
    place = Place(settings.data_dir)
    opens = _typed(stdin=stdin)
    with WriteLock(place.database):
        if not yes:
            typer.confirm(f"Make {place.data_dir} the box of {file.name}?", abort=True)
        done = elsewhere.restore(place, file, opens, settings=None if keep_settings else path)
    typer.echo(str(done))


def _typed(*, stdin: bool) -> str:
    return sys.stdin.readline() if stdin else str(typer.prompt("Key", hide_input=True))


def _settings(config: Path | None) -> Settings:
    from gymbox.config import load

    return load(config)
