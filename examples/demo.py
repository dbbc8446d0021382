"""Count the sample clip, hold the counts against its truth, and draw them: what `./just demo` runs.

The clip is rendered (`synth/sample.py`), so its truth is exact. Exit code 0 means that every count is right.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from gymbox import count
from gymbox.cli.progress import progress
from gymbox.cli.report import print_table

ROOT = Path(__file__).parents[1]
CLIP = ROOT / "tests" / "data" / "sample.mp4"
TRUTH = CLIP.with_suffix(".json")
DRAWN = ROOT / "out" / "demo.mp4"


def main() -> int:
    """Count, compare, and say what came out; 0 where it is what it should be."""
    DRAWN.parent.mkdir(exist_ok=True)
    with progress("counting") as on_progress:
        result = count(CLIP, overlay=DRAWN, on_progress=on_progress)
    print_table(result)

    meant = Counter(
        (each["exercise"], each["reps"], each["partial_reps"]) for each in json.loads(TRUTH.read_text())["sets"]
    )
    found = Counter((each.exercise, each.reps, each.partial_reps) for each in result.sets)
    for exercise, reps, partial in (meant - found).elements():
        print(f"missed: {exercise}, {reps} full and {partial} partial")
    for exercise, reps, partial in (found - meant).elements():
        print(f"wrong:  {exercise}, {reps} full and {partial} partial")
    print(f"{(meant & found).total()} of {meant.total()} sets are exactly what was rendered")
    print(f"drawn:  {DRAWN.relative_to(Path.cwd()) if DRAWN.is_relative_to(Path.cwd()) else DRAWN}")
    return 0 if found == meant else 1


if __name__ == "__main__":
    sys.exit(main())
