"""The hub's process on a real bus, with real sockets: what a phone hears, and goes on hearing."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from gymbox.bus.endpoints import VISION
from gymbox.hub.audience import GONE, MOST_EACH, REPLACED
from gymbox.hub.client import WAITING
from tests import floor, kept
from tests.gym import Gym, heard
from tests.process.lives import KILLS, reap, wait_for

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from tests.gym import JSON, Day, Lifter, Socket


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gym]:
    with ExitStack() as processes:
        yield Gym.open(tmp_path_factory.mktemp("gym"), processes)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 240))


def numbers(messages: list[JSON]) -> list[int]:
    """Of the repetitions among them."""
    return [message["data"]["number"] for message in messages if message["type"] == "rep_counted"]


async def until_rep(socket: Socket, last: int) -> list[JSON]:
    """All messages up to a repetition."""
    messages: list[JSON] = []
    while numbers(messages)[-1:] != [last]:
        messages.append(await socket.receive_json(timeout=30))
    return messages


def test_a_phone_hears_its_own_set_and_nobody_else_s(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            ours, other = day.enter(), day.enter()
            async with day.follow(ours, await day.phone(ours)) as socket:
                (state,) = await heard(socket, "state")
                assert state["data"] == {"session_id": ours.session_id, "track_ids": [ours.track_id], "set": None}
                day.vision.say(floor.set_started(other.camera_id), floor.rep(1, other.camera_id))
                day.vision.say(floor.set_started(ours.camera_id))
                day.lift(ours, 1, 2)
                day.vision.say(kept.alert(ours.camera_id, "a-bbbbbbbbbbbb"), kept.finished(2, ours.camera_id))
                messages = await heard(socket, "set_finished")
                kinds = ["set_started", "rep_counted", "rep_counted", "form_alert", "set_finished"]
                assert [message["type"] for message in messages] == kinds
                assert {message["data"]["track_id"] for message in messages} == {ours.track_id}
                assert numbers(messages) == [1, 2]
                assert messages[1]["data"]["down_s"] == 0.8

    run(test())


def test_who_comes_back_has_missed_nothing_and_hears_nothing_twice(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifter = day.enter()
            token = await day.phone(lifter)
            async with day.follow(lifter, token) as socket:
                day.vision.say(floor.set_started(lifter.camera_id))
                day.lift(lifter, 1, 2, 3)
                after = (await until_rep(socket, 2))[-1]["cursor"]
            day.lift(lifter, 4, 5)
            async with day.follow(lifter, token, after) as socket:
                messages = await heard(socket, "state")
                assert numbers(messages) == [3, 4, 5]
                assert messages[-1]["data"]["set"]["reps"] == 5
                day.lift(lifter, 6)
                assert numbers(await until_rep(socket, 6)) == [6]
            async with day.follow(lifter, token) as socket:
                (state,) = await heard(socket, "state")
                assert state["data"]["set"]["reps"] == 6

    run(test())


def test_a_phone_follows_its_visit_from_track_to_track(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifter = day.enter()
            async with day.follow(lifter, await day.phone(lifter)) as socket:
                await heard(socket, "state")
                day.vision.say(kept.track_ended(lifter.session_id, lifter.camera_id))
                elsewhere = day.enter(lifter.session_id)
                day.lift(elsewhere, 1)
                messages = await until_rep(socket, 1)
                assert [message["type"] for message in messages] == ["track_ended", "track_linked", "rep_counted"]
                assert messages[-1]["data"]["track_id"] == elsewhere.track_id

    run(test())


def test_only_the_newest_pose_waits_and_only_for_who_asked(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifter = day.enter()
            token = await day.phone(lifter)
            async with day.follow(lifter, token) as socket, day.follow(lifter, token) as other:
                await socket.send_json({"type": "pose", "data": {"on": True}})
                await socket.send_json({"type": "ping"})
                await heard(socket, "pong")
                # The hub must find them all at once, and no more than the bus lets wait for it: that drops the newest.
                last = VISION.high_water // 2
                gym.hub.send_signal(signal.SIGSTOP)
                day.vision.say(*(floor.perception(lifter.camera_id, t_ns) for t_ns in range(1, last + 1)))
                day.lift(lifter, 1)
                gym.hub.send_signal(signal.SIGCONT)
                seen = [0]
                while seen[-1] < last:
                    message = await socket.receive_json(timeout=20)
                    seen += [message["data"]["t_ns"]] if message["type"] == "pose" else []
                assert seen == sorted(seen)
                assert len(seen) < last / 2
                assert {message["type"] for message in await until_rep(other, 1)} == {"state", "rep_counted"}
                await socket.send_json({"type": "pose", "data": {"on": False}})
                await socket.send_json({"type": "ping"})
                await heard(socket, "pong")
                day.vision.say(floor.perception(lifter.camera_id, last + 1))
                day.lift(lifter, 2)
                assert "pose" not in {message["type"] for message in await until_rep(socket, 2)}

    run(test())


@pytest.mark.parametrize(
    ("said", "complaint"),
    [("{", "Invalid JSON"), ('{"type":"nap"}', "nap"), ('{"type":"pose","data":{"on":1}}', "valid boolean")],
)
def test_what_is_not_understood_is_said_and_the_talk_goes_on(said: str, complaint: str, gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifter = day.enter()
            async with day.follow(lifter, await day.phone(lifter)) as socket:
                await socket.send_str(said)
                assert complaint in (await heard(socket, "wrong"))[-1]["data"]["detail"]
                await socket.send_json({"type": "ping"})
                await heard(socket, "pong")

    run(test())


@pytest.mark.parametrize(
    ("flood", "code"),
    [(["{}"] * 40, aiohttp.WSCloseCode.POLICY_VIOLATION), ([" " * 5_000], aiohttp.WSCloseCode.MESSAGE_TOO_BIG)],
)
def test_a_client_that_talks_too_much_is_shown_out(flood: list[str], code: int, gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifter = day.enter()
            async with day.follow(lifter, await day.phone(lifter)) as socket:
                for text in flood:
                    await socket.send_str(text)
                while not socket.closed:
                    await socket.receive(timeout=20)
                assert socket.close_code == code

    run(test())


def test_a_revoked_phone_s_sockets_end(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifter = day.enter()
            token = await day.phone(lifter)
            device = (await day.ask("GET", "/me", token=token, status=200))["device_id"]
            async with day.follow(lifter, token) as socket:
                await heard(socket, "state")
                await day.ask("DELETE", f"/devices/{device}", token=await day.operator(), status=204)
                message = await socket.receive(timeout=20)
                assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, GONE)
            await refused(day, lifter, 401, token)

    run(test())


async def refused(day: Day, lifter: Lifter, status: int, token: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        async with day.follow(lifter, token):
            pass
    assert error.value.status == status


def test_nobody_hears_what_is_not_theirs(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            ours, other = day.enter(), day.enter()
            token = await day.phone(ours)
            await refused(day, other, 403, token)
            await refused(day, ours, 401, "")
            await refused(day, ours, 401, token[:-2])
            await day.ask("GET", f"/ws/live/{ours.track_id}", token=token, status=400)
            unknown = str(floor.track("nowhere"))
            await day.ask("GET", f"/ws/live/{unknown}", token=token, status=404)
            await day.ask("GET", "/ws/live/..", token=token, status=404)
            await day.ask("GET", f"/ws/live/{ours.track_id}?after=v.1", token=token, status=422)
            browser = day.web.ws_connect(f"/ws/live/{ours.track_id}", protocols=["gymbox", f"bearer.{token}"])
            async with browser as socket:
                assert socket.protocol == "gymbox"
                await heard(socket, "state")

    run(test())


def test_a_phone_that_opens_ever_more_sockets_loses_its_oldest(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day, AsyncExitStack() as open_ones:
            lifter = day.enter()
            token = await day.phone(lifter)
            sockets = [await open_ones.enter_async_context(day.follow(lifter, token)) for _ in range(MOST_EACH + 1)]
            await heard(sockets[0], "state")
            assert (await sockets[0].receive(timeout=20)).data == REPLACED
            day.lift(lifter, 1)
            for socket in sockets[1:]:
                await until_rep(socket, 1)

    run(test())


def test_a_phone_that_never_reads_is_dropped_and_keeps_nobody_waiting(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifter = day.enter()
            token = await day.phone(lifter)
            with socket.create_connection(("127.0.0.1", gym.port)) as deaf:
                deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
                deaf.sendall(handshake(lifter, token))
                assert b"101" in deaf.recv(64)
                async with day.follow(lifter, token) as phone:
                    await heard(phone, "state")
                    started, said = time.monotonic(), 0
                    while "gymbox_live_dropped_total 0.0" in await metrics(day):
                        day.lift(lifter, *range(said + 1, said + WAITING // 2 + 1))
                        said += WAITING // 2
                        await until_rep(phone, said)
                        assert time.monotonic() - started < 60
                    deaf.settimeout(20)
                    while deaf.recv(1 << 16):  # what was under way, and then the end
                        pass
                    day.lift(lifter, said + 1)
                    assert numbers(await until_rep(phone, said + 1)) == [said + 1]

    run(test())


def handshake(lifter: Lifter, token: str) -> bytes:
    headers = (
        f"GET /ws/live/{lifter.track_id} HTTP/1.1",
        "Host: box",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Authorization: Bearer {token}",
    )
    return "\r\n".join((*headers, "", "")).encode()


async def metrics(day: Day) -> str:
    headers = {"Authorization": f"Bearer {await day.operator()}"}
    async with day.web.get("/metrics", headers=headers) as answer:
        return await answer.text()


def test_two_hundred_phones_at_once_each_hear_their_own(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifters = [day.enter() for _ in range(200)]
            tokens = await day.phones(lifters)

            async def listen(lifter: Lifter, token: str) -> list[int]:
                async with day.follow(lifter, token) as socket:
                    await heard(socket, "state")
                    ready.release()
                    return numbers(await until_rep(socket, 5))

            ready = asyncio.Semaphore(0)
            phones = [asyncio.create_task(listen(*each)) for each in zip(lifters, tokens, strict=True)]
            for _ in phones:
                await ready.acquire()
            for number in range(1, 6):
                for lifter in lifters:
                    day.lift(lifter, number)
            assert await asyncio.gather(*phones) == [[1, 2, 3, 4, 5]] * 200

    run(test())


def test_a_hub_that_is_killed_goes_on_with_every_phone_where_it_was(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifter = day.enter()
            token = await day.phone(lifter)
            lifted: list[int] = [0]
            counting = asyncio.create_task(count(day, lifter, lifted))
            got: list[int] = [0]
            after = ""
            for _ in range(max(KILLS // 20, 1)):
                async with day.follow(lifter, token, after) as socket:
                    aim = lifted[-1] + 20  # all that was missed, which is less than the hub keeps, and some more
                    while got[-1] < aim:
                        message = await socket.receive_json(timeout=30)
                        after = message["cursor"]
                        assert message["type"] != "missed"
                        got += numbers([message])
                    reap(gym.hub, signal.SIGKILL)
                gym.hub = gym.begin("hub")
                await asyncio.to_thread(wait_for, "the hub", gym.answers, 120)
            async with day.follow(lifter, token, after) as socket:
                got += numbers(await until_rep(socket, got[-1] + 50))
            counting.cancel()
            assert got[1:] == list(range(got[1], got[-1] + 1))

    run(test())


async def count(day: Day, lifter: Lifter, lifted: list[int]) -> None:
    """Somebody who never stops."""
    while True:
        lifted.append(lifted[-1] + 1)
        day.lift(lifter, lifted[-1])
        await asyncio.sleep(0.01)
