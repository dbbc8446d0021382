from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from gymbox.cli import app
from gymbox.errors import StorageError
from gymbox.storage import Reader, Store, backup, migrate
from gymbox.storage.files import Place
from tests import kept

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A box's data folder, which the commands find by its settings."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gymbox.toml").write_text('data_dir = "box"\n')
    return Place(tmp_path / "box")


def db(*arguments: str, code: int = 0, answer: str | None = None) -> str:
    done = CliRunner().invoke(app, ["db", *arguments], input=answer)
    if isinstance(done.exception, StorageError):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


def a_set(place: Place, reps: int = 5) -> None:
    async def life() -> None:
        async with await Store.open(place.data_dir) as store:
            await store.record("vision", kept.heard(*kept.a_set(reps)))

    asyncio.run(life())


def reps(place: Place) -> int:
    async def ask() -> int:
        async with Reader(place.data_dir) as reader:
            return (await reader.session(kept.VISIT)).sets[0].reps

    return asyncio.run(ask())


def test_upgrade_makes_the_schema_and_the_second_time_does_nothing(place: Place) -> None:
    newest = migrate.newest()
    assert db("upgrade") == f"{place.database}: made, at {newest}\n"
    assert db("upgrade") == f"{place.database}: at {newest}, nothing to do\n"
    assert place.data_dir.stat().st_mode & 0o777 == 0o700


def test_check_reads_the_database_and_every_backup(place: Place) -> None:
    assert db("check", code=1) == f"{place.database}: there is no such file\n"
    a_set(place)
    made = db("backup").strip()
    assert db("check") == f"{place.database}: whole\n{made}: whole\n"
    backup.backups(place)[0].path.write_bytes(b"no database" * 999)
    assert db("check", code=1) == f"{place.database}: whole\n{made}: file is not a database\n"


def test_restore_takes_the_newest_backup_or_the_one_that_is_named(place: Place) -> None:
    a_set(place, reps=5)
    db("backup")
    asyncio.run(_correct(place, 6))
    db("backup")
    asyncio.run(_correct(place, 7))
    assert "Aborted" in db("restore", code=1, answer="n\n")
    assert reps(place) == 7
    assert "restored by hand; restored from the backup of" in db("restore", answer="y\n")
    assert reps(place) == 6
    assert "what was there is in" in db("restore", "1", "--yes")
    assert reps(place) == 5


def test_restore_says_what_there_is(place: Place) -> None:
    with pytest.raises(StorageError, match=r"none in .*/box/backups that is whole"):
        db("restore")
    a_set(place)
    db("backup")
    with pytest.raises(StorageError, match=r"backup 7: there is none in .*/box/backups, only 1$"):
        db("restore", "7")


def test_while_the_box_runs_it_is_backed_up_and_neither_restored_nor_disturbed(place: Place) -> None:
    async def life() -> None:
        async with await Store.open(place.data_dir) as store:
            await store.record("vision", kept.heard(*kept.a_set()))
            await asyncio.to_thread(db, "backup")
            assert "nothing to do" in await asyncio.to_thread(db, "upgrade")
            with pytest.raises(StorageError, match=r"another process \(pid \d+\) writes it"):
                await asyncio.to_thread(db, "restore", "--yes")
            assert (await store.session(kept.VISIT)).sets[0].reps == 5

    asyncio.run(life())


async def _correct(place: Place, to: int) -> None:
    async with await Store.open(place.data_dir) as store:
        await store.edit_set(kept.SET, key=str(to), reps=to)
