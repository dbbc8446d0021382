"""Say what happens: numbered and kept where it must not be lost, then to whoever listens."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final, Self

import structlog
import zmq
import zmq.asyncio
from pydantic import ValidationError

from gymbox.bus import wire
from gymbox.bus.binding import Binding
from gymbox.bus.endpoints import Channel, Keep, prefix
from gymbox.bus.journal import Journal
from gymbox.bus.store import Numbered, Ring, Store
from gymbox.errors import BusError, EventError
from gymbox.events import decode, encode
from gymbox.identity import new_epoch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from gymbox.events import Event

_log = structlog.get_logger(__name__)

LAST_WORDS_MS: Final = 250
"""How long a speaker that ends waits for slow listeners to take what was said last."""


class Speaker:
    """One channel's voice. `async with Speaker(…) as speaker: speaker.say(event)`.

    `say` never waits for a listener: one that is slow loses messages, sees by the numbers that it did, and asks for
    them. It waits for the disk where the channel keeps its events there: 0.2 to 5 ms were measured. It belongs
    to the event loop's thread; others call it by `loop.call_soon_threadsafe(speaker.say, event)`.

    Raises:
        BusError: another process speaks here already.
    """

    def __init__(self, channel: Channel, *, run_dir: Path, data_dir: Path | None = None) -> None:
        self.channel = channel
        self._binding = Binding(run_dir, channel.name)
        try:
            self._store = _store(channel, data_dir)
        except BaseException:
            self._binding.close()
            raise
        self._epoch = self._store.epoch.encode()
        self._life = new_epoch().encode()
        self._live: Counter[bytes] = Counter()
        self._topics = {domain: prefix(domain) for domain in channel.domains}
        # Its own context, since ending that is how to wait until the last words are out.
        self._context = zmq.asyncio.Context()
        # Sending to PUB never waits, so it needs no event loop.
        self._say: zmq.Socket[bytes] = zmq.Socket(self._context, zmq.PUB)
        self._say.set_hwm(channel.high_water)
        self._say.linger = LAST_WORDS_MS
        self._again = self._context.socket(zmq.ROUTER)
        self._again.router_mandatory = True
        self._again.linger = 0
        self._answering: asyncio.Task[None] | None = None
        self._thread = threading.get_ident()

    @property
    def epoch(self) -> str:
        """Who counts: another epoch is another count from 1."""
        return self._store.epoch

    @property
    def head(self) -> int:
        """How many events were numbered in this epoch."""
        return self._store.head

    def say(self, *events: Event) -> None:
        """Say `events` in this order; all that are numbered are kept, with one `fdatasync` for all, before any is said.

        Raises:
            BusError: an event of a domain that is another channel's, a call from another thread, or the disk took
                nothing for hours.
        """
        if threading.get_ident() != self._thread:
            raise BusError(f"channel {self.channel.name}: say belongs to the event loop's thread")
        if self._answering and self._answering.done():
            self._answering.result()
        bodies = [(self._topic(event), encode(event), event.domain in self.channel.numbered) for event in events]
        kept = iter(self._keep([(topic, body) for topic, body, numbered in bodies if numbered]))
        for topic, body, numbered in bodies:
            if numbered:
                self._say.send_multipart(wire.said(self._epoch, next(kept)))
            else:
                self._live[topic] += 1
                self._say.send_multipart(wire.said(self._life, Numbered(self._live[topic], topic, body)))

    def kept(self) -> Iterator[Event]:
        """All numbered events that are kept, oldest first; those of another version are left out."""
        after = self._store.first - 1
        while events := self._store.read(after, rows=wire.ROWS, size=wire.SIZE):
            after = events[-1].number
            for one in events:
                with contextlib.suppress(EventError):
                    yield decode(one.body)

    async def __aenter__(self) -> Self:
        self._binding.bind(self._again, ".again")
        self._binding.bind(self._say)
        self._answering = asyncio.create_task(self._answer(), name=f"{self.channel.name}: say again")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._answering:
            self._answering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._answering
        self._say.close()
        self._again.close()
        await asyncio.to_thread(self._context.term)
        self._store.close()
        self._binding.close()

    def _topic(self, event: Event) -> bytes:
        if event.domain not in self.channel.domains:
            said = ", ".join(sorted(self.channel.domains))
            raise BusError(f"channel {self.channel.name}: says {said}, not {event.domain}")
        return self._topics[event.domain] + event.camera_id.encode() + b":"

    def _keep(self, events: list[tuple[bytes, bytes]]) -> list[Numbered]:
        if not events:
            return []
        before = self.trouble
        numbered = self._store.append(events)
        if self.trouble and not before:
            _log.error("the disk takes no events: they wait in memory", channel=self.channel.name, error=self.trouble)
        elif before and not self.trouble:
            _log.info("the disk takes events again: none was lost", channel=self.channel.name)
        return numbered

    @property
    def trouble(self) -> str | None:
        """Why numbered events wait in memory, if they do."""
        return self._store.trouble if isinstance(self._store, Journal) else None

    async def _answer(self) -> None:
        while True:
            caller, *frames = await self._again.recv_multipart()
            try:
                (body,) = frames
                question = wire.Question.model_validate_json(body)
            except (ValueError, ValidationError):
                _log.warning("a question that is none", channel=self.channel.name, frames=len(frames))
                continue
            store = self._store
            after = question.after if question.epoch in {None, store.epoch} else 0
            try:
                events = [] if after is None else store.read(after, rows=wire.ROWS, size=wire.SIZE)
            except OSError as error:
                _log.exception("kept events cannot be read", channel=self.channel.name, error=str(error))
                continue
            head = wire.Answer(id=question.id, epoch=store.epoch, first=store.first, head=store.head)
            try:
                await self._again.send_multipart([caller, *wire.answer(head, events)], flags=zmq.NOBLOCK)
            except zmq.ZMQError as error:  # the caller died, or takes no answers: it will ask again
                _log.debug("nobody takes the answer", channel=self.channel.name, error=str(error))


def _store(channel: Channel, data_dir: Path | None) -> Store:
    if channel.keep is Keep.MEMORY:
        return Ring(channel.kept)
    if data_dir is None:
        raise BusError(f"channel {channel.name}: keeps its events on disk, and was given no data_dir")
    journal = Journal(data_dir / "journal" / channel.name, kept=channel.kept)
    if journal.set_aside:
        _log.error("kept events are damaged and set aside", channel=channel.name, folder=str(journal.set_aside))
    return journal
