"""What is true of a clip: from a folder's `labels.csv`, or from the file beside a rendered trace."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = "none"  # the exercise of a clip in which nobody exercises


@dataclass(frozen=True, slots=True)
class Truth:
    """One clip's truth; `partial` is `None` where nobody looked for partial repetitions."""

    name: str
    path: Path
    exercise: str
    reps_min: int
    reps_max: int
    partial: int | None = None
    seconds: float | None = None
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether there is anything to count."""
        return self.exercise != NOTHING

    @property
    def single(self) -> bool:
        """At most one repetition, perhaps cut by the clip."""
        return self.counts and self.reps_max <= 1


def labelled(folder: Path, *, traces: bool) -> list[Truth]:
    """The clips of `folder`'s `labels.csv`: its `videos/`, or its `traces/`; either may also lie in the folder itself.

    A column `partial_reps` is used where it is there.

    Raises:
        FileNotFoundError: The folder has no labels, or a labelled clip is not there.
    """
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        return [_label(folder, row, traces=traces) for row in csv.DictReader(file)]


def _label(folder: Path, row: dict[str, str], *, traces: bool) -> Truth:
    name = row["file"] + (".jsonl.gz" if traces else "")
    places = [folder / ("traces" if traces else "videos") / name, folder / name]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise FileNotFoundError(f"labels.csv names {row['file']}: expected {places[0]}")
    partial = row.get("partial_reps") or None
    return Truth(
        name=row["file"],
        path=path,
        exercise=row["exercise"],
        reps_min=int(row["reps_min"]),
        reps_max=int(row["reps_max"]),
        partial=int(partial) if partial else None,
        about={"view": row.get("view", ""), "notes": row.get("notes", "")},
    )


def rendered(folder: Path) -> list[Truth]:
    """The rendered traces of a folder, each with its truth beside it.

    Raises:
        FileNotFoundError: There are none.
    """
    found = [_beside(path) for path in sorted(folder.glob("*.jsonl.gz"))]
    if not found:
        raise FileNotFoundError(f"{folder}: expected traces (*.jsonl.gz), got none")
    return found


def _beside(path: Path) -> Truth:
    name = path.name.removesuffix(".jsonl.gz")
    truth = json.loads(path.with_name(f"{name}.json").read_text(encoding="utf-8"))
    sets = truth["sets"]
    full = sum(each["reps"] for each in sets)
    return Truth(
        name=name,
        path=path,
        exercise=sets[0]["exercise"] if sets else NOTHING,
        reps_min=full,
        reps_max=full,
        partial=sum(each["partial_reps"] for each in sets),
        seconds=truth["seconds"],
        about=truth["about"],
    )
