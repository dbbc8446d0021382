"""Real processes, killed with SIGKILL at random moments: nothing that was said is lost, and nothing is heard twice."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.process.lives import KILLS, reap, said, start, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(folder / "heard.db", timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def heard(folder: Path) -> list[tuple[int, int]]:
    with database(folder) as connection:
        if not connection.execute("select 1 from sqlite_master where name = 'heard'").fetchone():
            return []
        return connection.execute("select number, rep from heard order by rowid").fetchall()


def done(part: str, folder: Path) -> int:
    """How much of its work all lives of `part` have done."""
    if part == "speaker":
        return len(said(folder))
    return len(heard(folder)) if (folder / "heard.db").exists() else 0


@pytest.mark.parametrize("part", ["listener", "speaker"])
def test_nothing_is_lost_and_nothing_heard_twice(part: str, tmp_path: Path) -> None:
    chance = random.Random(part)  # noqa: S311 -- the same moments each time
    with ExitStack() as stack:
        processes = {name: start(stack, name, tmp_path) for name in ("speaker", "listener")}
        wait_for("the first repetitions", lambda: len(heard(tmp_path)) > 20)
        for kill in range(KILLS):
            if kill % 2:  # at work
                before = done(part, tmp_path)
                wait_for(f"work of life {kill}", lambda: done(part, tmp_path) > before)  # noqa: B023 -- called here
                time.sleep(chance.uniform(0, 0.2))
            else:  # while it starts
                time.sleep(chance.uniform(0, 0.8))
            assert processes[part].poll() is None, (tmp_path / f"{part}.log").read_text()
            reap(processes[part], signal.SIGKILL)
            processes[part] = start(stack, part, tmp_path)
        before = len(said(tmp_path))
        wait_for("the last life to speak", lambda: len(said(tmp_path)) > before + 20)
        assert reap(processes["speaker"], signal.SIGTERM) == 0
        # A speaker again, that only answers for what the dead ones kept, until the listener has it all.
        last = said(tmp_path)[-1]
        start(stack, "speaker", tmp_path)
        wait_for(f"repetition {last}", lambda: heard(tmp_path)[-1][0] >= last)
        assert reap(processes["listener"], signal.SIGTERM) == 0
        rows = heard(tmp_path)
        with database(tmp_path) as connection:
            assert connection.execute("select why from lost").fetchall() == []
    assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
    assert all(number == rep for number, rep in rows)
    assert len(rows) >= last
    assert len(set(said(tmp_path))) == len(said(tmp_path))
