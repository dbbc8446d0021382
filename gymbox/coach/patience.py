"""How often one person wants to hear something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from gymbox.wishes import Level

Kind = Literal["fault", "milestone", "encouragement", "count", "summary"]
SECOND: Final = 1_000_000_000

GAP_S: Final[dict[Level, float]] = {"quiet": 15.0, "normal": 8.0, "chatty": 4.0}
"""From one sentence to the next. Lowering it tells more, of which less is heeded."""
BREATH_S: Final = 2.0
"""How long a short sentence takes: a fault waits for no more than that after one that was no fault, and a number is not
spoken into one."""
ALLOWED: Final[dict[Level, frozenset[Kind]]] = {
    "quiet": frozenset({"fault", "count", "summary"}),
    "normal": frozenset({"fault", "milestone", "count", "summary"}),
    "chatty": frozenset({"fault", "milestone", "encouragement", "count", "summary"}),
}


@dataclass(slots=True)
class Patience:
    """One person's."""

    _said_ns: int | None = None
    """When they last heard a sentence."""
    _fault_ns: int | None = None
    """When that was about a fault."""

    def bears(self, kind: Kind, level: Level, now_ns: int) -> bool:
        """Whether they want to hear something of this kind now. A set's end is no moment of effort: it may be told."""
        if kind not in ALLOWED[level]:
            return False
        if kind == "summary":
            return True
        if kind == "count":
            return _since_s(self._said_ns, now_ns) >= BREATH_S
        if kind == "fault":
            return _since_s(self._fault_ns, now_ns) >= GAP_S[level] and _since_s(self._said_ns, now_ns) >= BREATH_S
        return _since_s(self._said_ns, now_ns) >= GAP_S[level]

    def heard(self, kind: Kind, now_ns: int) -> None:
        """They are told something now. A number is no sentence."""
        if kind == "count":
            return
        self._said_ns = now_ns
        if kind == "fault":
            self._fault_ns = now_ns


def _since_s(then_ns: int | None, now_ns: int) -> float:
    return float("inf") if then_ns is None else (now_ns - then_ns) / SECOND
