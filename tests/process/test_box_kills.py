"""The whole box, its processes killed with SIGKILL at random moments: the count goes on, nothing is lost or twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import pytest

from gymbox.bus.endpoints import VISION
from gymbox.bus.subscribe import Heard, Listener, Lost
from gymbox.events import RepCountedEvent, SessionEndedEvent, TrackLinkedEvent
from gymbox.hub.password import Password
from tests.asking import asked, asked_so_far
from tests.gym import free_port
from tests.process.box import ENOUGH, LIMIT_S, SAMPLE, Box, box
from tests.process.lives import wait_for

if TYPE_CHECKING:
    from pathlib import Path

KILLS: Final = int(os.environ.get("BOX_KILLS", "10"))
"""Of all together; `./just soak` has a hundred of each."""
SERVES: Final = {
    "recorder": "recorder",
    "vision": "vision",
    "hub": "hub-requests",
    "coach": "coach",
    "camera": "camera-rack-1",
}
"""By which lock a process is known."""

Reps = Counter[tuple[str, str, int]]
"""Set, kind and number of confirmed repetitions."""


def rows(folder: Path) -> Reps:
    return Counter(asked_so_far(folder / "data/gymbox.db", "select set_id, kind, number from rep_events"))


async def said(run_dir: Path) -> tuple[Reps, set[str]]:
    """All that vision confirmed, in all its lives, as its journal has it; and the visits that go on."""
    reps: Reps = Counter()
    going = set()
    async with Listener(VISION, run_dir=run_dir, topics=["reps", "sessions"]) as listener:
        while not listener.caught_up:
            try:
                heard = await asyncio.wait_for(listener.batch(), 5)
            except TimeoutError:
                continue
            assert not any(isinstance(item, Lost) for item in heard), heard
            events = [item.event for item in heard if isinstance(item, Heard)]
            for event in events:
                if isinstance(event, TrackLinkedEvent):
                    going.add(event.session_id)
                elif isinstance(event, SessionEndedEvent):
                    going.discard(event.session_id)
            reps.update(
                (event.set_id, event.rep.kind, event.rep.number)
                for event in events
                if isinstance(event, RepCountedEvent) and event.state == "confirmed" and event.rep
            )
    return reps, going


class Watcher:
    """A client that follows everybody on the floor, and comes back wherever the hub was killed."""

    def __init__(self, port: int, password: str) -> None:
        self.heard: list[tuple[str, str, int]] = []
        self._box, self._password = f"http://127.0.0.1:{port}", password
        self._followed: set[str] = set()

    def missing(self, meant: Reps) -> Reps:
        """Of sets that were followed from some repetition on, the later ones that have not come."""
        first: dict[tuple[str, str], int] = {}
        for set_id, kind, number in self.heard:
            first[set_id, kind] = min(number, first.get((set_id, kind), number))
        rest = [rep for rep in meant if rep[2] >= first.get(rep[:2], rep[2] + 1)]
        return Counter(rest) - Counter(self.heard)

    async def run(self) -> None:
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as following:
            token = None
            while True:
                try:
                    if token is None:
                        answer = await http.post(f"{self._box}/login", json={"password": self._password})
                        token = (await answer.json())["token"]
                        http.headers["Authorization"] = f"Bearer {token}"
                    floor = await (await http.get(f"{self._box}/floor")).json()
                except (aiohttp.ClientError, KeyError):
                    await asyncio.sleep(0.3)
                    continue
                for someone in floor["people"]:
                    if (visit := someone["session_id"]) and visit not in self._followed:
                        self._followed.add(visit)
                        following.create_task(self._follow(http, someone["figure"]["track_id"]))
                await asyncio.sleep(0.3)

    async def _follow(self, http: aiohttp.ClientSession, track_id: str) -> None:
        cursor = ""
        while True:
            try:
                url = f"{self._box}/ws/live/{track_id}"
                async with http.ws_connect(url, params={"after": cursor}) as socket:
                    async for message in socket:
                        told: dict[str, Any] = message.json()
                        assert told["type"] != "missed", told
                        cursor = told.get("cursor") or cursor
                        if told["type"] == "rep_counted" and told["data"]["state"] == "confirmed":
                            self.heard.append((told["data"]["set_id"], told["data"]["kind"], told["data"]["number"]))
            except aiohttp.ClientError:
                await asyncio.sleep(0.3)


def kill(running: Box, part: str, chance: random.Random) -> None:
    """End a process at its work, and wait until its next life is at work."""
    wait_for(part, lambda: SERVES[part] in running.pids(), LIMIT_S)
    before = running.pids()[SERVES[part]]
    os.kill(before, signal.SIGKILL)
    wait_for(f"another {part}", lambda: running.pids().get(SERVES[part], before) != before, LIMIT_S)
    time.sleep(chance.uniform(0.5, 3))


async def watched(
    running: Box, port: int, password: str, parts: list[str], chance: random.Random
) -> tuple[Watcher, Reps]:
    """Kill one part after the other while a client listens; then let the box count on, and stop its picture.

    Gives the client once it has heard the rest of all that it followed, and all that was said.
    """
    watcher = Watcher(port, password)
    watching = asyncio.create_task(watcher.run())
    folder = running.config.parent
    await asyncio.to_thread(wait_for, "the first repetitions", lambda: rows(folder).total() > 3, LIMIT_S)
    for part in parts:
        await asyncio.to_thread(kill, running, part, chance)
    before = rows(folder).total()
    await asyncio.to_thread(wait_for, "the count to go on", lambda: rows(folder).total() > before + 3, LIMIT_S)
    config = running.config.read_text()
    running.config.write_text(config.partition("[[camera]]")[0])  # what was seen is all now
    gone = SERVES["camera"]
    await asyncio.to_thread(wait_for, "the camera's end", lambda: gone not in running.pids())
    async with asyncio.timeout(LIMIT_S):
        meant, going = await said(running.run_dir)
        while going or watcher.missing(meant):
            assert not watching.done(), watching.exception()
            await asyncio.sleep(0.5)
            meant, going = await said(running.run_dir)
    watching.cancel()
    return watcher, meant


def test_whatever_is_killed_the_count_goes_on_and_no_repetition_is_lost_or_twice(tmp_path: Path) -> None:
    chance = random.Random("box")  # noqa: S311 -- the same order each time
    parts = [*SERVES] * (KILLS // len(SERVES)) + chance.sample([*SERVES], KILLS % len(SERVES))
    chance.shuffle(parts)
    password = Password(tmp_path / "data").invent()
    port = free_port()  # one, that all lives of the hub have
    with box(tmp_path, "rack-1", port=port) as running:
        running.wait("ready", process="hub")
        watcher, meant = asyncio.run(watched(running, port, password, parts, chance))
        wait_for("the last row", lambda: rows(tmp_path) == meant)
        running.stop()
    assert set(meant.values()) == {1}
    numbers = defaultdict(set)
    for set_id, kind, number in meant:
        numbers[set_id, kind].add(number)
    # Within each set the count went from 1 up, whatever was killed in its middle.
    assert all(found == set(range(1, len(found) + 1)) for found in numbers.values())
    heard = Counter(watcher.heard)
    assert set(heard.values()) == {1}
    # Whoever was told of a fault was told of it once; in a short run it may be nobody.
    assert set(cues(tmp_path).values()) <= {1}


@pytest.mark.skipif(KILLS <= 10, reason="a minute a pass: ./just soak")
@pytest.mark.parametrize("number", range(KILLS // 50))
def test_a_pass_with_kills_in_it_is_counted_as_if_nothing_had_happened(number: int, tmp_path: Path) -> None:
    """Without the camera's: what a dead camera does not send, nobody can count."""
    chance = random.Random(number)  # noqa: S311 -- the same moments each time
    parts = chance.sample(["recorder", "vision", "hub"], 3)
    with box(tmp_path, "rack-1", loop=False, input_size=ENOUGH) as running:
        wait_for("the first repetitions", lambda: rows(tmp_path).total() > 3, LIMIT_S)
        for part in parts:
            kill(running, part, chance)
        running.wait("camera", process="camera-rack-1", state="ended")
        meant = truth()
        wait_for(f"all of {meant}", lambda: counted(tmp_path) == meant, LIMIT_S)
        running.stop()


def cues(folder: Path) -> Counter[str]:
    """How often the box's own words were said of each alert."""
    question = "select alert_id from notifications where source = 'cue' and kind = 'fault'"
    return Counter(alert_id for (alert_id,) in asked(folder / "data/gymbox.db", question))


def truth() -> Counter[tuple[str, str]]:
    sets = json.loads(SAMPLE.with_suffix(".json").read_text())["sets"]
    return Counter((each["exercise"], rep["kind"]) for each in sets for rep in each["reps_at"])


def counted(folder: Path) -> Counter[tuple[str, str]]:
    return Counter(asked(folder / "data/gymbox.db", "select exercise, kind from rep_events"))
