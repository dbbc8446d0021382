"""Asks nobody who does not answer: after a few failures in a row it waits, ever longer, and then tries once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

State = Literal["closed", "open", "half_open"]

FAILURES: Final = 3
"""In a row, until it opens. Raising it asks a service that is down more often; lowering it gives up after one slip."""
WAIT_S: Final = 30.0
"""Until the first trial; doubled by each trial that fails."""
LONGEST_WAIT_S: Final = 600.0


class Breaker:
    """Closed: ask. Open: do not. Half open: one trial is under way, or may begin.

    Args:
        clock: seconds, growing.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._wait_s = WAIT_S
        self._until: float | None = None
        self._trying = False

    @property
    def state(self) -> State:
        """How it stands."""
        if self._until is None:
            return "closed"
        return "open" if self._clock() < self._until else "half_open"

    def admits(self) -> bool:
        """Whether to ask now. Who was admitted says how it went, or `abandoned`."""
        state = self.state
        if state == "half_open" and not self._trying:
            self._trying = True
            return True
        return state == "closed"

    def abandoned(self) -> None:
        """It was not asked after all."""
        self._trying = False

    def succeeded(self) -> None:
        """It answered."""
        self._failures, self._until, self._wait_s, self._trying = 0, None, WAIT_S, False

    def failed(self, *, lasting: bool) -> None:
        """It did not; `lasting` where it is in vain to ask again soon, as with a key that was revoked."""
        self._failures += 1
        if self._until is not None and self._trying:
            self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
        if lasting:
            self._wait_s = LONGEST_WAIT_S
        if lasting or self._trying or self._failures >= FAILURES:
            self._until = self._clock() + self._wait_s
        self._trying = False
