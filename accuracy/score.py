"""From counts and truths to the numbers that are promised."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from accuracy.truth import Truth


@dataclass(frozen=True, slots=True)
class CountedSet:
    """One set as the product reports it."""

    exercise: str
    reps: int
    partial_reps: int
    alerts: int = 0


@dataclass(frozen=True, slots=True)
class Scored:
    """One clip's truth and what was counted in it, over all people and sets."""

    truth: Truth
    sets: tuple[CountedSet, ...]

    @property
    def full(self) -> int:
        """Confirmed full repetitions."""
        return sum(each.reps for each in self.sets)

    @property
    def partial(self) -> int:
        """Confirmed partial ones."""
        return sum(each.partial_reps for each in self.sets)

    @property
    def alerts(self) -> int:
        """Form alerts."""
        return sum(each.alerts for each in self.sets)

    @property
    def found(self) -> str:
        """The exercise with most repetitions, or `-`."""
        reps: Counter[str] = Counter()
        for each in self.sets:
            reps[each.exercise] += each.reps + each.partial_reps
        return reps.most_common(1)[0][0] if reps.total() else "-"

    @property
    def error(self) -> int:
        """By how many full repetitions the count misses the truth."""
        return max(self.truth.reps_min - self.full, self.full - self.truth.reps_max, 0)

    @property
    def relative_error(self) -> float:
        """The error as a share of the true count."""
        return self.error / max((self.truth.reps_min + self.truth.reps_max) / 2, 1)

    @property
    def recognised(self) -> bool:
        """Whether most repetitions carry the right name."""
        return self.found == self.truth.exercise

    @property
    def kinds_right(self) -> bool:
        """Full and partial ones both exact; where partial ones have no truth, the full ones exact."""
        return self.error == 0 and self.truth.partial in (None, self.partial)

    @property
    def ghosts(self) -> int:
        """Repetitions, full or partial, where there is nothing to count."""
        return 0 if self.truth.counts else self.full + self.partial


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over clips; shares are 0 to 1 and, over no clips at all, 1."""

    clips: int  # with more than one repetition, or with exact truth
    exact: int
    within_one: int
    error: float  # mean of the relative errors
    recognised: int
    kinds_right: int
    singles: int  # clips of at most one repetition whose truth is a range
    singles_right: int
    idle: int
    idle_s: float
    ghosts: int

    def share(self, count: int) -> float:
        """`count` of the counted clips."""
        return count / self.clips if self.clips else 1.0


def totals(scored: Iterable[Scored], *, singles_apart: bool = True) -> Totals:
    """The sums; with `singles_apart`, clips of at most one repetition are kept out of the shares."""
    scored = list(scored)
    apart = [each for each in scored if singles_apart and each.truth.single]
    counted = [each for each in scored if each.truth.counts and each not in apart]
    idle = [each for each in scored if not each.truth.counts]
    return Totals(
        clips=len(counted),
        exact=sum(each.error == 0 for each in counted),
        within_one=sum(each.error <= 1 for each in counted),
        error=sum(each.relative_error for each in counted) / max(len(counted), 1),
        recognised=sum(each.recognised for each in counted),
        kinds_right=sum(each.kinds_right for each in counted),
        singles=len(apart),
        singles_right=sum(each.error == 0 for each in apart),
        idle=len(idle),
        idle_s=sum(each.truth.seconds or 0.0 for each in idle),
        ghosts=sum(each.ghosts for each in idle),
    )


@dataclass(frozen=True, slots=True)
class Target:
    """One promise, and whether it is kept."""

    promise: str
    measured: str
    kept: bool


def labelled_targets(sums: Totals, scored: Sequence[Scored]) -> list[Target]:
    """Labelled clips: exact but for one miss by one, every exercise recognised, nothing counted where nothing is."""
    worst = max((each.error for each in scored if each.truth.counts and not each.truth.single), default=0)
    missed = sums.clips - sums.exact
    return [
        Target("exact, one miss by one allowed", f"{sums.exact} of {sums.clips}", kept=missed <= 1 and worst <= 1),
        Target("exercise recognised on all", f"{sums.recognised} of {sums.clips}", kept=sums.recognised == sums.clips),
        Target("nothing counted on clips with none", f"{sums.ghosts} counted", kept=sums.ghosts == 0),
    ]


def unseen_targets(sums: Totals) -> list[Target]:
    """Clips nobody tuned to: within one on 94 %, mean error 6 %, no ghost."""
    within = sums.share(sums.within_one)
    return [
        Target("within one on 94 %", f"{within:.1%}", kept=within >= 0.94),
        Target("mean error at most 6 %", f"{sums.error:.1%}", kept=sums.error <= 0.06),
        Target("nothing counted on clips with none", f"{sums.ghosts} counted", kept=sums.ghosts == 0),
    ]


def agreement_targets(modelled: Totals, looked_at: Totals, *, sets: int = 2, ghosts: int = 1) -> list[Target]:
    """The same scenes modelled and in pixels: as good as equal, in how many sets are right and in ghosts."""
    apart, within, haunted = (
        abs(getattr(modelled, name) - getattr(looked_at, name)) for name in ("exact", "within_one", "ghosts")
    )
    return [
        Target(f"exact sets differ by at most {sets}", f"by {apart} of {modelled.clips}", kept=apart <= sets),
        Target(f"sets within one differ by at most {sets}", f"by {within} of {modelled.clips}", kept=within <= sets),
        Target(f"ghosts differ by at most {ghosts}", f"by {haunted}", kept=haunted <= ghosts),
    ]


def rendered_targets(sums: Totals) -> list[Target]:
    """Rendered people: exact on 95 %, within one on 99 %, full and partial on 95 %, a ghost in half an hour at most."""
    exact, within, kinds = (sums.share(count) for count in (sums.exact, sums.within_one, sums.kinds_right))
    allowed = max(1, int(sums.idle_s // 1800))
    return [
        Target("exact on 95 %", f"{exact:.1%}", kept=exact >= 0.95),
        Target("within one on 99 %", f"{within:.1%}", kept=within >= 0.99),
        Target("full and partial right on 95 %", f"{kinds:.1%}", kept=kinds >= 0.95),
        Target(
            "at most one ghost in 30 minutes",
            f"{sums.ghosts} in {sums.idle_s / 60:.0f} min",
            kept=sums.ghosts <= allowed,
        ),
    ]
