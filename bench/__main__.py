"""`just bench`: what is fast, as ratios within one run."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.row import Row

PIPED_WIDTH = 132

BENCHES = (
    "pipeline",
    "letterbox",
    "tracker",
    "exercise",
    "storage",
    "capture",
    "vision",
    "hub",
    "app",
    "clips",
    "recovery",
    "coach",
    "notes",
    "live",
)


def main() -> int:
    """Run the benches that were asked for and print one table; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="just bench", description=__doc__)
    parser.add_argument(
        "bench", nargs="*", choices=[*BENCHES, []], help=f"one or more of {', '.join(BENCHES)}; all if none"
    )
    chosen = parser.parse_args().bench or BENCHES
    table = Table("what", "ours", "against", "ratio", "target", "", box=SIMPLE_HEAD)
    missed = False
    with Console(stderr=True).status("measuring") as status:
        for name in chosen:
            status.update(f"measuring {name}")
            rows: Iterable[Row] = importlib.import_module(f"bench.{name}").rows()
            for row in rows:
                missed |= not row.met
                verdict = "[green]met[/]" if row.met else "[red]missed[/]"
                table.add_row(row.name, row.ours, row.theirs, f"{row.ratio:.2f}", row.target, verdict)
    console = Console()
    console = console if console.is_terminal else Console(width=PIPED_WIDTH)
    console.print(table)
    console.print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {platform.processor() or platform.machine()}"
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
