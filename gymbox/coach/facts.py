"""What happened in a set, in numbers: nobody words what is not here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gymbox.events import Rep
    from gymbox.storage import views

SECOND: Final = 1_000_000_000
EARLY_REPS: Final = 3
"""Repetitions from the beginning of a set among which the quickest is the measure of its speed."""
LATE_REPS: Final = 2
"""Repetitions at the end that are held against it: a single slow one may be a slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A set, whole or so far. Of partial repetitions only the number counts."""

    exercise: str
    reps: int
    partial_reps: int
    range_deg: int | None
    """Half of the repetitions reached further; none where the joint was unseen."""
    out_s: float | None
    """Seconds from rest to the turn, of a usual repetition."""
    back_s: float | None
    slowdown: float
    """Share of peak speed that was lost from the beginning to the end, 0 to 1."""
    symmetry: float | None
    """Smaller over larger range of the two sides."""
    faults: tuple[tuple[str, int], ...]
    """Form checks that were hurt and how often, most often first."""
    form_score: int | None

    @property
    def fault_count(self) -> int:
        """Of all form checks."""
        return sum(times for _, times in self.faults)

    @classmethod
    def of(
        cls,
        exercise: str,
        done: Iterable[Rep | views.Rep],
        faults: Iterable[str],
        *,
        reps: int,
        partial_reps: int,
        form_score: float | None,
    ) -> Facts:
        """Of these repetitions and faults; the counts are given, as their owner may have corrected them."""
        full = [rep for rep in done if rep.kind == "full"]
        ranges = [rep.range_of_motion for rep in full if rep.range_of_motion is not None]
        sides = [rep.symmetry for rep in full if rep.symmetry is not None]
        return cls(
            exercise=exercise,
            reps=reps,
            partial_reps=partial_reps,
            range_deg=round(median(ranges)) if ranges else None,
            out_s=round(median((rep.turn_ns - rep.start_ns) / SECOND for rep in full), 1) if full else None,
            back_s=round(median((rep.end_ns - rep.turn_ns) / SECOND for rep in full), 1) if full else None,
            slowdown=slowdown([rep.peak_velocity for rep in full]),
            symmetry=round(median(sides), 2) if sides else None,
            faults=tuple(Counter(faults).most_common()),
            form_score=None if form_score is None else round(form_score),
        )


def slowdown(speeds: Sequence[float]) -> float:
    """Share of peak speed lost from the best of the first repetitions to the better of the last; 0 while too few."""
    if len(speeds) < EARLY_REPS + LATE_REPS or not (best := max(speeds[:EARLY_REPS])):
        return 0.0
    return round(max(0.0, 1 - max(speeds[-LATE_REPS:]) / best), 2)
