"""One comparison, measured within one run."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of ours beside the one it is held against."""

    name: str
    """What is compared."""
    ours: str
    """Ours, with its unit."""
    theirs: str
    """What it is held against, with its unit."""
    ratio: float
    """The number that the target speaks of."""
    target: str
    """What is wanted of the ratio, such as `<= 1.10`."""
    met: bool
    """Whether it is."""


def at_most(bound: float, ratio: float) -> tuple[str, bool]:
    """A target that the ratio must not exceed, and whether it holds."""
    return f"<= {bound:.2f}", ratio <= bound


def at_least(bound: float, ratio: float) -> tuple[str, bool]:
    """A target that the ratio must reach, and whether it holds."""
    return f">= {bound:g}", ratio >= bound


def paired(
    first: Callable[[], object], second: Callable[[], object], *, rounds: int, each: int = 1
) -> tuple[float, float]:
    """Milliseconds of each when little disturbs it (the quickest tenth), by turns: both see the same machine."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for taken, act in zip(times, (first, second), strict=True):
            start = time.perf_counter()
            for _ in range(each):
                act()
            taken.append((time.perf_counter() - start) * 1e3 / each)
    return quantiles(times[0], n=10)[0], quantiles(times[1], n=10)[0]
