"""`gymbox config`: check the settings, show them, print their schema."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

# What a command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

if TYPE_CHECKING:
    from rich.console import RenderableType

app = typer.Typer(name="config", help="Check, show and describe the settings.", no_args_is_help=True)

File = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The file; else $GYMBOX_CONFIG, ./gymbox.toml, /etc/gymbox/gymbox.toml."),
]


@app.command()
def check(config: File = None) -> None:
    """Read the settings, and say what is wrong by line."""
    from gymbox.config import find, load

    path = config or find()
    settings = load(path)
    cameras = len(settings.camera)
    _say(f"{path or 'defaults (no gymbox.toml found)'}: good, {cameras} camera{'s' if cameras != 1 else ''}")
    if path and any("***" in str(camera.url) for camera in settings.camera) and path.stat().st_mode & stat.S_IROTH:
        _say(f"{path}: holds passwords and is readable by everybody: chmod 600 {path}")


@app.command()
def show(config: File = None) -> None:
    """Print the settings in force, defaults and environment included, credentials hidden."""
    from gymbox.config import load

    text = load(config).model_dump_json(indent=2)
    console = Console()
    if console.is_terminal:
        console.print_json(text)
    else:
        typer.echo(text)


@app.command()
def schema() -> None:
    """Print the JSON Schema of gymbox.toml, for editors that check as you type."""
    from gymbox.config import Settings

    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Settings.model_json_schema()}
    typer.echo(json.dumps(described, indent=2, ensure_ascii=False))


def _say(text: RenderableType) -> None:
    Console(soft_wrap=True, highlight=False).print(text, markup=False)
