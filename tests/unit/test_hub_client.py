from __future__ import annotations

import asyncio

import pytest
from aiohttp._websocket.reader import WebSocketDataQueue, WebSocketReader
from aiohttp.base_protocol import BaseProtocol

from gymbox.hub import client as module
from gymbox.hub.client import BUFFER, WAITING, Client, SlowError, framed
from gymbox.hub.position import Position


class Pipe:
    """A transport that takes what it is told to."""

    def __init__(self) -> None:
        self.size = 0
        self.sent: list[bytes] = []

    def write(self, frame: bytes) -> None:
        self.sent.append(frame)

    def get_write_buffer_size(self) -> int:
        return self.size


def numbers(first: int, last: int) -> list[bytes]:
    return [str(number).encode() for number in range(first, last + 1)]


async def settled(task: asyncio.Task[None], limit_s: float = 5) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(task), limit_s)


def test_what_a_client_missed_comes_before_what_happens_now() -> None:
    async def test() -> None:
        pipe = Pipe()
        client = Client(Position(), pipe, numbers(1, 3))
        client.offer(b"4")
        client.show(b"pose")
        task = asyncio.create_task(client.run())
        await settled(task, 0.2)
        client.offer(b"5")
        task.cancel()
        assert pipe.sent == [*numbers(1, 4), b"pose", b"5"]

    asyncio.run(test())


def test_a_full_transport_keeps_order_and_of_poses_the_newest() -> None:
    async def test() -> None:
        pipe = Pipe()
        client = Client(Position(), pipe)
        task = asyncio.create_task(client.run())
        client.offer(b"1")
        pipe.size = BUFFER + 1
        client.offer(b"2")
        client.show(b"old pose")
        client.show(b"new pose")
        await settled(task, 0.2)
        assert pipe.sent == [b"1"]
        pipe.size = 1  # messages have room, poses wait until all has left
        await settled(task, 0.2)
        assert pipe.sent == [b"1", b"2"]
        pipe.size = 0
        await settled(task, 0.2)
        task.cancel()
        assert pipe.sent == [b"1", b"2", b"new pose"]

    asyncio.run(test())


def test_too_many_that_wait_end_it_and_those_it_missed_do_not_count() -> None:
    async def test() -> None:
        pipe = Pipe()
        pipe.size = BUFFER + 1
        client = Client(Position(), pipe, numbers(1, 1_000))
        for frame in numbers(1, WAITING):
            client.offer(frame)
        task = asyncio.create_task(client.run())
        await settled(task, 0.2)
        client.offer(b"one too many")
        with pytest.raises(SlowError, match=f"{1_000 + WAITING + 1} messages wait"):
            await asyncio.wait_for(task, 5)

    asyncio.run(test())


def test_a_transport_that_takes_nothing_for_long_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STALLED_S", 0.1)

    async def test() -> None:
        pipe = Pipe()
        pipe.size = BUFFER + 1
        client = Client(Position(), pipe)
        client.offer(b"1")
        with pytest.raises(SlowError, match=r"took nothing for 0\.1 s"):
            await asyncio.wait_for(client.run(), 5)

    asyncio.run(test())


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_frame_is_what_others_take_for_one(length: int) -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()
        queue = WebSocketDataQueue(BaseProtocol(loop), 1 << 20, loop=loop)
        WebSocketReader(queue, 1 << 20, compress=False, decode_text=True).feed_data(
            framed(b"x" * length) + framed(b"next")
        )
        assert [(await queue.read()).data for _ in range(2)] == ["x" * length, "next"]

    asyncio.run(test())
