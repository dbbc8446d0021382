"""Fewer pictures a second, by their times: from each beat of the wanted rate, the picture that is nearest to it."""

from __future__ import annotations

from typing import Final

_NANOS: Final = 1_000_000_000
_MEMORY: Final = 0.1
"""Weight of the newest interval in the usual one."""


class Sampler:
    """Takes at most `fps` pictures a second, on average and as evenly as their times allow.

    Live times jitter, so a picture half an interval early still counts for its beat: 30, 25 and uneven rates come to
    15, and 15 comes through whole. (`gymbox.video` can afford exact beats: the times in a file do not jitter.)
    """

    def __init__(self, fps: float) -> None:
        self._period_ns = _NANOS / fps
        self._usual_ns = 0.0
        self._last_ns: int | None = None
        self._due_ns = 0.0

    def takes(self, t_ns: int) -> bool:
        """Whether the picture of `t_ns` is wanted; one that is not after the one before never is."""
        last, self._last_ns = self._last_ns, max(t_ns, self._last_ns or t_ns)
        if last is None:
            self._due_ns = t_ns + self._period_ns
            return True
        step = t_ns - last
        if step <= 0:
            return False
        self._usual_ns += (step - self._usual_ns) * (_MEMORY if self._usual_ns else 1)
        if t_ns < self._due_ns - min(self._usual_ns, self._period_ns) / 2:
            return False
        self._due_ns += self._period_ns
        if self._due_ns <= t_ns:  # nothing came for whole beats: they are not made up for
            self._due_ns = t_ns + self._period_ns
        return True
