"""`just bench`: what is fast, as ratios within one run."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.row import Row

BENCHES = ("pipeline", "letterbox", "tracker", "exercise")


def main() -> int:
    """Run the benches that were asked for and print one table; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="just bench", description=__doc__)
    parser.add_argument(
        "bench", nargs="*", choices=[*BENCHES, []], help=f"one or more of {', '.join(BENCHES)}; all if none"
    )
    chosen = parser.parse_args().bench or BENCHES
    table = Table("what", "ours", "against", "ratio", "target", "")
    missed = False
    with Console(stderr=True).status("measuring") as status:
        for name in chosen:
            status.update(f"measuring {name}")
            rows: Iterable[Row] = importlib.import_module(f"bench.{name}").rows()
            for row in rows:
                missed |= not row.met
                verdict = "[green]met[/]" if row.met else "[red]missed[/]"
                table.add_row(row.name, row.ours, row.theirs, f"{row.ratio:.2f}", row.target, verdict)
    Console().print(table)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
