"""The supervisor's hold on one process: real ones, that work, refuse, hang or will not stop."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from gymbox import log
from gymbox.config import LogSettings
from gymbox.supervise import backoff, child, life
from gymbox.supervise.child import Child
from gymbox.supervise.parts import Part
from gymbox.supervise.words import Words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


class Said:
    """The one log, as it grows."""

    def __init__(self) -> None:
        self.out = io.StringIO()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]

    async def wait(self, event: str, *, times: int = 1) -> list[dict[str, Any]]:
        async with asyncio.timeout(180):
            while len(found := self.of(event)) < times:  # noqa: ASYNC110 -- the log is a text, no event
                await asyncio.sleep(0.02)
        return found


@pytest.fixture
def said() -> Iterator[Said]:
    log_of_the_box = Said()
    with pytest.MonkeyPatch.context() as patch:
        root = logging.getLogger()
        patch.setattr(root, "handlers", [])
        patch.setattr(root, "level", root.level)
        log.configure(LogSettings(), process="box", stream=log_of_the_box.out)
        yield log_of_the_box
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@asynccontextmanager
async def kept(folder: Path, how: str, said: Said, *, watchdog_s: float = 60) -> AsyncIterator[Child]:
    part = Part("served", (sys.executable, "-m", "tests.process.served", how), 0, watchdog_s, ())
    one = Child(part, run_dir=folder, words=Words(LogSettings(), said.out), chance=Random(1))  # noqa: S311 -- it spreads waits
    async with asyncio.TaskGroup() as lives:
        task = lives.create_task(one.run())
        yield one
        task.cancel()


def test_it_is_settled_when_ready_and_stops_when_told(tmp_path: Path, said: Said) -> None:
    async def test() -> None:
        async with kept(tmp_path, "work", said) as one:
            await asyncio.wait_for(one.settled.wait(), 30)
            (ready,) = await said.wait("ready")
            assert (ready["process"], ready["status"]) == ("served", "working\nhard")
            await asyncio.wait_for(one.stop(), 10)
            assert not one.killed

    asyncio.run(test())
    assert [line["signal"] for line in said.of("stopping")] == ["SIGTERM"]
    assert not said.of("ended, and is started again")
    assert not any((tmp_path / "notify").iterdir())


def test_what_dies_at_once_is_named_with_its_reason_and_waits_for_ever_longer(tmp_path: Path, said: Said) -> None:
    async def test() -> None:
        async with kept(tmp_path, "refuse", said) as one:
            await said.wait("ended, and is started again", times=3)
            assert one.settled.is_set()  # nobody waits for it

    asyncio.run(test())
    ended = said.of("ended, and is started again")[:3]
    assert {line["part"] for line in ended} == {"served"}
    assert {line["by"] for line in ended} == {"exit code 2"}
    assert {line["why"] for line in ended} == {"camera rtsp://***@host: no such camera"}
    assert [line["retry_in_s"] for line in ended] == pytest.approx([0.5, 1, 2], rel=0.3)


def test_a_killed_one_comes_back(tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "PROVEN_S", 0.0)

    async def test() -> None:
        async with kept(tmp_path, "fail-later", said):
            await said.wait("ended, and is started again", times=3)

    asyncio.run(test())
    ended = said.of("ended, and is started again")
    # Each life was a good one, so none waits for long.
    assert all(line["retry_in_s"] < 0.7 for line in ended)
    assert {line["why"] for line in ended} == {"ZeroDivisionError"}


def test_one_that_does_no_work_says_where_it_hangs_and_is_started_again(tmp_path: Path, said: Said) -> None:
    async def test() -> None:
        async with kept(tmp_path, "hang", said, watchdog_s=0.5):
            await said.wait("ready", times=2)

    asyncio.run(test())
    assert said.of("hangs")[0].items() >= {"part": "served", "why": "does no work", "after_s": 0.5}.items()
    assert said.of("ended, and is started again")[0]["by"] == "SIGABRT"
    assert any("in hang" in line["event"] for line in said.lines)


def test_one_that_works_is_left_alone(tmp_path: Path, said: Said) -> None:
    async def test() -> None:
        async with kept(tmp_path, "work", said, watchdog_s=0.6) as one:
            await said.wait("ready")
            await asyncio.sleep(2)
            await one.stop()

    asyncio.run(test())
    assert not said.of("hangs")


def test_one_that_never_gets_ready_is_ended_and_has_longer_the_next_time(
    tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "START_S", 0.1)
    monkeypatch.setattr(child, "wait_s", lambda *_: 0.0)

    async def test() -> None:
        async with kept(tmp_path, "mute", said):
            await said.wait("hangs", times=5)

    asyncio.run(test())
    hangs = said.of("hangs")[:5]
    assert {line["why"] for line in hangs} == {"does not get ready"}
    assert [line["after_s"] for line in hangs] == [0.1, 0.2, 0.4, 0.8, 0.8]


def test_one_that_will_not_stop_is_killed(tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "STOP_S", 0.5)

    async def test() -> None:
        async with kept(tmp_path, "stubborn", said) as one:
            await said.wait("ready")
            await asyncio.wait_for(one.stop(), 5)
            assert one.killed

    asyncio.run(test())
    assert said.of("killed, as it did not stop")[0]["part"] == "served"


def test_what_a_library_prints_past_the_log_is_in_it(tmp_path: Path, said: Said) -> None:
    async def test() -> None:
        async with kept(tmp_path, "print", said):
            await said.wait("ready")

    asyncio.run(test())
    (line,) = said.of("rtsp://***@host: 401 Unauthorized")
    assert line["process"] == "served"


def test_what_cannot_be_started_is_tried_again(tmp_path: Path, said: Said) -> None:
    async def test() -> None:
        part = Part("gone", (str(tmp_path / "no-such-program"),), 0, 60, ())
        one = Child(part, run_dir=tmp_path, words=Words(LogSettings(), said.out), chance=Random(1))  # noqa: S311
        running = asyncio.create_task(one.run())
        await said.wait("ended, and is started again", times=2)
        await one.stop()
        await running

    asyncio.run(test())
    assert "No such file" in said.of("ended, and is started again")[0]["why"]


def test_waits_are_bounded_and_spread() -> None:
    waits = [backoff.wait_s(deaths, Random(seed)) for deaths in range(1, 40) for seed in range(20)]  # noqa: S311
    assert min(waits) >= 0.375
    assert max(waits) <= 37.5
    assert len(set(waits)) == 7 * 20  # as many steps until the longest, and nobody waits as long as another
