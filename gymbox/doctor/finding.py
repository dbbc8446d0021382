"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    about: str
    """In a word or two: `disk`, `camera rack-2`."""
    verdict: Verdict
    """`warn`: the box works, worse than it could or not for ever. `fail`: something does not work."""
    came: str
    """What was found."""
    expected: str = ""
    """What a box needs, where that is not what was found."""
    remedy: str = ""
    """What to do about it."""


def good(about: str, came: str) -> Finding:
    """Nothing is wrong."""
    return Finding(about, "ok", came)


def warn(about: str, came: str, *, expected: str, remedy: str) -> Finding:
    """It works, worse than it could or not for ever."""
    return Finding(about, "warn", came, expected, remedy)


def fail(about: str, came: str, *, expected: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(about, "fail", came, expected, remedy)
