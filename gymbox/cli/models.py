"""`gymbox models …`: which pose models there are, and how they get there."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gymbox import models
from gymbox.models.manifest import AddedFile, manifest
from gymbox.models.registry import fault

app = typer.Typer(
    name="models", help="The pose models: list them, build the default, add your own.", no_args_is_help=True
)


@app.command("list")
def list_models() -> None:
    """Show every model: its head, licence, input, thresholds, and whether it is ready.

    [bold]Example[/]: gymbox models list
    """
    table = Table("name", "head", "licence", "sees", "from", "state")
    default = manifest().default
    for name, row in models.known().items():
        came_from = row.source.added_from if isinstance(row.source, AddedFile) else row.source.package
        ready = "ready" if fault(name, row) is None else "[red]not here, or not right[/]"
        label = f"{name} (default)" if name == default else name
        table.add_row(label, row.head, row.licence, f"{row.long_side} px", came_from, ready)
    console = Console()
    console.print(table)
    console.print(f"weights: {models.weights_dir()}", soft_wrap=True, highlight=False)


@app.command()
def build(
    name: Annotated[str | None, typer.Argument(help="A model of the list; the default one if left out.")] = None,
) -> None:
    """Fetch and convert a model, unless it is there already.

    [bold]Examples[/]: gymbox models build · gymbox models build movenet-multipose
    """
    console = Console(stderr=True)
    with console.status("looking") as status:

        def say(line: str) -> None:
            console.print(line, highlight=False)
            status.update(line)

        model = models.build(name, say=say)
    Console().print(f"{model.name}: ready in {model.path}", soft_wrap=True, highlight=False)
