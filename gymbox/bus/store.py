"""Where numbered events wait for those who ask again: what any such place offers, and the one in memory."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gymbox.identity import new_epoch

if TYPE_CHECKING:
    from collections.abc import Sequence


class Numbered(NamedTuple):
    """One event as it is kept and sent."""

    number: int
    """From 1, without gaps, within one epoch."""
    topic: bytes
    body: bytes


class Store(Protocol):
    """Numbers events and keeps the newest."""

    @property
    def epoch(self) -> str:
        """Who counts: another epoch is another count from 1."""

    @property
    def first(self) -> int:
        """The oldest number that is kept; one past `head` where there is none."""

    @property
    def head(self) -> int:
        """The newest number, 0 before any."""

    def append(self, events: Sequence[tuple[bytes, bytes]]) -> list[Numbered]:
        """Number and keep these `(topic, body)`."""

    def read(self, after: int, *, rows: int, size: int) -> list[Numbered]:
        """What is kept from number `after + 1` on: at most `rows`, and `size` bytes or one event."""

    def close(self) -> None:
        """Let go of what it holds."""


class Ring:
    """A store in memory: it survives its listeners, and dies with its speaker."""

    def __init__(self, kept: int) -> None:
        self.epoch = new_epoch()
        self.head = 0
        self._events: deque[Numbered] = deque(maxlen=kept)

    @property
    def first(self) -> int:
        """The oldest number that is kept."""
        return self.head - len(self._events) + 1

    def append(self, events: Sequence[tuple[bytes, bytes]]) -> list[Numbered]:
        """Number and keep these, forgetting the oldest."""
        numbered = [Numbered(self.head + place, topic, body) for place, (topic, body) in enumerate(events, 1)]
        self._events.extend(numbered)
        self.head += len(numbered)
        return numbered

    def read(self, after: int, *, rows: int, size: int) -> list[Numbered]:
        """What is kept from number `after + 1` on."""
        start = max(after + 1 - self.first, 0)
        return within(islice(self._events, start, start + rows), size)

    def close(self) -> None:
        """Nothing to let go of."""


def within(events: islice[Numbered] | list[Numbered], size: int) -> list[Numbered]:
    """The first of `events`, up to `size` bytes, but at least one where there is one."""
    taken: list[Numbered] = []
    for event in events:
        size -= len(event.topic) + len(event.body)
        if taken and size < 0:
            break
        taken.append(event)
    return taken
