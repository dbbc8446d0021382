"""How often somebody may ask: a bucket of tries each, which fills again by itself."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gymbox.hub.problem import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

MOST: Final = 10_000
"""Buckets that are kept; who has tried least of late is forgotten first."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limit:
    """`most` tries at once, and `each_s` seconds until another one is earned."""

    def __init__(self, most: int, *, each_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._each_s, self._clock = most, each_s, clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, who: str) -> None:
        """One try of `who`.

        Raises:
            Refusal: 429: too many.
        """
        bucket = self._filled(who)
        if bucket.left < 1:
            raise self._refusal(bucket)
        bucket.left -= 1

    def check(self, who: str) -> None:
        """Whether `who` has a try left, without taking it.

        Raises:
            Refusal: 429: it has none.
        """
        bucket = self._filled(who)
        if bucket.left < 1:
            raise self._refusal(bucket)

    def forgive(self, who: str) -> None:
        """Give `who` all tries back."""
        self._buckets.pop(who, None)

    def _filled(self, who: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.pop(who, None) or _Bucket(self._most, now)
        bucket.left = min(self._most, bucket.left + (now - bucket.at) / self._each_s)
        bucket.at = now
        self._buckets[who] = bucket  # the last to be forgotten
        if len(self._buckets) > MOST:
            del self._buckets[next(iter(self._buckets))]
        return bucket

    def _refusal(self, bucket: _Bucket) -> Refusal:
        wait_s = int((1 - bucket.left) * self._each_s) + 1
        return Refusal(429, "too many requests", f"try again in {wait_s} s", headers={"Retry-After": str(wait_s)})
