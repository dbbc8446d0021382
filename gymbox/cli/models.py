"""`gymbox models …`: which pose models there are, and how they get there."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gymbox.cli.config import File

# What a command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

if TYPE_CHECKING:
    from gymbox.models.manifest import Row

PICTURES: Final = ((720, 1280), (480, 640), (1280, 720))
"""Rows and columns of what cameras send: another shape is another engine."""

app = typer.Typer(
    name="models", help="The pose models: list them, build the default, add your own.", no_args_is_help=True
)


@app.command("list")
def list_models() -> None:
    """Show every model: its head, licence, source, and whether it is ready.

    [bold]Example[/]: gymbox models list
    """
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from gymbox import models
    from gymbox.models.manifest import AddedFile, manifest
    from gymbox.models.registry import fault

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("name", no_wrap=True)
    for heading in ("head", "licence", "from", "state"):
        table.add_column(heading, overflow="fold")
    faults = []
    for name, row in models.known().items():
        came_from = row.source.added_from if isinstance(row.source, AddedFile) else row.source.package
        wrong = fault(name, row)
        faults += [wrong] if wrong else []
        state = ("not ready" if wrong else "ready") + (", the default" if name == manifest().default else "")
        table.add_row(*map(escape, (name, row.head, row.licence, came_from, state)))
    console = Console(soft_wrap=False, highlight=False)
    console.print(table)
    for line in (*faults, f"weights: {models.weights_dir()}"):
        console.print(line, soft_wrap=True, markup=False)


@app.command()
def build(
    name: Annotated[str | None, typer.Argument(help="A model of the list; the default one if left out.")] = None,
) -> None:
    """Fetch and convert a model, unless it is there already.

    [bold]Examples[/]: gymbox models build · gymbox models build movenet-multipose
    """
    from rich.console import Console

    from gymbox import models

    console = Console(stderr=True)
    with console.status("looking") as status:

        def say(line: str) -> None:
            console.print(line, highlight=False)
            status.update(line)

        model = models.build(name, say=say)
    Console().print(f"{model.name}: ready in {model.path}", soft_wrap=True, highlight=False)


@app.command()
def prepare(config: File = None) -> None:
    """Let the device make ready what it needs for the box's model: TensorRT builds engines, for minutes, once.

    It is done anyway, but by vision, which counts nobody meanwhile.
    """
    import time

    import numpy as np
    from rich.console import Console

    from gymbox import _core, models
    from gymbox.config import load
    from gymbox.owner import become_owner
    from gymbox.vision.process import engines, open_model

    settings = load(config)
    become_owner(settings.data_dir)
    model = models.find(None if settings.vision.model == "auto" else settings.vision.model)
    console, begun = Console(stderr=True), time.monotonic()
    with console.status(f"{model.name}: opening"):
        pose = open_model(model, settings.vision, cache=engines(settings.data_dir))
    for done, (height, width) in enumerate(PICTURES, 1):
        with console.status(f"{model.name} on {pose.device}: {width}×{height}, {done} of {len(PICTURES)}"):
            pose.detect(_core.Frame(np.zeros((height, width, 3), np.uint8)))
    typer.echo(f"{model.name}: ready on {pose.device}, after {time.monotonic() - begun:.0f} s")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="An ONNX file: YOLO-pose with or without NMS, or MoveNet MultiPose.")],
    name: Annotated[str | None, typer.Option(help="What to call it; made from the file's name if left out.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Agree to its licence without being asked.")] = False,
) -> None:
    """Add a model of your own; its licence is shown, and you are asked once.

    [bold]Examples[/]: gymbox models add yolo11n-pose.onnx · gymbox models add best.onnx --name our-gym --yes
    """
    from gymbox import models
    from gymbox.models.manifest import UNKNOWN_LICENCE

    def agree(row: Row) -> bool:
        size = "×".join(map(str, row.input.shape))
        typer.echo(f"{file}: {row.head}, input {row.input.dtype} {size}, sha256 {row.sha256}")
        typer.echo(f"licence: {row.licence}")
        if row.licence == UNKNOWN_LICENCE:
            typer.echo("The file does not say under which licence it is: ask who made it before you use it.")
        return yes or typer.confirm("Use it under this licence?")

    model = models.add(file, name, agree=agree)
    if model is None:
        typer.echo("nothing was added")
        raise typer.Exit(1)
    typer.echo(f"{model.name}: ready in {model.path}")
