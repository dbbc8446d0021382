"""`gymbox doctor`: what is well, what is not, and what to do."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gymbox.cli.config import File

# What the command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

if TYPE_CHECKING:
    from rich.console import Console

    from gymbox.doctor.finding import Finding

_MARKS: Final = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


def doctor(
    config: File = None, as_json: Annotated[bool, typer.Option("--json", help="As JSON, an object a line.")] = False
) -> None:
    """Look at cameras, models, device, disk, clock, database and network, and say what to do.

    Exit code 1 where something does not work.
    """
    from rich.console import Console

    from gymbox.config import find
    from gymbox.doctor.examine import examine

    console, found = Console(highlight=False), []
    with Console(stderr=True).status("looking"):
        for finding in examine(config or find()):
            found.append(finding.verdict)
            if as_json:
                typer.echo(json.dumps(asdict(finding), ensure_ascii=False))
            else:
                _show(console, finding)
    if not as_json:
        fails, warns = found.count("fail"), found.count("warn")
        said = [f"{fails} do not work"] * bool(fails) + [f"{warns} could be better"] * bool(warns)
        console.print(f"\n{', '.join(said) or 'all is well'}")
    raise typer.Exit(int("fail" in found))


def _show(console: Console, finding: Finding) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    mark, style = _MARKS[finding.verdict]
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=1)
    grid.add_column(width=16, overflow="fold")
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark, style), Text(finding.about, "bold"), Text(finding.came))
    if finding.verdict != "ok":
        grid.add_row("", Text("expected", "dim"), Text(finding.expected, "dim"))
        grid.add_row("", Text("do", style), Text(finding.remedy))
    console.print(Padding(grid, (0, 0)))
