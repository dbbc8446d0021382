from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from gymbox.bus.subscribe import Cursor, Lost
from gymbox.errors import StorageError, UnknownError
from gymbox.storage import Reader, Store, history, incidents, models
from gymbox.storage.files import Place
from tests import floor, kept

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from sqlalchemy.orm import Session


def run(test: Coroutine[None, None, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


def reps(session: Session) -> list[int]:
    return [*session.scalars(select(models.RepEvent.number).order_by(models.RepEvent.id))]


def test_a_visit_is_kept_as_it_happened(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            assert await store.record("vision", kept.heard(*kept.a_set())) == 9
            visit = await store.session(kept.VISIT)
            assert visit.track_ids == (kept.TRACK,)
            (done,) = visit.sets
            assert (done.exercise, done.reps, done.form_score, done.corrected) == ("squat", 5, 92.5, False)
            assert done.ended_at is not None
            assert done.ended_at - done.started_at == timedelta(seconds=28)
            (alert,) = done.alerts
            assert (alert.alert_id, alert.check, alert.measured, alert.clip_id) == (kept.ALERT, "depth", 120.5, None)
            assert (await store.history(kept.TRACK)).sets == (done,)
            counted = await store.read(history.reps, kept.SET)
            assert [rep.number for rep in counted] == [1, 2, 3, 4, 5]
            first = floor.rep(1)
            assert first.rep is not None
            assert counted[0].model_dump(include=set(type(first.rep).model_fields)) == first.rep.model_dump()

    run(test())


def test_what_is_heard_twice_is_stored_once(tmp_path: Path) -> None:
    events = kept.heard(*kept.a_set())

    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            assert await store.cursor("vision") is None
            await store.record("vision", events)
            assert await store.record("vision", events) == 0
            assert await store.cursor("vision") == Cursor(floor.EPOCH, 9)
            # Another count of the same speaker begins at 1; what it says is new, and the old count stays known.
            assert await store.record("vision", kept.heard(floor.rep(6), epoch="b" * 12)) == 1
            assert await store.cursor("vision") == Cursor("b" * 12, 1)
            assert await store.record("vision", events) == 0
            # The same repetition under another number is the same repetition.
            await store.record("vision", kept.heard(floor.rep(6), start=2, epoch="b" * 12))
            assert await store.read(reps) == [1, 2, 3, 4, 5, 6]
            assert (await store.session(kept.VISIT)).sets[0].reps == 6

    run(test())


def test_only_what_is_confirmed_is_stored(tmp_path: Path) -> None:
    provisional = floor.rep(1).model_copy(update={"state": "provisional"})
    withdrawn = floor.rep(1).model_copy(update={"state": "withdrawn", "rep": None})

    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(kept.linked(), provisional, kept.alert(), withdrawn))
            assert await store.read(reps) == []
            assert (await store.session(kept.VISIT)).sets == ()
            await store.record("vision", kept.heard(floor.rep(1), withdrawn, start=5))
            assert (await store.session(kept.VISIT)).sets[0].reps == 1

    run(test())


def test_a_set_whose_beginning_was_lost_is_kept_all_the_same(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            lost = Lost(3, "the speaker keeps no more", Cursor(floor.EPOCH, 3))
            await store.record("vision", [lost, *kept.heard(floor.rep(4), start=4)])
            assert (await store.history(kept.TRACK)).sets[0].reps == 4
            await store.record("vision", kept.heard(kept.linked(), kept.finished(5), start=5))
            assert (await store.session(kept.VISIT)).sets[0].reps == 5
            (incident,) = await store.read(incidents.unseen)
            assert (incident.kind, incident.detail) == ("events-lost", "vision: 3 events: the speaker keeps no more")

    run(test())


def test_a_batch_that_fails_leaves_nothing_and_can_be_tried_again(tmp_path: Path) -> None:
    events = kept.heard(*kept.a_set())

    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.write(
                lambda session: session.connection().exec_driver_sql(
                    "CREATE TRIGGER no BEFORE INSERT ON rep_events WHEN NEW.number = 5 "
                    "BEGIN SELECT RAISE(ABORT, 'no'); END"
                )
            )
            with pytest.raises(StorageError, match="no"):
                await store.record("vision", events)
            assert await store.cursor("vision") is None
            assert await store.read(reps) == []
            await store.write(lambda session: session.connection().exec_driver_sql("DROP TRIGGER no"))
            assert await store.record("vision", events) == 9
            assert await store.read(reps) == [1, 2, 3, 4, 5]

    run(test())


def test_corrections_stand_beside_what_was_counted_and_are_undone_in_turn(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(*kept.a_set()))
            edited = await store.edit_set(kept.SET, key="1", reps=6)
            assert (edited.reps, edited.counted_reps, edited.corrected) == (6, 5, True)
            assert (await store.edit_set(kept.SET, key="2", exercise="lunge")).exercise == "lunge"
            assert (await store.delete_set(kept.SET, key="3")).deleted
            assert (await store.session(kept.VISIT)).sets == ()
            with pytest.raises(UnknownError, match="deleted"):
                await store.edit_set(kept.SET, key="4", reps=1)
            for key, expected in (("5", ("lunge", 6)), ("5", ("lunge", 6)), ("6", ("squat", 6)), ("7", ("squat", 5))):
                undone = await store.undo(kept.SET, key=key)
                assert (undone.exercise, undone.reps, undone.deleted) == (*expected, False)
            with pytest.raises(StorageError, match="nothing to undo"):
                await store.undo(kept.SET, key="8")

    run(test())


def test_a_request_that_is_sent_again_is_done_once(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(*kept.a_set()))
            await store.edit_set(kept.SET, key="once", reps=6)
            await store.edit_set(kept.SET, key="later", reps=7)
            assert (await store.edit_set(kept.SET, key="once", reps=6)).reps == 7
            assert (await store.undo(kept.SET, key="back")).reps == 6

    run(test())


@pytest.mark.parametrize("reps", [-1, 10_001, None])
def test_a_correction_that_says_nothing_or_nonsense_is_refused(reps: int | None, tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(*kept.a_set()))
            with pytest.raises(StorageError, match="expected"):
                await store.edit_set(kept.SET, key="1", reps=reps)

    run(test())


def test_no_update_is_lost_between_tasks_that_read_and_then_write(tmp_path: Path) -> None:
    def add_one(session: Session) -> None:
        row = session.get(models.ExerciseSet, kept.SET)
        assert row is not None
        row.corrected_reps = (row.corrected_reps or 0) + 1

    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(*kept.a_set()))

            async def work() -> None:
                for _ in range(20):
                    await store.write(add_one)

            await asyncio.gather(*(work() for _ in range(6)))
            assert (await store.session(kept.VISIT)).sets[0].reps == 120

    run(test())


def test_a_second_writer_is_refused_and_told_who_writes(tmp_path: Path) -> None:
    code = (
        "import asyncio, pathlib, sys\nfrom gymbox.storage import Store\n"
        "asyncio.run(Store.open(pathlib.Path(sys.argv[1])))"
    )

    async def test() -> None:
        async with await Store.open(tmp_path):
            second = await asyncio.to_thread(
                subprocess.run, [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
            )
        assert second.returncode == 1
        assert "another process (pid" in second.stderr.splitlines()[-1]
        async with await Store.open(tmp_path):
            pass

    run(test())


def test_a_reader_sees_what_is_committed_and_cannot_write(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store, Reader(tmp_path) as reader:
            with pytest.raises(UnknownError, match="there is none"):
                await reader.session(kept.VISIT)
            await store.record("vision", kept.heard(*kept.a_set()))
            assert (await reader.session(kept.VISIT)).sets[0].reps == 5
            with pytest.raises(StorageError, match="readonly"):
                await reader.read(incidents.note, "x", "y", now=floor.AT)
        async with Reader(tmp_path) as alone:  # with no writer beside it
            assert (await alone.session(kept.VISIT)).sets[0].reps == 5

    run(test())


def test_a_reader_of_nothing_says_so(tmp_path: Path) -> None:
    async def test() -> None:
        async with Reader(tmp_path) as reader:
            with pytest.raises(StorageError, match=r"gymbox\.db: there is none yet"):
                await reader.session(kept.VISIT)

    run(test())


def test_every_commit_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            found = await store.write(
                lambda session: [
                    session.connection().exec_driver_sql(f"PRAGMA {name}").scalar_one()
                    for name in ("journal_mode", "synchronous", "foreign_keys", "auto_vacuum", "secure_delete")
                ]
            )
            assert found == ["wal", 2, 1, 2, 2]

    run(test())


def test_the_file_is_a_database_that_any_tool_reads(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(*kept.a_set()))

    run(test())
    with closing(sqlite3.connect(Place(tmp_path).database)) as connection:
        assert connection.execute("select count(*) from rep_events").fetchone() == (5,)
        assert connection.execute("select json_extract(alerts, '$[0].check') from exercise_sets").fetchone() == (
            "depth",
        )
