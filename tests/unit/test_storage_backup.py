from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gymbox.errors import DamagedError
from gymbox.storage import Store, backup, incidents
from gymbox.storage.files import Place
from tests import floor, kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def live(place: Place, *, reps: int = 5, back_up: bool = False) -> tuple[int, list[str]]:
    """One life of the box: it finds how many reps are there and what the operator has to know; then a set is done."""

    async def life() -> tuple[int, list[str]]:
        async with await Store.open(place.data_dir) as store:
            there = await store.read(lambda session: len(session.connection().exec_driver_sql(COUNT).all()))
            told = [incident.detail for incident in await store.read(incidents.unseen)]
            await store.record("vision", kept.heard(*kept.a_set(reps)))
            if back_up:
                await store.back_up(keep=3)
            return there, told

    return asyncio.run(life())


COUNT = "select id from rep_events"


def scribble(path: Path) -> None:
    """Overwrite half of the file's pages, the header left as it is: what a dying card does."""
    data = bytearray(path.read_bytes())
    chance = random.Random(5)  # noqa: S311 -- the same damage each time
    for start in range(4096, len(data), 8192):
        data[start : start + 4096] = chance.randbytes(4096)
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1000)


def test_a_backup_is_whole_and_beside_it_lies_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    live(place, back_up=True)
    (made,) = backup.backups(place)
    assert [path.name for path in place.backups.iterdir()] == [made.path.name]
    assert backup.check(made.path) == []
    with closing(sqlite3.connect(made.path)) as copy:
        assert len(copy.execute(COUNT).fetchall()) == 5
        assert copy.execute("pragma journal_mode").fetchone() == ("delete",)


@pytest.mark.parametrize("damage", [scribble, empty, cut, garbage])
def test_a_damaged_database_is_restored_and_the_operator_told(damage: Callable[[Path], None], tmp_path: Path) -> None:
    place = Place(tmp_path)
    live(place, back_up=True)
    damage(place.database)
    assert backup.check(place.database) != []
    there, (told,) = live(place)
    assert there == 5
    assert "the database was damaged: " in told
    assert "restored from the backup of" in told
    assert (tmp_path / "set-aside-0001" / "gymbox.db").exists()
    assert live(place)[0] == 5  # and it is whole again


def test_a_database_that_is_gone_is_restored(tmp_path: Path) -> None:
    place = Place(tmp_path)
    live(place, back_up=True)
    place.database.unlink()
    there, (told,) = live(place)
    assert (there, told[:21]) == (5, "the database was gone")


def test_a_backup_that_is_damaged_is_passed_over(tmp_path: Path) -> None:
    place = Place(tmp_path)
    live(place, back_up=True)
    live(place, reps=9, back_up=True)
    newest, older = backup.backups(place)
    assert newest.number == older.number + 1
    scribble(newest.path)
    scribble(place.database)
    with pytest.raises(DamagedError, match=newest.path.name):
        backup.restore(place, newest, why="asked")
    assert live(place)[0] == 5


def test_without_a_good_backup_the_box_begins_anew_and_keeps_what_was_there(tmp_path: Path) -> None:
    place = Place(tmp_path)
    live(place)
    for number in range(1, 5):
        garbage(place.database)
        there, told = live(place)
        assert there == 0
        assert told[-1].endswith(
            f"there was no good backup, so it began anew; what was there is in {tmp_path}/set-aside-000{number}"
        )
    assert [path.name for path in sorted(tmp_path.glob("set-aside-*"))] == ["set-aside-0003", "set-aside-0004"]


def test_only_so_many_backups_are_kept(tmp_path: Path) -> None:
    place = Place(tmp_path)
    live(place)
    for day in range(5):
        backup.make(place, keep=3, now=floor.AT - timedelta(days=day))  # the number orders them, not the clock
    assert [made.number for made in backup.backups(place)] == [5, 4, 3]


@pytest.mark.parametrize(
    ("after", "due"), [(timedelta(hours=23), False), (timedelta(hours=25), True), (-timedelta(1), True)]
)
def test_a_backup_is_due_after_a_day_or_when_the_clock_went_back(after: timedelta, due: bool, tmp_path: Path) -> None:  # noqa: FBT001 -- expected
    place = Place(tmp_path)
    assert backup.due(place, floor.AT)
    live(place)
    backup.make(place, keep=1, now=floor.AT)
    assert backup.due(place, floor.AT + after) == due


def test_a_backup_of_a_damaged_database_is_refused_and_the_earlier_are_kept(tmp_path: Path) -> None:
    place = Place(tmp_path)
    live(place, back_up=True)
    before = backup.backups(place)
    scribble(place.database)
    with pytest.raises(DamagedError, match="the earlier backups are kept"):
        backup.make(place, keep=1, now=floor.AT)
    assert backup.backups(place) == before


SMALL = """
import pathlib, resource, signal, sys
from gymbox.storage import backup
from gymbox.storage.files import Place
from gymbox.errors import DiskFullError
from tests import floor
place = Place(pathlib.Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = place.database.stat().st_size // 2
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    backup.make(place, keep=1, now=floor.AT)
except DiskFullError as error:
    print(error)
"""


def test_a_backup_without_room_leaves_nothing_of_itself(tmp_path: Path) -> None:
    place = Place(tmp_path)
    live(place, back_up=True)
    before = sorted(path.name for path in place.backups.iterdir())
    done = subprocess.run([sys.executable, "-c", SMALL, str(tmp_path)], capture_output=True, text=True, check=False)
    assert f"no room in {place.backups}" in done.stdout, done.stderr
    assert sorted(path.name for path in place.backups.iterdir()) == before


WRITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
print("writing", flush=True)
while True:
    connection.execute("insert into incidents(at, kind, detail) values ('2026-01-01', 'x', hex(randomblob(200)))")
"""


def test_a_backup_is_whole_while_another_process_writes(tmp_path: Path) -> None:
    place = Place(tmp_path)
    live(place)
    with subprocess.Popen([sys.executable, "-c", WRITE, str(place.database)], stdout=subprocess.PIPE) as busy:
        assert busy.stdout is not None
        busy.stdout.readline()
        counts = []
        for _ in range(3):
            made = backup.make(place, keep=9, now=floor.AT)
            with closing(sqlite3.connect(made.path)) as copy:
                counts.append(copy.execute("select count(*) from incidents").fetchone()[0])
        busy.send_signal(signal.SIGKILL)
    assert counts[0] < counts[1] < counts[2]
