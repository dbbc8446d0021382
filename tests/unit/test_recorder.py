from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from gymbox.bus.endpoints import VISION
from gymbox.bus.publish import Speaker
from gymbox.config import RetentionSettings
from gymbox.errors import DamagedError
from gymbox.recorder import follow, upkeep
from gymbox.recorder.follow import Follower
from gymbox.service import Service
from gymbox.storage import Store, backup, incidents, models
from tests import floor, kept

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
    from pathlib import Path

    from sqlalchemy.orm import Session

    from gymbox.events import Event


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "RETRY_S", 0.05)
    monkeypatch.setattr(upkeep, "TICK_S", 0.05)


def run(test: Coroutine[None, None, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


@asynccontextmanager
async def followed(
    folder: Path, then: Callable[[Event], None] = lambda _: None
) -> AsyncIterator[tuple[Store, Speaker]]:
    """A store that follows vision, and vision's voice."""
    async with await Store.open(folder) as store, Speaker(VISION, run_dir=folder, data_dir=folder) as speaker:
        work = asyncio.create_task(Follower(VISION, store, run_dir=folder, then=then).run())
        yield store, speaker
        assert not work.done()
        work.cancel()


def pragma(session: Session, what: str) -> int:
    return int(session.connection().exec_driver_sql(f"PRAGMA {what}").scalar() or 0)


def numbers(session: Session) -> list[int]:
    return [*session.scalars(select(models.RepEvent.number).order_by(models.RepEvent.id))]


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    while not await holds():  # noqa: ASYNC110 -- what a database holds, nobody calls out
        await asyncio.sleep(0.02)


async def stored(store: Store, expected: list[int]) -> None:
    async def holds() -> bool:
        return await store.read(numbers) == expected

    await until(holds)


def test_while_the_disk_is_full_events_wait_and_none_is_lost(tmp_path: Path) -> None:
    async def test() -> None:
        async with followed(tmp_path) as (store, speaker):
            speaker.say(*kept.a_set(5))
            await stored(store, [1, 2, 3, 4, 5])
            await store.write(pragma, f"max_page_count={await store.read(pragma, 'page_count')}")
            speaker.say(*(floor.rep(number) for number in range(6, 300)))
            await asyncio.sleep(0.5)
            fitted = await store.read(numbers)
            assert fitted == list(range(1, len(fitted) + 1))
            assert len(fitted) < 299
            await store.write(pragma, "max_page_count=100000")
            await stored(store, list(range(1, 300)))
            assert await store.read(incidents.unseen) == []

    run(test())


def test_while_another_program_holds_the_lock_events_wait(tmp_path: Path) -> None:
    async def test() -> None:
        async with followed(tmp_path) as (store, speaker):
            await store.write(pragma, "busy_timeout=50")
            with closing(sqlite3.connect(store.place.database, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                speaker.say(*kept.a_set(5))
                await asyncio.sleep(0.5)
                assert other.execute("SELECT count(*) FROM rep_events").fetchone() == (0,)
                other.execute("ROLLBACK")
            await stored(store, [1, 2, 3, 4, 5])

    run(test())


def test_an_event_that_cannot_be_stored_is_told_and_passed_over(tmp_path: Path) -> None:
    heard: list[Event] = []

    async def test() -> None:
        async with followed(tmp_path, heard.append) as (store, speaker):
            no = (
                "CREATE TRIGGER no BEFORE INSERT ON rep_events WHEN NEW.number = 3 BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
            await store.write(lambda session: session.connection().exec_driver_sql(no))
            speaker.say(*(floor.rep(number) for number in range(1, 6)))
            await stored(store, [1, 2, 4, 5])
            (incident,) = await store.read(incidents.unseen)
            assert incident.kind == "events-lost"
            assert incident.detail.startswith("vision: 1 events: it cannot be stored: ")
            cursor = await store.cursor("vision")
            assert (cursor and cursor.number) == 5

    run(test())
    assert [floor.number_of(event) for event in heard] == [1, 2, 4, 5]


def test_upkeep_makes_room_backs_up_and_shows_that_it_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fed = asyncio.Event()
    service = Service("recorder")
    monkeypatch.setattr(service, "worked", fed.set)

    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.write(pragma, "busy_timeout=50")
            work = asyncio.create_task(upkeep.keep_up(store, service, RetentionSettings(min_free_percent=1)))
            await fed.wait()
            assert len(backup.backups(store.place)) == 1
            with closing(sqlite3.connect(store.place.database, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                await asyncio.sleep(0.3)
                fed.clear()
                await asyncio.sleep(0.3)
                assert not fed.is_set()  # nothing was done, and nothing said to be
                other.execute("ROLLBACK")
            await fed.wait()
            work.cancel()

    run(test())


def test_upkeep_that_finds_the_database_damaged_ends_the_process(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(*kept.a_set(300)))
            await store.checkpoint()
            whole = store.place.database.read_bytes()
            page = whole.index(b"rack-1.abcdefghijkl.1") // 4096 * 4096
            store.place.database.write_bytes(whole[:page] + bytes(4096) + whole[page + 4096 :])
            with pytest.raises(DamagedError):
                await upkeep.keep_up(store, Service("recorder"), RetentionSettings(min_free_percent=1))
            store.place.database.write_bytes(whole)

    run(test())
