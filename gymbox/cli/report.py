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
from rich.text import Text

from gymbox.output import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gymbox.result import AlertResult, CountResult, SetResult

STDOUT = "-"

PIPED_WIDTH = 120
"""Columns of a table that is not printed on a terminal."""

SETS = ("person", "exercise", "time", "reps", "partial", "range", "down", "up", "form")
ALERTS = ("person", "exercise", "alert", "at")
NUMBERS = frozenset(SETS[3:])

GOOD_FORM, FAIR_FORM = 80, 50
"""Form scores above which a set is shown in green, and from which in yellow."""

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
    """Print a result on standard output: a row a set, person by person; below, what was wrong with their form."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PIPED_WIDTH)
    if not result.sets:
        console.print(f"{result.source}: no sets found", markup=False, soft_wrap=True)
        return
    console.print(Text(result.source, style="bold"), soft_wrap=True)
    console.print(_table(SETS, [(each, _row(each)) for each in result.sets]))
    alerts = [(each, row) for each in result.sets for row in _alerts(each.alerts)]
    if alerts:
        console.print(_table(ALERTS, alerts))
    console.print(f"{result.model} on {result.device}" if result.device else "from recorded poses", style="dim")


def _table(headings: Sequence[str], rows: Sequence[tuple[SetResult, Sequence[str]]]) -> Table:
    """Rows of sets behind their person and exercise, which stand where they change; fits eighty characters."""
    lines = []
    before: SetResult | None = None
    for of, row in rows:
        same = before is not None and before.person == of.person
        exercise = "" if before is of else of.exercise.replace("_", " ")
        lines.append(("" if same else str(of.person), exercise, *row))
        before = of
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    # A column in which nobody has anything is left out.
    shown = [index for index in range(len(headings)) if any(line[index] for line in lines)]
    for index in shown:
        heading = headings[index]
        table.add_column(heading, justify="right" if heading in NUMBERS else "left", no_wrap=headings is SETS)
    for line in lines:
        table.add_row(*(line[index] for index in shown))
    return table


def _row(each: SetResult) -> Sequence[str]:
    return (
        f"{clock(each.start_s)}–{clock(each.end_s)}",  # noqa: RUF001
        f"[bold]{each.reps}[/]",
        str(each.partial_reps or ""),
        "" if each.range_deg is None else f"{each.range_deg:.0f}°",
        f"{each.tempo_down_s:.1f} s",
        f"{each.tempo_up_s:.1f} s",
        "" if each.form_score is None else f"[{_shade(each.form_score)}]{each.form_score:.0f}[/]",
    )


def _shade(form_score: float) -> str:
    return "green" if form_score > GOOD_FORM else "yellow" if form_score >= FAIR_FORM else "red"


def _alerts(alerts: Sequence[AlertResult]) -> Iterator[Sequence[str]]:
    """Each message once, with all its times."""
    times: dict[str, list[str]] = {}
    for alert in alerts:
        times.setdefault(alert.message, []).append(clock(alert.at_s))
    for message, at in times.items():
        yield (escape(message), ", ".join(at))


def clock(seconds: float) -> str:
    """`1:23`."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
