"""The recorder's process on a real bus and a real file: killed, locked out, its disk full, its database damaged."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final

import pytest

from gymbox.bus.endpoints import CAMERA, COACH, RECORDER_REQUESTS, VISION
from gymbox.bus.publish import Speaker
from gymbox.bus.request import ask
from gymbox.errors import RefusedError
from gymbox.requests import BackUp, DeleteSet, Done, EditSet
from gymbox.storage import Reader, backup, incidents
from gymbox.storage.files import Place
from tests import floor, kept
from tests.asking import asked_so_far
from tests.process.lives import KILLS, reap, said, start, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


BOX: Final = 'data_dir = "."\nrun_dir = "."\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gymbox.toml").write_text(BOX)
    return tmp_path


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as processes:
        yield processes


def recorder(stack: ExitStack, folder: Path) -> subprocess.Popen[bytes]:
    arguments = ["--config", str(folder / "gymbox.toml")]
    return start(stack, "recorder", folder, module="gymbox.recorder.process", arguments=arguments)


def rows(folder: Path, question: str = "select number from rep_events order by id") -> list[int]:
    return [row[0] for row in asked_so_far(Place(folder).database, question)]


def told(folder: Path) -> list[str]:
    async def read() -> list[str]:
        async with Reader(folder) as reader:
            return [f"{incident.kind}: {incident.detail}" for incident in await reader.read(incidents.unseen)]

    return asyncio.run(read())


@pytest.mark.parametrize("part", ["recorder", "speaker"])
def test_whoever_is_killed_no_repetition_is_lost_and_none_stored_twice(
    part: str, folder: Path, stack: ExitStack
) -> None:
    chance = random.Random(part)  # noqa: S311 -- the same moments each time
    begin: dict[str, Callable[[], subprocess.Popen[bytes]]] = {
        "speaker": lambda: start(stack, "speaker", folder),
        "recorder": lambda: recorder(stack, folder),
    }
    processes = {name: life() for name, life in begin.items()}
    for kill in range(max(KILLS // 2, 1)):
        if kill % 2:  # while it starts
            time.sleep(chance.uniform(0, 1.5))
        else:  # at work
            before = len(rows(folder))
            wait_for(f"work of life {kill}", lambda: len(rows(folder)) > before)  # noqa: B023 -- called here
        reap(processes[part], signal.SIGKILL)
        processes[part] = begin[part]()
    before = len(said(folder))
    wait_for("the last life to speak", lambda: len(said(folder)) > before + 20)
    assert reap(processes["speaker"], signal.SIGTERM) == 0
    last = said(folder)[-1]
    start(stack, "speaker", folder)  # it answers for what the dead ones kept
    wait_for(f"repetition {last}", lambda: (rows(folder) or [0])[-1] >= last)
    assert reap(processes["recorder"], signal.SIGTERM) == 0
    found = rows(folder)
    assert found == list(range(1, len(found) + 1))
    assert rows(folder, "select rep_count from exercise_sets") == [len(found)]
    assert told(folder) == []


async def until(what: str, holds: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_for, what, holds)


def test_what_all_say_is_stored_and_the_hub_s_requests_are_done(folder: Path, stack: ExitStack) -> None:
    (folder / "gymbox.toml").write_text(BOX + '[[camera]]\nid = "rack-1"\nurl = "/dev/video0"\n')
    process = recorder(stack, folder)

    async def test() -> None:
        async with (
            Speaker(CAMERA.of("rack-1"), run_dir=folder) as camera,
            Speaker(VISION, run_dir=folder, data_dir=folder) as vision,
            Speaker(COACH, run_dir=folder, data_dir=folder) as coach,
        ):
            camera.say(floor.status(1))
            vision.say(*kept.a_set(5))
            coach.say(kept.guidance())
            await until("the sentence", lambda: rows(folder, "select count(*) from notifications") == [1])
            await until("the set", lambda: rows(folder) == [1, 2, 3, 4, 5])
            await until("the camera", lambda: rows(folder, "select count(*) from cameras where state='online'") == [1])
            for _ in range(2):
                await ask(RECORDER_REQUESTS, EditSet(set_id=kept.SET, key="1", reps=6), Done, run_dir=folder)
            assert rows(folder, "select corrected_reps from exercise_sets") == [6]
            with pytest.raises(RefusedError, match="there is none"):
                await ask(RECORDER_REQUESTS, DeleteSet(set_id=f"{kept.SET}9", key="2"), Done, run_dir=folder)
            await ask(RECORDER_REQUESTS, BackUp(), Done, run_dir=folder, timeout_s=30)
            assert len(backup.backups(Place(folder))) == 2  # one was due at the start

    asyncio.run(test())
    assert reap(process, signal.SIGTERM) == 0
    assert told(folder) == []


def test_a_database_that_is_damaged_is_restored_and_catches_up_from_vision_s_journal(
    folder: Path, stack: ExitStack
) -> None:
    process = recorder(stack, folder)

    async def test() -> None:
        async with Speaker(VISION, run_dir=folder, data_dir=folder) as vision:
            vision.say(*kept.a_set(3))
            await until("three", lambda: rows(folder) == [1, 2, 3])
            await ask(RECORDER_REQUESTS, BackUp(), Done, run_dir=folder, timeout_s=30)
            vision.say(floor.rep(4))
            await until("the fourth", lambda: rows(folder) == [1, 2, 3, 4])
            reap(process, signal.SIGKILL)
            Place(folder).database.write_bytes(b"no database" * 9999)
            vision.say(floor.rep(5))
            again = recorder(stack, folder)
            await until("all five", lambda: rows(folder) == [1, 2, 3, 4, 5])
            assert reap(again, signal.SIGTERM) == 0

    asyncio.run(test())
    (incident,) = told(folder)
    assert re.match(r"database-restored: the database was damaged: .+; restored from the backup of", incident)


@contextmanager
def small_disk(where: Path) -> Iterator[None]:
    """A real file system of 4 MB at `where`."""
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(where)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(where)], check=True)


def test_while_the_disk_is_full_the_recorder_waits_and_then_stores_it_all(folder: Path, stack: ExitStack) -> None:
    disk = folder / "disk"
    stack.enter_context(small_disk(disk))
    (folder / "gymbox.toml").write_text('data_dir = "disk"\nrun_dir = "."\n')
    process = recorder(stack, folder)

    async def test() -> None:
        async with Speaker(VISION, run_dir=folder, data_dir=folder) as vision:
            vision.say(*kept.a_set(3))
            await until("three", lambda: rows(disk) == [1, 2, 3])
            ballast = disk / "ballast"
            fill(ballast)
            vision.say(*(floor.rep(number) for number in range(4, 2_000)))
            await until("the log", lambda: b"events wait" in (folder / "recorder.log").read_bytes())
            assert len(rows(disk)) < 1_999
            ballast.unlink()
            await until("all", lambda: rows(disk) == list(range(1, 2_000)))

    asyncio.run(test())
    assert reap(process, signal.SIGTERM) == 0


def fill(ballast: Path) -> None:
    """Write until nothing more goes."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
