from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import zmq

from gymbox.bus.endpoints import RECORDER_REQUESTS, address
from gymbox.bus.request import AT_ONCE, Request, Server, ask
from gymbox.errors import BusError, GymboxError, NoAnswerError, RefusedError
from gymbox.events import Message

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from pathlib import Path


class Double(Request):
    number: int


class Doubled(Message):
    number: int


class Unknown(Request):
    pass


class NoSuchSetError(GymboxError):
    pass


async def double(request: Double) -> Doubled:
    return Doubled(number=2 * request.number)


def run(test: Coroutine[None, None, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


def test_a_request_is_answered(tmp_path: Path) -> None:
    async def test() -> None:
        async with Server(RECORDER_REQUESTS, run_dir=tmp_path) as server:
            server.on(Double, double)
            asked = [ask(RECORDER_REQUESTS, Double(number=n), Doubled, run_dir=tmp_path) for n in range(AT_ONCE)]
            assert await asyncio.gather(*asked) == [(Doubled(number=2 * n), []) for n in range(AT_ONCE)]

    run(test())


def test_bytes_come_with_the_answer(tmp_path: Path) -> None:
    async def packets(request: Double) -> tuple[Message, Sequence[bytes]]:
        return Doubled(number=request.number), [b"\x00\x01", b"", bytes(1 << 20)]

    async def test() -> None:
        async with Server(RECORDER_REQUESTS, run_dir=tmp_path) as server:
            server.on(Double, packets)
            _, blobs = await ask(RECORDER_REQUESTS, Double(number=1), Doubled, run_dir=tmp_path)
            assert blobs == [b"\x00\x01", b"", bytes(1 << 20)]

    run(test())


def test_a_refusal_says_why_without_credentials(tmp_path: Path) -> None:
    async def refuse(_: Double) -> Doubled:
        raise NoSuchSetError("no set 7 at rtsp://user:pass@host/1")

    async def test() -> None:
        async with Server(RECORDER_REQUESTS, run_dir=tmp_path) as server:
            server.on(Double, refuse)
            with pytest.raises(RefusedError, match=r"^no set 7 at rtsp://\*\*\*@host/1$") as refused:
                await ask(RECORDER_REQUESTS, Double(number=1), Doubled, run_dir=tmp_path)
            assert refused.value.kind == "NoSuchSetError"

    run(test())


def test_a_defect_is_logged_and_the_desk_stays_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def divide(request: Double) -> Doubled:
        return Doubled(number=1 // request.number)

    async def test() -> None:
        async with Server(RECORDER_REQUESTS, run_dir=tmp_path) as server:
            server.on(Double, divide)
            with pytest.raises(RefusedError, match="failed; its log says how"):
                await ask(RECORDER_REQUESTS, Double(number=0), Doubled, run_dir=tmp_path)
            assert await ask(RECORDER_REQUESTS, Double(number=1), Doubled, run_dir=tmp_path) == (Doubled(number=1), [])

    run(test())
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_what_is_not_understood_is_refused(tmp_path: Path) -> None:
    async def raw(*frames: bytes) -> list[bytes]:
        socket = zmq.asyncio.Context.instance().socket(zmq.DEALER)
        with socket:
            socket.linger = 0
            socket.connect(address(tmp_path, RECORDER_REQUESTS.name))
            await socket.send_multipart(frames)
            return list(await socket.recv_multipart())

    async def test() -> None:
        async with Server(RECORDER_REQUESTS, run_dir=tmp_path) as server:
            server.on(Double, double)
            with pytest.raises(RefusedError, match="knows no request 'Unknown'"):
                await ask(RECORDER_REQUESTS, Unknown(), Doubled, run_dir=tmp_path)
            assert b"v: Input should be 1, got 2" in (await raw(b"Double", b'{"v":2,"number":1}'))[2]
            assert b"number: Input should be a valid integer" in (await raw(b"Double", b'{"v":1,"number":"1"}'))[2]
            assert (await raw(b"Double"))[0] == b"refused"
            assert (await raw(b""))[0] == b"refused"

    run(test())


def test_nobody_there_is_said_in_time(tmp_path: Path) -> None:
    async def test() -> None:
        with pytest.raises(NoAnswerError, match=r"no answer to Double within 0.1 s"):
            await ask(RECORDER_REQUESTS, Double(number=1), Doubled, run_dir=tmp_path, timeout_s=0.1)

    run(test())


def test_a_desk_that_opens_in_time_answers(tmp_path: Path) -> None:
    async def test() -> None:
        asked = asyncio.create_task(ask(RECORDER_REQUESTS, Double(number=4), Doubled, run_dir=tmp_path))
        await asyncio.sleep(0.2)
        async with Server(RECORDER_REQUESTS, run_dir=tmp_path) as server:
            server.on(Double, double)
            assert await asked == (Doubled(number=8), [])

    run(test())


def test_too_many_at_once_are_refused_and_the_others_answered(tmp_path: Path) -> None:
    async def test() -> None:
        go = asyncio.Event()

        async def wait(request: Double) -> Doubled:
            await go.wait()
            return await double(request)

        async with Server(RECORDER_REQUESTS, run_dir=tmp_path) as server:
            server.on(Double, wait)
            asked = [
                asyncio.create_task(ask(RECORDER_REQUESTS, Double(number=n), Doubled, run_dir=tmp_path))
                for n in range(AT_ONCE + 5)
            ]
            done, waiting = await asyncio.wait(asked, timeout=5, return_when=asyncio.FIRST_COMPLETED)
            while len(done) < 5:
                more, waiting = await asyncio.wait(waiting, timeout=5, return_when=asyncio.FIRST_COMPLETED)
                done |= more
            assert all("busy with 32 requests" in str(task.exception()) for task in done)
            go.set()
            assert len(await asyncio.gather(*waiting)) == AT_ONCE

    run(test())


def test_a_second_desk_is_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with Server(RECORDER_REQUESTS, run_dir=tmp_path):
            with pytest.raises(BusError, match="another process"):
                Server(RECORDER_REQUESTS, run_dir=tmp_path)

    run(test())
