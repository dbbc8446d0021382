"""A confirmed repetition on disk, by the recorder's store against bare SQLite: the same rows, each commit synced.

What is over the bare rows is the price of typed models, of exactly-once and of not blocking the process. A full gym
counts a few a second.
"""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.row import Row, at_most, paired
from gymbox import log
from gymbox.bus.subscribe import Cursor, Heard
from gymbox.config import LogSettings
from gymbox.events import Rep, RepCountedEvent
from gymbox.identity import TrackName
from gymbox.storage import Store
from gymbox.storage.files import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS: Final = 40
WANTED_RATIO: Final = {1: 20.0, 50: 30.0}
"""Times the bare rows' time, by events in a commit: a hundred times what a full gym needs."""

TRACK: Final = TrackName("bench", "a" * 12, 1)
BARE: Final = (
    """INSERT INTO rep_events(set_id, track_id, number, kind, exercise, start_ns, turn_ns, end_ns, ended_at, depth,
        peak_velocity, confidence) VALUES (?, ?, ?, 'full', 'squat', 1, 2, 3, '2026-01-01', 1.0, 0.9, 0.8)""",
    "UPDATE exercise_sets SET rep_count = ? WHERE id = ?",
    "UPDATE stream_cursors SET number = ? WHERE speaker = 'vision' AND epoch = ?",
)


def rows() -> Iterator[Row]:
    """One row for each size of a batch."""
    log.configure(LogSettings(level="error"), process="bench")
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs, asyncio.Runner() as runner:
        store = runner.run(Store.open(Path(ours)))
        runner.run(_prepared(Path(theirs)))
        with closing(sqlite3.connect(Place(Path(theirs)).database, isolation_level=None)) as bare:
            bare.execute("PRAGMA synchronous=FULL")
            for batch, wanted in WANTED_RATIO.items():
                numbers, others = itertools.count(batch * 1_000), itertools.count(batch * 1_000)
                a, b = paired(
                    lambda: runner.run(store.record("vision", _reps(batch, numbers))),  # noqa: B023 -- called here
                    lambda: _bare(bare, batch, others),  # noqa: B023 -- as above
                    rounds=ROUNDS,
                )
                target, met = at_most(wanted, a / b)
                yield Row(f"repetitions stored, {batch} a commit", _rate(batch, a), _rate(batch, b), a / b, target, met)
        runner.run(store.close())


async def _prepared(folder: Path) -> None:
    """A database with the set that the bare rows belong to."""
    async with await Store.open(folder) as store:
        await store.record("vision", _reps(1, itertools.count(1)))


def _rate(batch: int, milliseconds: float) -> str:
    return f"{batch / milliseconds * 1e3:,.0f} a second"


def _reps(batch: int, numbers: Iterator[int]) -> list[Heard]:
    return [_rep(number) for number in itertools.islice(numbers, batch)]


def _rep(number: int) -> Heard:
    rep = Rep(
        exercise="squat",
        number=number,
        kind="full",
        start_ns=1,
        turn_ns=2,
        end_ns=3,
        range_of_motion=None,
        depth=1.0,
        peak_velocity=0.9,
        symmetry=None,
        confidence=0.8,
    )
    event = RepCountedEvent(
        camera_id=TRACK.camera_id,
        t_ns=3,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        track_id=str(TRACK),
        set_id=TRACK.set_id(1),
        state="confirmed",
        rep=rep,
    )
    return Heard(event, Cursor(TRACK.epoch, number))


def _bare(bare: sqlite3.Connection, batch: int, numbers: Iterator[int]) -> None:
    insert, count, cursor = BARE
    bare.execute("BEGIN IMMEDIATE")
    for number in itertools.islice(numbers, batch):
        bare.execute(insert, (TRACK.set_id(1), str(TRACK), number))
    bare.execute(count, (number, TRACK.set_id(1)))
    bare.execute(cursor, (number, TRACK.epoch))
    bare.execute("COMMIT")
