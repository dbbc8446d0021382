"""The coach's process on a real bus, beside the recorder and the hub: what a phone hears, and what is kept of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gymbox.clock import now_ns
from gymbox.coach.breaker import FAILURES
from gymbox.identity import alert_of
from tests import floor, kept
from tests.asking import asked
from tests.gym import Gym, free_port, heard, until
from tests.messages_api import KEY, LINE, messages_api
from tests.process.lives import reap, wait_for

if TYPE_CHECKING:
    import subprocess
    from collections.abc import AsyncIterator, Coroutine, Iterator

    from gymbox.events import FormAlertEvent, SetFinishedEvent
    from tests.gym import JSON, Day, Lifter, Socket


class Coached(Gym):
    """A box with a coach, whose language model is at `api_port`."""

    api_port: int = 0
    logged: int = 0
    """Lines of the coach's log that its earlier lives wrote."""

    def log(self) -> list[JSON]:
        """What this life of the coach has logged."""
        log = self.folder / "coach.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [json.loads(line) for line in lines[self.logged :]]

    @contextmanager
    def coach(self) -> Iterator[subprocess.Popen[bytes]]:
        """A life of the coach."""
        self.logged += len(self.log())
        process = self.begin("coach")
        try:
            wait_for("the coach", lambda: any(line["event"] == "ready" for line in self.log()), 240)
            yield process
        finally:
            reap(process, signal.SIGTERM)

    def rows(self, lifter: Lifter) -> list[tuple[str, str, str]]:
        """Kind, source and text of what is kept of somebody's sentences."""
        question = "select kind, source, text from notifications where track_id = ? order by id"
        return asked(self.folder / "gymbox.db", question, lifter.track_id)


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coached]:
    port = free_port()
    slow = "cue_within_s = 60\nanswer_within_s = 60\nask_every_s = 3600\n"  # a busy machine is no failure
    coach = f'[coach]\napi_key = "{KEY}"\nbase_url = "http://127.0.0.1:{port}"\n{slow}'
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


def test_five_alerts_are_one_question(gym: Coached) -> None:
    async def test() -> None:
        async with messages_api("well", port=gym.api_port) as api, gym.day() as day, training(day) as (lifter, socket):
            for _ in range(5):
                day.vision.say(fault(lifter))
                await asyncio.sleep(2)
            messages = await sentences_up_to_now(day, lifter, socket)
            sources = [data["source"] for data in messages]
            assert (len(api.asked), sources.count("model")) == (1, 1)
            assert 1 <= sources.count("cue") <= 5  # as often as somebody wants to hear a fault

    with gym.coach():
        run(test())


async def sentences_up_to_now(day: Day, lifter: Lifter, socket: Socket) -> list[JSON]:
    """All sentences that came, up to that about a set that is over."""
    day.lift(lifter, 1, 2)
    day.vision.say(finished(lifter, 2))
    found: list[JSON] = []
    while not found or found[-1]["kind"] != "summary":
        found.append(await guidance(socket))
    return found[:-1]


@pytest.mark.parametrize("how", ["nobody there", "529", "overloaded inside", "garbage", "html", "huge", "cut off"])
def test_without_the_model_the_cue_is_all_and_the_log_has_one_line(how: str, gym: Coached) -> None:
    async def test() -> None:
        async with gym.day() as day, AsyncExitStack() as stack:
            if how != "nobody there":
                await stack.enter_async_context(messages_api(how, port=gym.api_port))
            for _ in range(FAILURES):  # of different people
                async with training(day) as (lifter, socket):
                    alert = fault(lifter)
                    day.vision.say(alert)
                    data = await guidance(socket)
                    assert (data["source"], data["alert_id"]) == ("cue", alert.alert_id)
            await until(lambda: metrics(day), lambda told: 'gymbox_coach_breaker{state="open"} 1.0' in told)
            async with training(day) as (lifter, socket):  # who is not even asked about
                day.vision.say(fault(lifter))
                assert [data["source"] for data in await sentences_up_to_now(day, lifter, socket)] == ["cue"]

    with gym.coach():
        run(test())
    told = [line for line in gym.log() if line["level"] not in {"info", "debug"}]
    assert [line["event"] for line in told] == ["the language model does not serve: the box's own words are said"]


def test_who_is_not_connected_has_it_in_the_database_and_that_is_no_error(gym: Coached) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifter = day.enter()
            day.vision.say(floor.set_started(lifter.camera_id), fault(lifter))
            rows = await until(lambda: asyncio.to_thread(gym.rows, lifter), len)
            assert [(kind, source) for kind, source, _ in rows] == [("fault", "cue")]
            await until(lambda: asyncio.to_thread(told_of, lifter), len)
            assert [line["level"] for line in told_of(lifter)] == ["info"]

    def told_of(lifter: Lifter) -> list[JSON]:
        lines = map(json.loads, (gym.folder / "hub.log").read_text().splitlines())
        return [line for line in lines if line["event"] == "no active session" and line["track"] == lifter.track_id]

    with gym.coach():
        run(test())


def test_a_phone_is_spoken_to_as_it_wishes_and_after_a_set_the_model_words_the_facts(gym: Coached) -> None:
    words = "2 saubere Kniebeugen. Halte im nächsten Satz die Brust oben."
    wishes = {"language": "de", "level": "normal", "counts": True}

    async def test() -> None:
        async with (
            messages_api("well", port=gym.api_port, text=words) as api,
            gym.day() as day,
            training(day, wishes) as (lifter, socket),
        ):
            for number in (1, 2):
                rep = floor.rep(number, lifter.camera_id)
                day.vision.say(rep.model_copy(update=now()))
                data = await guidance(socket)
                assert (data["kind"], data["text"], data["language"]) == ("count", str(number), "de")
            day.vision.say(finished(lifter, 2))
            done, summary = await guidance(socket), await guidance(socket)
            assert (done["kind"], done["source"]) == ("milestone", "cue")
            assert "2 Kniebeugen" in done["text"]
            assert (summary["kind"], summary["source"], summary["text"]) == ("summary", "model", words)
            assert "German" in api.asked[0]["system"]

    with gym.coach():
        run(test())


def test_a_coach_that_is_killed_says_nothing_twice_and_goes_on(gym: Coached) -> None:
    async def test() -> None:
        async with gym.day() as day, training(day) as (lifter, socket):
            with gym.coach() as process:
                before = fault(lifter)
                day.vision.say(before)
                assert (await guidance(socket))["alert_id"] == before.alert_id
                reap(process, signal.SIGKILL)
            with gym.coach():
                after = fault(lifter, "shallow")
                day.vision.say(after)
                assert (await guidance(socket))["alert_id"] == after.alert_id

    run(test())


@pytest.mark.skipif("REAL_ANTHROPIC_API_KEY" not in os.environ, reason="needs ANTHROPIC_API_KEY")
def test_the_real_model_words_a_fault(gym: Coached) -> None:
    config = gym.folder / "gymbox.toml"
    before = config.read_text()
    ours = before[before.index("[coach]") : before.index("[[camera]]")]
    real = f'[coach]\napi_key = "{os.environ["REAL_ANTHROPIC_API_KEY"]}"\n\n'

    async def test() -> None:
        async with gym.day() as day, training(day) as (lifter, socket):
            alert = fault(lifter)
            day.vision.say(alert)
            sources = [(await guidance(socket))["source"] for _ in range(2)]
            assert sources == ["cue", "model"]

    config.write_text(before.replace(ours, real))
    try:
        with gym.coach():
            run(test())
    finally:
        config.write_text(before)


def test_the_first_fault_after_vision_has_come_is_told(gym: Coached) -> None:
    async def test() -> None:
        async with gym.day() as day, AsyncExitStack() as life:
            lifter = day.enter()
            async with day.follow(lifter, await day.phone(lifter)) as socket:
                await heard(socket, "state")
                life.enter_context(gym.coach())  # who has heard of the visit before it is ready
                alert = fault(lifter)
                day.vision.say(alert)
                assert (await guidance(socket))["alert_id"] == alert.alert_id

    run(test())
