"""Tables on the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from accuracy.score import totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from accuracy.score import Scored, Target, Totals

WIDTH = 130  # where there is no terminal to ask
console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
SECTORS = ("front", "front right", "right", "back right", "back", "back left", "left", "front left")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A titled table; numbers stand on the right."""
    out = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    cells = [[str(cell) for cell in row] for row in rows]
    for number, column in enumerate(columns):
        numeric = bool(cells) and all(row[number][:1].isdigit() for row in cells)
        out.add_column(column, justify="right" if numeric else "left", no_wrap=True)
    for row in cells:
        out.add_row(*row)
    console.print(out)
    console.print()


def clips(title: str, scored: Iterable[Scored]) -> None:
    """One row a clip."""
    rows = []
    for each in scored:
        truth = each.truth
        reps = str(truth.reps_min) if truth.reps_min == truth.reps_max else f"{truth.reps_min}-{truth.reps_max}"
        partial = "" if truth.partial in (None, 0) else f" +{truth.partial}"
        missed = each.error or each.ghosts or not (each.recognised or not truth.counts or truth.single)
        rows.append(
            (
                truth.name,
                truth.exercise,
                reps + partial,
                each.found,
                each.full,
                each.partial,
                each.error,
                each.alerts,
                "<" if missed else "",
            )
        )
    table(title, ("clip", "exercise", "truth", "found", "full", "partial", "error", "alerts", ""), rows)


def side_by_side(title: str, one: Iterable[Scored], other: Iterable[Scored]) -> None:
    """The same clips counted in two ways."""
    rows = []
    for a, b in zip(one, other, strict=True):
        truth = a.truth
        same = (a.full, a.partial, a.found) == (b.full, b.partial, b.found)
        true = f"{truth.reps_max} + {truth.partial}"
        rows.append(
            (
                truth.name,
                truth.exercise,
                true,
                a.found,
                f"{a.full} + {a.partial}",
                b.found,
                f"{b.full} + {b.partial}",
                "" if same else "<",
            )
        )
    table(title, ("clip", "exercise", "truth", "modelled", "full + partial", "in pixels", "full + partial", ""), rows)


def sums(title: str, rows: Iterable[tuple[str, Totals]]) -> None:
    """One row of totals for each group."""
    table(
        title,
        ("", "clips", "exact", "within one", "mean error", "recognised", "full/partial", "ghosts"),
        (
            (
                name,
                each.clips,
                f"{each.share(each.exact):.1%}",
                f"{each.share(each.within_one):.1%}",
                f"{each.error:.1%}",
                f"{each.share(each.recognised):.1%}",
                f"{each.share(each.kinds_right):.1%}",
                each.ghosts,
            )
            for name, each in rows
        ),
    )


def by(title: str, scored: Sequence[Scored], key: Callable[[Scored], object]) -> None:
    """Totals of each group that `key` makes."""
    groups: dict[Any, list[Scored]] = {}
    for each in scored:
        groups.setdefault(key(each), []).append(each)
    sums(
        title,
        (
            (str(name), totals(group, singles_apart=False))
            for name, group in sorted(groups.items(), key=lambda item: item[0])
        ),
    )


def sector(yaw: float) -> str:
    """The side that a camera at `yaw` degrees sees."""
    number = round(yaw / 45) % 8
    return f"{number} {SECTORS[number]}"


def targets(promises: Sequence[Target]) -> bool:
    """The promises and whether they are kept; true where all are."""
    for each in promises:
        console.print(f"  {'kept  ' if each.kept else 'MISSED'}  {each.promise}: {each.measured}")
    console.print()
    return all(each.kept for each in promises)
