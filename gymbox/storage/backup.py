"""Backups that are known to be good, and the way back to the newest of them.

A backup is made in one step beside a writer at work, checked, put on disk, and only then given its name:
`gymbox-000017-20261121T123114Z.db`. Its number orders it, not its date, since a clock may be wrong.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from gymbox.errors import DamagedError, DiskFullError, StorageError
from gymbox.storage.files import move_synced, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gymbox.storage.files import Place

EVERY: Final = timedelta(days=1)
"""How old the newest backup may become."""
_SET_ASIDE: Final = 2
"""Replaced databases that are kept for whoever wants to look into them."""
_NAME: Final = re.compile(r"gymbox-(\d{6})-(\d{8}T\d{6}Z)\.db")
_BESIDE: Final = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True, order=True)
class Backup:
    """A verified backup; the larger is the newer."""

    number: int
    at: datetime
    path: Path


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done about a database that was damaged or gone."""

    why: str
    restored: Backup | None
    """None: there was no good backup, and the box began anew."""
    set_aside: Path | None

    def __str__(self) -> str:
        how = (
            f"restored from the backup of {self.restored.at:%Y-%m-%d %H:%M} UTC"
            if self.restored
            else "there was no good backup, so it began anew"
        )
        return f"{self.why}; {how}" + (f"; what was there is in {self.set_aside}" if self.set_aside else "")


def check(database: Path) -> list[str]:
    """What is wrong with a database, in words; nothing where it is whole. Reads all of it.

    SQLite has no checksum over its content: damage that leaves a page's structure as it was is not seen.
    """
    if not database.is_file():
        return ["there is no such file"]
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
            found += [
                f"{row[0]}: row {row[1]} points to nothing" for row in connection.execute("PRAGMA foreign_key_check")
            ]
            if (
                not found
                and not connection.execute("SELECT 1 FROM sqlite_schema WHERE name='alembic_version'").fetchone()
            ):
                found = ["it has no gymbox schema"]
    except sqlite3.DatabaseError as error:
        if _name(error) not in {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CORRUPT_INDEX", "SQLITE_CORRUPT_VTAB"}:
            raise StorageError(f"database {database}: {error}") from error
        found = [str(error)]
    return found


def backups(place: Place) -> list[Backup]:
    """The backups, newest first."""
    return sorted(_backups(place), reverse=True)


def due(place: Place, now: datetime) -> bool:
    """Whether it is time for one. A clock that went back makes it time too, and nothing worse."""
    newest = next(iter(backups(place)), None)
    return newest is None or not timedelta() <= now - newest.at < EVERY


def make(place: Place, *, keep: int | None, now: datetime) -> Backup:
    """Make a backup, check it, and let the oldest beyond `keep` go, or none. Others may write meanwhile.

    Raises:
        DamagedError: the copy is not whole; all earlier backups are kept.
        DiskFullError: there is no room for it; nothing is left of the attempt.
    """
    place.backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _one_at_a_time(place.backups):
        return _make(place, keep, now)


def _make(place: Place, keep: int | None, now: datetime) -> Backup:
    number = max((backup.number for backup in _backups(place)), default=0) + 1
    path = place.backups / f"gymbox-{number:06}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
    part = path.with_suffix(".part")
    try:
        with (
            closing(sqlite3.connect(f"file:{place.database}?mode=ro", uri=True, timeout=10)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy)  # in one step: in several, a writer at work makes it begin again for ever
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole without a log beside it
        if wrong := check(part):
            raise DamagedError(f"backup of {place.database}: {wrong[0]}; the earlier backups are kept")
        move_synced(part, path)
    except (sqlite3.DatabaseError, OSError) as error:
        if _name(error) in {"SQLITE_FULL", "SQLITE_IOERR_WRITE"} or getattr(error, "errno", None) == errno.ENOSPC:
            raise DiskFullError(f"backup of {place.database}: no room in {place.backups}") from error
        raise DamagedError(f"backup of {place.database}: {error}; the earlier backups are kept") from error
    finally:
        for rest in (part, *(part.with_name(part.name + end) for end in _BESIDE)):
            rest.unlink(missing_ok=True)
    if keep is not None:
        for old in backups(place)[max(keep, 1) :]:
            old.path.unlink()
    return next(backup for backup in _backups(place) if backup.number == number)


def newest_whole(place: Place) -> Backup | None:
    """The newest backup that is still good."""
    return next((backup for backup in backups(place) if not check(backup.path)), None)


def restore(place: Place, backup: Backup | None, *, why: str) -> Repair:
    """Put `backup` in the database's place, or nothing where there is none. Whoever calls holds the `WriteLock`.

    At every moment there is a database or a backup, so a crash in between is mended at the next start.

    Raises:
        DamagedError: the backup is not whole.
        DiskFullError: there is no room for it; the database is left as it is.
    """
    part = place.database.with_name(f"{place.database.name}.part")
    if backup is not None:
        if wrong := check(backup.path):
            raise DamagedError(f"backup {backup.path}: {wrong[0]}")
        try:
            shutil.copyfile(backup.path, part)
            sync(part)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise DiskFullError(f"backup {backup.path}: cannot be copied beside {place.database}: {error}") from error
    set_aside = _set_aside(place)
    if backup is not None:
        move_synced(part, place.database)
    return Repair(why, backup, set_aside)


def repair(place: Place) -> Repair | None:
    """Restore the database where it is damaged, or gone while there are backups; else nothing happens."""
    if not place.database.exists():
        return restore(place, newest_whole(place), why="the database was gone") if backups(place) else None
    if place.database.stat().st_size == 0 and not backups(place):
        return None  # a first start that was cut off
    wrong = check(place.database)
    return restore(place, newest_whole(place), why=f"the database was damaged: {wrong[0]}") if wrong else None


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait for another process that makes a backup: both would take the same number."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _backups(place: Place) -> Iterator[Backup]:
    for path in place.backups.glob("gymbox-*.db"):
        if found := _NAME.fullmatch(path.name):
            at = datetime.strptime(found[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            yield Backup(int(found[1]), at, path)


def _set_aside(place: Place) -> Path | None:
    """Move the database away with its log: a log that is left would be played into the restored file."""
    parts = [place.database.with_name(place.database.name + end) for end in ("", *_BESIDE)]
    if not any(part.exists() for part in parts):
        return None
    earlier = sorted(place.data_dir.glob("set-aside-*"))
    number = int(earlier[-1].name.rpartition("-")[2]) + 1 if earlier else 1
    folder = place.data_dir / f"set-aside-{number:04}"
    folder.mkdir(mode=0o700)
    for part in parts:
        if part.exists():
            part.rename(folder / part.name)
    sync(folder)
    sync(place.data_dir)
    for old in [*earlier, folder][:-_SET_ASIDE]:
        shutil.rmtree(old)
    return folder


def _name(error: Exception) -> str:
    return str(getattr(error, "sqlite_errorname", ""))
