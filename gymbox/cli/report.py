"""Results as a table for people, as JSON lines and as CSV for programs."""

from __future__ import annotations

import csv
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gymbox.output import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gymbox.result import AlertResult, CountResult, SetResult

STDOUT = "-"

PIPED_WIDTH = 120
"""Columns of a table that is not printed on a terminal."""

HEADINGS = ("person", "exercise", "time", "reps", "partial", "range", "down", "up", "form", "alerts")
NUMBERS = range(3, 9)

CSV_COLUMNS = (
    "source",
    "complete",
    "person",
    "exercise",
    "start_s",
    "end_s",
    "reps",
    "partial_reps",
    "range_deg",
    "tempo_down_s",
    "tempo_up_s",
    "form_score",
    "alerts",
)


@contextmanager
def reports(json_file: str | None, csv_file: str | None) -> Iterator[Callable[[CountResult], None]]:
    """A function that reports one result wherever it was asked for.

    Args:
        json_file: Where JSON goes, an object a line; `-` is standard output, which then holds nothing else.
        csv_file: Where CSV goes, a row a set; `-` likewise.
    """
    with ExitStack() as stack:
        outputs: list[Callable[[CountResult], None]] = []
        if json_file is not None:
            outputs.append(_json_to(stack.enter_context(_text(json_file))))
        if csv_file is not None:
            outputs.append(_csv_to(stack.enter_context(_text(csv_file))))
        if STDOUT not in (json_file, csv_file):
            outputs.append(print_table)

        def report(result: CountResult) -> None:
            for output in outputs:
                output(result)

        yield report


def _json_to(file: TextIO) -> Callable[[CountResult], None]:
    def output(result: CountResult) -> None:
        file.write(result.model_dump_json() + "\n")
        file.flush()

    return output


def _csv_to(file: TextIO) -> Callable[[CountResult], None]:
    writer = csv.DictWriter(file, CSV_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()

    def output(result: CountResult) -> None:
        for each in result.sets:
            alerts = "; ".join(f"{alert.check} {alert.at_s}" for alert in each.alerts)
            row = {"source": result.source, "complete": str(result.complete).lower(), "alerts": alerts}
            writer.writerow(each.model_dump() | row)
        file.flush()

    return output


@contextmanager
def _text(target: str) -> Iterator[TextIO]:
    if target == STDOUT:
        yield sys.stdout
        return
    with written(target) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        yield file


def print_table(result: CountResult) -> None:
    """Print a result as a table on standard output: a row a set, person by person."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PIPED_WIDTH)
    if not result.sets:
        console.print(f"{result.source}: no set", markup=False, soft_wrap=True)
        return
    table = Table(
        title=escape(result.source), title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False
    )
    before = None
    rows = []
    for each in result.sets:
        rows.append(_row(each, repeats=each.person == before))
        before = each.person
    # A column in which nobody has anything is left out: eighty characters are few.
    shown = [index for index in range(len(HEADINGS)) if any(row[index] for row in rows)]
    for index in shown:
        last = index == len(HEADINGS) - 1
        table.add_column(HEADINGS[index], justify="right" if index in NUMBERS else "left", no_wrap=not last)
    for row in rows:
        table.add_row(*(row[index] for index in shown))
    console.print(table)
    console.print(f"{result.model} on {result.device}" if result.device else "from recorded poses", style="dim")


def _row(each: SetResult, *, repeats: bool) -> Sequence[str]:
    return (
        "" if repeats else str(each.person),
        each.exercise.replace("_", " "),
        f"{clock(each.start_s)}–{clock(each.end_s)}",  # noqa: RUF001
        f"[bold]{each.reps}[/]",
        str(each.partial_reps or ""),
        "" if each.range_deg is None else f"{each.range_deg:.0f}°",
        f"{each.tempo_down_s:.1f} s",
        f"{each.tempo_up_s:.1f} s",
        "" if each.form_score is None else f"{each.form_score:.0f}",
        _alerts(each.alerts),
    )


def _alerts(alerts: Sequence[AlertResult]) -> str:
    """A line a message, with all its times."""
    times: dict[str, list[str]] = {}
    for alert in alerts:
        times.setdefault(alert.message, []).append(clock(alert.at_s))
    return "\n".join(f"{escape(message)} at {', '.join(at)}" for message, at in times.items())


def clock(seconds: float) -> str:
    """`1:23.4`."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"
