"""An event on the bus until each of 1, 100 and 1,000 WebSocket clients has it, and whether any missed one."""

from __future__ import annotations

import asyncio
import gc
import re
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from bench.part import prepared, running
from bench.row import Row
from gymbox.bus.endpoints import VISION
from gymbox.bus.publish import Speaker
from gymbox.clock import now_ns
from gymbox.events import Rep, RepCountedEvent, TrackLinkedEvent
from gymbox.hub.keys import Keys
from gymbox.hub.password import Password
from gymbox.hub.tokens import Tokens
from gymbox.identity import TrackName, new_epoch, new_session_id

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS: Final = (1, 100, 1_000)
EVENTS: Final = 100
EVERY_S: Final = 0.1
WANTED_MS: Final = 100
AT = datetime(2026, 1, 1, tzinfo=UTC)
PING: Final = b"\x89\x00"
PONG: Final = b"\x8a\x80\x00\x00\x00\x00"
COUNTED: Final = re.compile(rb'"type":"rep_counted".*?"number":([0-9]+)')


def rows() -> Iterator[Row]:
    """One hub for all; each number of clients has its own person to follow."""
    with TemporaryDirectory(prefix="gymbox-") as folder:
        port = asyncio.run(prepared(Path(folder)))
        with running(Path(folder), "hub"):
            for clients in CLIENTS:
                yield asyncio.run(_fan_out(Path(folder), port, clients))


async def _fan_out(folder: Path, port: int, clients: int) -> Row:
    """Milliseconds from when an event was kept and said to its last byte at a client, over all events and clients."""
    track = TrackName("bench", new_epoch(), 1)
    token = Tokens(Keys.open(folder)).issue("operator", "operator", Password(folder).generation, lasts_s=600)
    loop = asyncio.get_running_loop()
    async with Speaker(VISION, run_dir=folder, data_dir=folder) as vision:
        vision.say(linked(track))
        await asyncio.sleep(2)  # until the hub has found the speaker
        ears = []
        for _ in range(clients):
            _, ear = await loop.create_connection(lambda: _Ear(track, token), "127.0.0.1", port)
            await ear.open
            ears.append(ear)
        gc.collect()
        gc.freeze()  # what this process does meanwhile is not measured
        said = [0]
        for number in range(1, EVENTS + 1):
            vision.say(rep(track, number))
            said.append(now_ns())  # its journal's disk is `storage`'s to measure
            await asyncio.sleep(EVERY_S)
        await asyncio.sleep(1)
    waits = [(arrived - said[number]) / 1e6 for ear in ears for number, arrived in ear.heard]
    lost = clients * EVENTS - len(waits)
    p99 = quantiles(waits, n=100)[98]
    return Row(
        f"event on the bus to {clients:,} phone{'s' * (clients > 1)}: 99 of 100",
        f"{p99:.1f} ms, {lost} lost",
        f"half of all: {median(waits):.1f} ms",
        p99,
        f"<= {WANTED_MS} ms",
        p99 <= WANTED_MS and not lost,
    )


class _Ear(asyncio.Protocol):
    """A client that costs little itself: it notes when each repetition came, and answers pings."""

    def __init__(self, track: TrackName, token: str) -> None:
        self.heard: list[tuple[int, int]] = []
        """Number and time of arrival of each."""
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hello = (
            f"GET /ws/live/{track} HTTP/1.1\r\nHost: box\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Authorization: Bearer {token}\r\n\r\n"
        )
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._hello.encode())

    def data_received(self, data: bytes) -> None:
        now = now_ns()
        if not self.open.done():
            assert data.startswith(b"HTTP/1.1 101"), data
            self.open.set_result(None)
        if PING in data:
            self._transport.write(PONG)
        self._rest += data
        end = 0
        for found in COUNTED.finditer(self._rest):
            self.heard.append((int(found[1]), now))
            end = found.end()
        self._rest = self._rest[end:]


def linked(track: TrackName) -> TrackLinkedEvent:
    """A visit begins."""
    return TrackLinkedEvent(
        camera_id=track.camera_id, t_ns=0, at=AT, track_id=str(track), session_id=new_session_id(), reason="new"
    )


def rep(track: TrackName, number: int) -> RepCountedEvent:
    """The `number`th of a set."""
    found = Rep(
        exercise="squat",
        number=number,
        kind="full",
        start_ns=1,
        turn_ns=2,
        end_ns=3,
        range_of_motion=95,
        depth=1,
        peak_velocity=0.9,
        symmetry=0.9,
        confidence=0.8,
    )
    return RepCountedEvent(
        camera_id=track.camera_id,
        t_ns=now_ns(),
        at=AT,
        track_id=str(track),
        set_id=track.set_id(1),
        state="confirmed",
        rep=found,
    )
