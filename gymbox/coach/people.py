"""Who is on the floor: whose visit a track is, what they wish, and what they did before."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import structlog

from gymbox.coach.facts import Facts
from gymbox.coach.patience import Patience
from gymbox.coach.phrases import Repertoire
from gymbox.errors import StorageError
from gymbox.storage import coaching

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from gymbox.coach.effort import Effort
    from gymbox.storage import Reader
    from gymbox.wishes import Wishes

_log = structlog.get_logger(__name__)

READ_S: Final = 0.1
"""How long a sentence waits for the database; then what was last known counts. A cue must be out within 0.3 s."""
MOST: Final = 10_000
"""Tracks and people that are remembered; who was silent for longest goes first."""

T = TypeVar("T")


class Remembered(OrderedDict[str, T], Generic[T]):
    """By name, the newest at the end; bounded."""

    def of(self, name: str, make: Callable[[], T]) -> T:
        """What is remembered of `name`, made where nothing is."""
        found = self[name] if name in self else self.setdefault(name, make())
        self.move_to_end(name)
        while len(self) > MOST:
            self.popitem(last=False)
        return found


class Person:
    """Somebody, by their visit, or by their track while they have none."""

    def __init__(self, name: str, wishes: Wishes) -> None:
        self.name = name
        self.wishes = wishes
        """As last read."""
        self.patience = Patience()
        self.repertoire = Repertoire(hash(name))


class People:
    """All of them. What the database holds is read when it is needed, and never waited for longer than `READ_S`."""

    def __init__(self, reader: Reader, wishes: Wishes) -> None:
        self._reader, self._wishes = reader, wishes
        self._session_of: Remembered[str] = Remembered()
        self._people: Remembered[Person] = Remembered()
        self._reading: set[asyncio.Task[None]] = set()

    def link(self, track_id: str, session_id: str) -> None:
        """The track is part of that visit from here on."""
        self._session_of.pop(track_id, None)
        self._session_of.of(track_id, lambda: session_id)

    def of_track(self, track_id: str) -> Person:
        """Whose track it is."""
        name = self._session_of.get(track_id, track_id)
        return self._people.of(name, lambda: Person(name, self._wishes))

    async def read_wishes(self, person: Person) -> None:
        """Let the person's wishes be what they have said last."""

        async def read() -> None:
            said = await self._reader.read(coaching.wishes, person.name)
            person.wishes = self._wishes if said is None else said

        await self._within(read())

    async def read_past(self, person: Person, effort: Effort) -> None:
        """Let the set know of those before it."""

        async def read() -> None:
            found = await self._reader.read(coaching.past_sets, person.name, effort.exercise, but=effort.set_id)
            effort.past = tuple(map(_facts, found))

        await self._within(read())

    async def _within(self, read: Coroutine[None, None, None]) -> None:
        """Wait a moment for it. It is never cut off: what comes later counts for the next sentence."""
        task = asyncio.create_task(self._read(read))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)
        await asyncio.wait({task}, timeout=READ_S)

    async def _read(self, read: Coroutine[None, None, None]) -> None:
        try:
            await read
        except StorageError as error:  # the recorder makes it, mends it, and tells the operator
            _log.debug("not read", error=str(error))

    async def settle(self) -> None:
        """Wait for what is being read."""
        await asyncio.gather(*self._reading)


def _facts(past: coaching.PastSet) -> Facts:
    one = past.set
    checks = [alert.check for alert in one.alerts]
    return Facts.of(
        one.exercise,
        past.reps,
        checks,
        reps=one.reps,
        partial_reps=one.partial_reps,
        form_score=one.form_score,
    )
