from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import AsyncAdaptedQueuePool, select

from gymbox.errors import BusyError, DiskFullError, StorageError, UnfitError
from gymbox.storage import Store, devices, models
from tests import floor, kept

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from sqlalchemy.orm import Session


def run(test: Coroutine[None, None, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


def pragma(session: Session, what: str) -> int:
    return int(session.connection().exec_driver_sql(f"PRAGMA {what}").scalar() or 0)


def reps(session: Session) -> list[int]:
    return [*session.scalars(select(models.RepEvent.number).order_by(models.RepEvent.id))]


def test_a_full_disk_is_said_and_nothing_is_lost_once_there_is_room(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(*kept.a_set()))
            await store.write(pragma, f"max_page_count={await store.read(pragma, 'page_count')}")
            more = kept.heard(*(floor.rep(number) for number in range(6, 400)), start=10)
            with pytest.raises(DiskFullError, match="full"):
                await store.record("vision", more)
            assert await store.read(reps) == [1, 2, 3, 4, 5]
            assert await store.cursor("vision") == kept.heard(*kept.a_set())[-1].cursor
            await store.write(pragma, "max_page_count=1000000")
            assert await store.record("vision", more) == len(more)
            assert await store.read(reps) == list(range(1, 400))

    run(test())


def test_a_writer_waits_for_who_holds_the_lock_and_then_says_who_it_waits_for(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            events = kept.heard(*kept.a_set())
            with closing(sqlite3.connect(store.place.database, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                waiting = asyncio.create_task(store.record("vision", events))
                await asyncio.sleep(0.5)
                assert not waiting.done()
                other.execute("ROLLBACK")
                assert await waiting == 9
                await store.write(pragma, "busy_timeout=100")
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(BusyError, match="locked"):
                    await store.record("vision", kept.heard(floor.rep(6), start=10))
                other.execute("ROLLBACK")
            assert await store.record("vision", kept.heard(floor.rep(6), start=10)) == 1

    run(test())


def test_what_goes_wrong_has_a_name(tmp_path: Path) -> None:
    naive = models.Incident(at=floor.AT.replace(tzinfo=None), kind="x", detail="y")
    orphan = models.SetChange(set_id="no such set", key="1", at=floor.AT, before={})

    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            for row, said in ((naive, "with a time zone"), (orphan, "FOREIGN KEY")):
                with pytest.raises(UnfitError, match=said):
                    await store.write(lambda session, row=row: session.add(row))  # type: ignore[misc]
            assert isinstance(store._writing.pool, AsyncAdaptedQueuePool)
            store._writing.pool._timeout = 0.1
            async with store._writing.connect():
                with pytest.raises(BusyError, match="all its connections are at work"):
                    await store.tick()
            await store.tick()

    run(test())


def test_a_folder_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"file/gymbox\.db: its folder cannot be written: "):
        asyncio.run(Store.open(tmp_path / "file"))


def test_a_reader_s_open_snapshot_lets_the_log_grow_and_the_operator_is_not_kept_waiting(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.write(pragma, "busy_timeout=100")
            with closing(sqlite3.connect(store.place.database, isolation_level=None)) as slow:
                slow.execute("BEGIN")
                slow.execute("SELECT count(*) FROM tracks").fetchone()
                await store.record("vision", kept.heard(*kept.a_set()))
                assert not await store.checkpoint()
                assert store.wal_bytes() > 0
            assert await store.checkpoint()
            assert store.wal_bytes() == 0

    run(test())


def test_a_phone_that_was_revoked_stays_out(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(*kept.a_set()))
            await store.pair(kept.PHONE, token_id="1", name="phone", session_id=kept.VISIT)  # noqa: S106 -- a name
            assert (await store.read(devices.active, kept.PHONE)).token_id == "1"  # noqa: S105 -- as above
            with pytest.raises(StorageError, match="bound to another phone"):
                await store.pair("phone-2", token_id="2", name="other", session_id=kept.VISIT)  # noqa: S106 -- as above
            with pytest.raises(StorageError, match="there is none"):
                await store.read(devices.active, "phone-2")  # all of it was taken back
            await store.revoke(kept.PHONE)
            with pytest.raises(StorageError, match="it was revoked"):
                await store.read(devices.active, kept.PHONE)
            with pytest.raises(StorageError, match="it was revoked at"):
                await store.pair(kept.PHONE, token_id="3", name="phone")  # noqa: S106 -- as above
            assert (await store.session(kept.VISIT)).device_id == kept.PHONE

    run(test())
