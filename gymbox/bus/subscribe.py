"""Hear what a channel says: live, and what was said while one was away, nothing twice, every loss told."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Self

import structlog
import zmq
import zmq.asyncio

from gymbox.bus import wire
from gymbox.bus.endpoints import Channel, address, prefix
from gymbox.errors import BusError, EventError
from gymbox.events import decode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from pathlib import Path
    from types import TracebackType

    from gymbox.bus.store import Numbered
    from gymbox.events import Event

_log = structlog.get_logger(__name__)


class Since(Enum):
    """Where to begin, without a cursor."""

    KEPT = auto()
    """With the oldest numbered event that the speaker still has."""
    NOW = auto()


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one has heard. Whoever stores what it hears stores this in the same transaction."""

    epoch: str
    number: int


@dataclass(frozen=True, slots=True)
class Heard:
    """An event, and where the listener stands after it; live events have no cursor."""

    event: Event
    cursor: Cursor | None


@dataclass(frozen=True, slots=True)
class Lost:
    """Numbered events that nobody has any more, and where the listener goes on."""

    count: int | None
    """How many, exactly; none where the speaker began to count anew, and nobody can say."""
    why: str
    cursor: Cursor


class Listener:
    """One channel's ear. `async with Listener(…) as listener: async for heard in listener: …`.

    Numbered events come complete and in order: a gap, another epoch or a second of silence makes it ask the speaker for
    what it has not got. What is gone for good comes as a `Lost` in its place. Live events come as they come; those
    dropped on the way are counted in `missed`.

    Args:
        channel: whom to hear.
        run_dir: where the box's sockets are.
        topics: `reps` or `reps:rack-2`; all that the channel says where empty.
        since: a stored cursor, or where to begin without one.
        silence_s: after how long without a numbered event to ask whether there was one, and how long to wait for an
            answer. Lowering it finds a lost last event sooner, and asks more often.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        run_dir: Path,
        topics: Collection[str] = (),
        since: Cursor | Since = Since.KEPT,
        silence_s: float = 1.0,
    ) -> None:
        self.channel = channel
        self.missed: Counter[str] = Counter()
        """Live events dropped on the way, by topic."""
        self._wanted = tuple(prefix(topic) for topic in topics or sorted(channel.domains))
        self._numbered = tuple(prefix(domain) for domain in sorted(channel.numbered))
        self._cursor = since if isinstance(since, Cursor) else None
        self._from_now = since is Since.NOW
        self._silence_s = silence_s
        self._live: dict[bytes, tuple[str, int]] = {}
        self._ready: deque[Heard | Lost] = deque()
        self._past: set[str] = set()
        self._said = address(run_dir, channel.name)
        self._again = address(run_dir, channel.name + ".again")
        # Whoever wants one numbered topic hears all, since they share one count; the others are left out at the end.
        self._counts = any(topic.startswith(numbered) for topic in self._wanted for numbered in self._numbered)
        self._behind = self._counts
        self._questions = 0
        self._heard_at = 0.0

    @property
    def cursor(self) -> Cursor | None:
        """How far it has heard, events of unwanted topics included; none before the speaker was first reached."""
        return self._cursor

    @property
    def caught_up(self) -> bool:
        """Whether the speaker was reached, and all that it had numbered by then was handed over."""
        return self._cursor is not None and not self._behind and not self._ready

    async def __aenter__(self) -> Self:
        context = zmq.asyncio.Context.instance()
        self._ear = context.socket(zmq.SUB)
        self._ear.set_hwm(self.channel.high_water)
        self._ear.linger = 0
        for topic in {*self._wanted, *(self._numbered if self._counts else ())}:
            self._ear.subscribe(topic)
        self._ear.connect(self._said)
        self._asking = self._connect_asking()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ear.close()
        self._asking.close()

    async def __aiter__(self) -> AsyncIterator[Heard | Lost]:
        while True:
            for heard in await self.batch():
                yield heard

    async def batch(self, most: int = 256) -> list[Heard | Lost]:
        """The next of what it hears, at least one and at most `most`: so many as are there without waiting."""
        loop = asyncio.get_running_loop()
        while True:
            await self._take_waiting(most)
            patience = self._heard_at + self._silence_s - loop.time()
            if self._behind or (self._counts and patience <= 0):
                await self._catch_up()
            if self._ready:
                return [self._ready.popleft() for _ in range(min(most, len(self._ready)))]
            if not self._behind:
                await self._ear.poll(max(patience, 0) * 1e3 if self._counts else None)

    async def latest(self) -> dict[str, Event]:
        """The newest live event of each topic that has a new one; what it passes over is counted as missed."""
        if self._counts:
            raise BusError(
                f"channel {self.channel.name}: numbered events are not passed over; listen for live topics only"
            )
        newest: dict[str, Event] = {}
        for heard in await self.batch():
            if isinstance(heard, Heard):
                if heard.event.topic in newest:
                    self.missed[heard.event.topic] += 1
                newest[heard.event.topic] = heard.event
        return newest

    def _connect_asking(self) -> zmq.asyncio.Socket:
        socket = zmq.asyncio.Context.instance().socket(zmq.DEALER)
        socket.linger = 0
        socket.connect(self._again)
        return socket

    async def _take_waiting(self, most: int) -> None:
        """Take what lies in the socket, without waiting for more."""
        while len(self._ready) < most:
            try:
                frames = await self._ear.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                epoch, event = wire.heard(frames)
            except EventError as error:
                _log.error("not understood", channel=self.channel.name, error=str(error))
                continue
            if event.topic.startswith(self._numbered):
                self._take_numbered(epoch, event)
            else:
                self._take_live(epoch, event)

    def _take_live(self, epoch: str, event: Numbered) -> None:
        before = self._live.get(event.topic)
        self._live[event.topic] = (epoch, event.number)
        if before and before[0] == epoch:
            self.missed[event.topic.decode().rstrip(":")] += event.number - before[1] - 1
        try:
            self._ready.append(Heard(decode(event.body), None))
        except EventError as error:
            _log.error("not understood", channel=self.channel.name, error=str(error))

    def _take_numbered(self, epoch: str, event: Numbered) -> None:
        """The next in order is taken; one after a gap waits in the speaker's store until its turn."""
        if epoch in self._past:  # a last word from before the speaker began anew
            return
        first = event.number == 1 or (self._from_now and self._cursor is None)
        if first and (self._cursor is None or self._cursor.epoch != epoch):
            self._begin(Cursor(epoch, event.number - 1))
        if self._cursor is None or epoch != self._cursor.epoch or event.number > self._cursor.number + 1:
            self._behind = True
        elif event.number == self._cursor.number + 1:
            self._heard_at = asyncio.get_running_loop().time()
            self._advance(event)

    def _advance(self, event: Numbered) -> None:
        self._cursor = cursor = Cursor(self._standing().epoch, event.number)
        if not event.topic.startswith(self._wanted):
            return
        try:
            self._ready.append(Heard(decode(event.body), cursor))
        except EventError as error:
            self._ready.append(Lost(1, str(error), cursor))

    async def _catch_up(self) -> None:
        """Ask once for what is missing; `_behind` stays true until the speaker has no more."""
        self._questions += 1
        self._heard_at = asyncio.get_running_loop().time()
        cursor = self._cursor
        after = None if cursor is None and self._from_now else cursor.number if cursor else 0
        question = wire.Question(id=self._questions, epoch=cursor.epoch if cursor else None, after=after)
        await self._asking.send(question.model_dump_json().encode())
        self._behind = True
        while await self._asking.poll(self._silence_s * 1e3):
            try:
                answer, events = wire.answered(await self._asking.recv_multipart())
            except EventError as error:
                _log.error("not understood", channel=self.channel.name, error=str(error))
                continue
            if answer.id == question.id:
                self._behind = self._follow(answer, events) < answer.head
                return
        # Nobody there, or gone with the question: a fresh socket, so that the old question is not answered late.
        self._asking.close()
        self._asking = self._connect_asking()

    def _follow(self, answer: wire.Answer, events: list[Numbered]) -> int:
        """Tell what is gone for good, take the events, and return the number of the last."""
        cursor = self._cursor
        if cursor is None or cursor.epoch != answer.epoch:
            now = cursor is None and self._from_now
            self._begin(Cursor(answer.epoch, answer.head if now else answer.first - 1))
        elif cursor.number > answer.head:
            self._lose(None, "the speaker lost its newest events", Cursor(answer.epoch, answer.head))
        elif cursor.number < answer.first - 1:
            count = answer.first - 1 - cursor.number
            self._lose(count, "the speaker keeps no more", Cursor(answer.epoch, answer.first - 1))
        for event in events:
            if event.number == self._standing().number + 1:
                self._advance(event)
        return self._standing().number

    def _standing(self) -> Cursor:
        assert self._cursor is not None, "the speaker was reached"
        return self._cursor

    def _begin(self, cursor: Cursor) -> None:
        """Follow another count."""
        if self._cursor:
            self._past.add(self._cursor.epoch)
            self._lose(None, "the speaker counts anew", cursor)
        self._cursor = cursor

    def _lose(self, count: int | None, why: str, cursor: Cursor) -> None:
        self._cursor = cursor
        self._ready.append(Lost(count, why, cursor))
