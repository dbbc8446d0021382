"""A set under way, as the bus tells it, and what in it is worth a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from statistics import median
from typing import TYPE_CHECKING, Final

from gymbox.coach.facts import Facts, slowdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gymbox.events import FormAlertEvent, Rep, SetFinishedEvent

SECOND: Final = 1_000_000_000
USUAL_FROM: Final = 2
"""Earlier sets of an exercise from which on somebody has a usual number. One alone says little."""
HALF_FROM: Final = 6
"""Of fewer usual repetitions the half is not worth a word."""
LAST_REPS: Final = 2
"""How many are left when the last ones are called."""
SLOWING: Final = 0.25
"""Share of peak speed lost when somebody tires: 20 to 30 % in studies of training by velocity (Sánchez-Medina and
González-Badillo 2011). Raising it says so later, or never."""
CORRECTED_NS: Final = 12 * SECOND
"""After its alert, a fault that was not seen again is corrected. Vision repeats an alert after 10 s at the soonest, so
less would praise somebody who still does it."""
CHEER_EVERY: Final = 4
"""Repetitions between two cheers."""


@dataclass(slots=True)
class Effort:
    """One set so far."""

    set_id: str
    exercise: str
    past: Sequence[Facts] = ()
    """Earlier sets of this exercise, newest first, once they are read."""
    _full: list[Rep] = field(default_factory=list)
    _partial: list[Rep] = field(default_factory=list)
    _alerts: list[FormAlertEvent] = field(default_factory=list)
    _said: set[str] = field(default_factory=set)
    """Milestones come once a set, and `improved` once for each alert."""

    @property
    def reps(self) -> int:
        """Full ones."""
        return len(self._full)

    def times(self, check: str) -> int:
        """How often this fault was seen."""
        return sum(alert.check == check for alert in self._alerts)

    def count(self, rep: Rep) -> list[str]:
        """Take a confirmed repetition, and return the milestones that it reached, the most telling first."""
        if rep.kind != "full":
            self._partial.append(rep)
            return []
        self._full.append(rep)
        reached = {
            "best": self._is_best(),
            "last_reps": self.usual is not None and self.usual > LAST_REPS + 1 and self.reps == self.usual - LAST_REPS,
            "half": self.usual is not None and self.usual >= HALF_FROM and self.reps == ceil(self.usual / 2),
            "slowing": slowdown([rep.peak_velocity for rep in self._full]) >= SLOWING,
        }
        found = [name for name, holds in reached.items() if holds and name not in self._said]
        if self._has_improved(rep.end_ns):
            found.append("improved")
        return found

    def is_said(self, milestone: str) -> None:
        """It was told, and is not again."""
        self._said.add(f"improved {self._alerts[-1].alert_id}" if milestone == "improved" else milestone)

    def deserves_cheer(self) -> bool:
        """Whether this repetition is one to be cheered: now and then, and not right after a fault."""
        recent = self._full[-CHEER_EVERY:]
        clean = not any(alert.t_ns >= recent[0].start_ns for alert in self._alerts)
        return self.reps % CHEER_EVERY == 0 and clean

    def err(self, alert: FormAlertEvent) -> None:
        """Take a fault."""
        self._alerts.append(alert)

    def facts(self, finished: SetFinishedEvent | None = None) -> Facts:
        """In numbers: so far, or as vision closed it."""
        return Facts.of(
            finished.exercise if finished else self.exercise,
            [*self._full, *self._partial],
            [alert.check for alert in self._alerts],
            reps=finished.reps if finished else self.reps,
            partial_reps=finished.partial_reps if finished else len(self._partial),
            form_score=finished.form_score if finished else None,
        )

    @property
    def usual(self) -> int | None:
        """How many repetitions this person usually does; none where that is not known."""
        done = [past.reps for past in self.past if past.reps]
        return round(median(done)) if len(done) >= USUAL_FROM else None

    def _is_best(self) -> bool:
        done = [past.reps for past in self.past if past.reps]
        return len(done) >= USUAL_FROM and self.reps == max(done) + 1

    def _has_improved(self, now_ns: int) -> bool:
        if not self._alerts or f"improved {self._alerts[-1].alert_id}" in self._said:
            return False
        return now_ns - self._alerts[-1].t_ns >= CORRECTED_NS
