"""The hub's process on a real bus, with real sockets: what a phone hears, and goes on hearing."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests import floor, kept
from tests.gym import Gym, heard

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gym]:
    with ExitStack() as processes:
        yield Gym.open(tmp_path_factory.mktemp("gym"), processes)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


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
                assert [message["type"] for message in messages] == [
                    "set_started",
                    "rep_counted",
                    "rep_counted",
                    "form_alert",
                    "set_finished",
                ]
                assert {message["data"]["track_id"] for message in messages} == {ours.track_id}
                assert [message["data"]["number"] for message in messages[1:3]] == [1, 2]

    run(test())
