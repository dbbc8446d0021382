"""The coach's process on a real bus, beside the recorder and the hub: what a phone hears, and what is kept of it."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gymbox.clock import now_ns
from gymbox.identity import alert_of
from tests import floor, kept
from tests.gym import Gym, free_port, heard, until
from tests.messages_api import KEY, LINE, messages_api
from tests.process.lives import reap, wait_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator

    from gymbox.events import FormAlertEvent, SetFinishedEvent
    from tests.gym import JSON, Day, Lifter, Socket

ENGLISH = {"Chest up", "Keep your chest tall", "Lift your chest out of the hole", "Proud chest"}


class Coached(Gym):
    """A box with a coach, whose language model is at `api_port`."""

    api_port: int = 0

    def said_by(self, part: str, event: str) -> list[JSON]:
        """Lines of a process's log."""
        lines = (self.folder / f"{part}.log").read_text().splitlines()
        return [line for line in map(json.loads, lines) if line["event"] == event]

    @contextmanager
    def coach(self) -> Iterator[None]:
        """A life of the coach."""
        before = len(self.said_by("coach", "ready")) if (self.folder / "coach.log").exists() else 0
        process = self.begin("coach")
        wait_for("the coach", lambda: len(self.said_by("coach", "ready")) > before, 120)
        try:
            yield
        finally:
            assert reap(process, signal.SIGTERM) == 0

    def rows(self, lifter: Lifter) -> list[tuple[str, str, str]]:
        """Kind, source and text of what is kept of somebody's sentences."""
        with closing(sqlite3.connect(f"file:{self.folder}/gymbox.db?mode=ro", uri=True)) as database:
            asked = "select kind, source, text from notifications where track_id = ? order by id"
            return database.execute(asked, (lifter.track_id,)).fetchall()


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coached]:
    port = free_port()
    coach = f'[coach]\napi_key = "{KEY}"\nbase_url = "http://127.0.0.1:{port}"\nask_every_s = 30\n'
    with ExitStack() as processes:
        opened = Coached.open(tmp_path_factory.mktemp("gym"), processes, hub=coach)
        assert isinstance(opened, Coached)
        opened.api_port = port
        yield opened


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 240))


def now() -> dict[str, object]:
    return {"t_ns": now_ns(), "at": datetime.now(UTC)}


def fault(lifter: Lifter, check: str = "chest_drops", rep: int = 2) -> FormAlertEvent:
    """The chest drops just now."""
    at = now()
    name = alert_of(lifter.set_id, check, int(str(at["t_ns"])))
    fields = {"alert_id": name, "check": check, "measured": 71.4, "max": 58.0, "rep": rep}
    return kept.alert(lifter.camera_id).model_copy(update=fields | at)


def finished(lifter: Lifter, reps: int) -> SetFinishedEvent:
    return kept.finished(reps, lifter.camera_id).model_copy(update=now())


@asynccontextmanager
async def training(day: Day, wishes: dict[str, object] | None = None) -> AsyncIterator[tuple[Lifter, Socket]]:
    """Somebody in a set, whose phone listens."""
    lifter = day.enter()
    token = await day.phone(lifter)
    if wishes:
        await day.ask("PUT", "/me/wishes", token=token, json=wishes, status=204)
    async with day.follow(lifter, token) as socket:
        await heard(socket, "state")
        day.vision.say(floor.set_started(lifter.camera_id))
        await heard(socket, "set_started")
        yield lifter, socket


async def guidance(socket: Socket) -> JSON:
    """The next sentence."""
    data = (await heard(socket, "guidance"))[-1]["data"]
    assert isinstance(data, dict)
    return data


async def metrics(day: Day) -> str:
    headers = {"Authorization": f"Bearer {await day.operator()}"}
    async with day.web.get("/metrics", headers=headers) as answer:
        return await answer.text()


def test_a_fault_is_cued_at_once_then_worded_by_the_model_and_both_are_kept(gym: Coached) -> None:
    async def test() -> None:
        async with messages_api("well", port=gym.api_port) as api, gym.day() as day, training(day) as (lifter, socket):
            alert = fault(lifter)
            day.vision.say(alert)
            cue, worded = await guidance(socket), await guidance(socket)
            assert (cue["kind"], cue["source"], cue["alert_id"]) == ("fault", "cue", alert.alert_id)
            assert "hest" in cue["text"]
            assert (worded["kind"], worded["source"], worded["alert_id"]) == ("fault", "model", alert.alert_id)
            assert worded["text"] == LINE.partition(". ")[0] + "."
            (asked,) = api.asked
            assert (asked["model"], asked["max_tokens"], asked["stream"]) == ("claude-sonnet-4-6", 1024, True)
            assert api.keys == [KEY]
            told = json.dumps(asked)
            assert all(name not in told for name in (lifter.track_id, lifter.session_id, lifter.camera_id, "phone"))
            rows = await until(lambda: asyncio.to_thread(gym.rows, lifter), lambda rows: len(rows) == 2)
            assert rows == [("fault", "cue", cue["text"]), ("fault", "model", worded["text"])]
            assert 'gymbox_coach_said{kind="fault",source="model"} 1.0' in await metrics(day)

    with gym.coach():
        run(test())
