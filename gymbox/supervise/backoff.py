"""How long a process that died stays down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

FIRST_S: Final = 0.5
LONGEST_S: Final = 30.0
"""Raising it spares the machine what cannot work; lowering it brings back sooner what can work again."""
SPREAD: Final = 0.25
"""Share by which each wait is longer or shorter, so that what died together does not start together."""

PROVEN_S: Final = 10.0
"""A life that was ready and lasted this long was good: the next death is its first."""


def wait_s(deaths: int, chance: Random) -> float:
    """Seconds until the next try, after `deaths` lives that were no good: 0.5, 1, 2 … 30, a quarter more or less."""
    return min(LONGEST_S, FIRST_S * 2.0 ** min(deaths - 1, 16)) * chance.uniform(1 - SPREAD, 1 + SPREAD)
