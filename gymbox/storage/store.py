"""The database as the processes know it: `Reader` for all, `Store` for the one that writes."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, Self, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession

from gymbox.errors import BusyError, DamagedError, DiskFullError, StorageError, UnfitError
from gymbox.storage import (
    backup,
    clips,
    cursors,
    devices,
    history,
    incidents,
    migrate,
    people,
    record,
    retention,
    sets,
    vectors,
)
from gymbox.storage.engine import WAL_LIMIT, WriteLock, reader, writer
from gymbox.storage.files import Place
from gymbox.storage.odometer import Odometer
from gymbox.storage.poses import PoseBuffer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence
    from pathlib import Path
    from types import TracebackType

    import aiosqlite
    import numpy.typing as npt
    from sqlalchemy.ext.asyncio import AsyncEngine
    from sqlalchemy.orm import Session

    from gymbox.bus.subscribe import Cursor, Heard, Lost
    from gymbox.config.settings import RetentionSettings
    from gymbox.events import ClipReady
    from gymbox.privacy import Zones
    from gymbox.storage import views
    from gymbox.wishes import Wishes

_log = structlog.get_logger(__name__)

VACUUM_PAGES: Final = 10_000
"""Free pages (40 MB) that are given back to the disk in one step; more would keep writers waiting for longer."""

P = ParamSpec("P")
T = TypeVar("T")


class Reader:
    """Reads beside the writer, in snapshots; cannot write. `async with Reader(data_dir) as reader: …`.

    Every method is one short transaction. What has no method of its own: `await reader.read(function, …)`, where the
    function gets an SQLAlchemy session (`history`, `devices`, `incidents` are such functions).
    """

    def __init__(self, data_dir: Path) -> None:
        self.place = Place(data_dir)
        self._reading = reader(self.place.database)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the file."""
        await self._reading.dispose()

    async def read(self, question: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `question` finds, all of it as of one moment."""
        if not self.place.database.exists():
            raise StorageError(f"database {self.place.database}: there is none yet; the recorder makes it")
        return await _ask(self._reading, question, *args, **kwargs)

    async def session(self, session_id: str) -> views.Session:
        """A visit with its sets; `UnknownError` where there is none."""
        return await self.read(history.visit, session_id)

    async def history(self, track_id: str) -> views.History:
        """What the person of a track did in this visit; `UnknownError` where there is no such track."""
        return await self.read(history.history, track_id)

    async def notifications(self, session_id: str) -> tuple[views.Notification, ...]:
        """What the coach said in a visit, newest first."""
        return await self.read(history.notifications, session_id)

    async def export_person(self, person: str) -> views.Person:
        """Everything about a phone's or a visit's id; `UnknownError` where there is neither."""
        return await self.read(people.export, person)

    async def nearest(self, vector: npt.ArrayLike, *, space: str, version: int, most: int = 10) -> list[vectors.Match]:
        """The tracks that look most like `vector`, (256,), nearest first."""
        return await self.read(vectors.nearest, vector, space=space, version=version, most=most)


class Store(Reader):
    """The only writer. `async with await Store.open(data_dir) as store: …`.

    What a method returned is on disk. What raised has changed nothing, and can be tried again.
    """

    def __init__(
        self,
        place: Place,
        lock: WriteLock,
        engine: AsyncEngine,
        now: Callable[[], datetime],
        repair: backup.Repair | None,
    ) -> None:
        super().__init__(place.data_dir)
        self.repair = repair
        """What had to be done about a damaged database at this start."""
        self._lock, self._writing, self._now = lock, engine, now
        self._buffer = PoseBuffer()
        self._odometer = Odometer(0)

    @classmethod
    async def open(cls, data_dir: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Self:
        """Take the lock, mend or make the database, bring its schema up, forget again who asked for it.

        Raises:
            StorageError: another process writes it; it is of a newer gymbox; a migration failed; there is no folder.
        """
        place = Place(data_dir)
        lock = WriteLock(place.database)
        try:
            await asyncio.to_thread(place.clips.mkdir, exist_ok=True, mode=0o700)
            repair = await asyncio.to_thread(backup.repair, place)
            before, after = await upgrade(place, now=now())
            if before != after:
                _log.info("schema brought up", before=before, after=after)
            store = cls(place, lock, writer(place.database), now, repair)
        except BaseException:
            lock.release()
            raise
        try:
            await store._start()
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Store what waits, and let others write."""
        try:
            await self.keep_poses(everything=True)
            await self.tick()
        finally:
            await super().close()
            await self._writing.dispose()
            self._lock.release()

    async def write(self, change: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `change` in one transaction: it is on disk, whole, when this returns."""
        return await _ask(self._writing, change, *args, **kwargs)

    async def cursor(self, speaker: str) -> Cursor | None:
        """Where to go on listening to `speaker`."""
        return await self.read(cursors.cursor, speaker)

    async def nearest(self, vector: npt.ArrayLike, *, space: str, version: int, most: int = 10) -> list[vectors.Match]:
        """The tracks that look most like `vector`, (256,), nearest first, by the index where there is one."""
        return await self.write(vectors.nearest, vector, space=space, version=version, most=most)

    async def record(self, speaker: str, heard: Sequence[Heard | Lost]) -> int:
        """Store what was heard, with the cursor, and return how many events were new. The same twice is once.

        A visit without a phone that ended in this batch is forgotten with it: pictures, poses, appearance.
        """
        lived_s, now = self._odometer.lived_s, self._now()

        def change(session: Session) -> tuple[int, list[str]]:
            done = record.record(session, speaker, heard, buffer=self._buffer, lived_s=lived_s, now=now)
            files = [file for visit in done.ended for file in people.forget_stranger(session, visit)]
            return done.stored, files

        stored, files = await self.write(change)
        await self._unlink(files)
        await self.keep_poses()
        return stored

    async def keep_poses(self, *, everything: bool = False) -> None:
        """Store the seconds of poses that are over."""
        if due := self._buffer.due(everything=everything):
            await self.write(record.keep_poses, due, lived_s=self._odometer.lived_s)
            self._buffer.drop(due)

    async def add_clip(self, ready: ClipReady, file: str, *, hides: Zones = ()) -> views.Clip:
        """Keep a clip that lies synced in the clips folder, zones black, and link it from its set's alert."""
        return await self.write(clips.add, ready, file, hides=hides, lived_s=self._odometer.lived_s)

    async def repaint_clip(self, clip_id: str, *, size_bytes: int, hides: Zones) -> None:
        """Keep that the clip's file hides these zones from now on."""
        await self.write(clips.repaint, clip_id, size_bytes=size_bytes, hides=hides)

    async def edit_set(
        self, set_id: str, *, key: str, exercise: str | None = None, reps: int | None = None
    ) -> views.Set:
        """Correct a set; `key` makes twice once."""
        return await self.write(sets.edit, set_id, key=key, now=self._now(), exercise=exercise, reps=reps)

    async def delete_set(self, set_id: str, *, key: str) -> views.Set:
        """Delete a set, so that it can be undone."""
        return await self.write(sets.delete, set_id, key=key, now=self._now())

    async def undo(self, set_id: str, *, key: str) -> views.Set:
        """Take back the newest change of a set."""
        return await self.write(sets.undo, set_id, key=key)

    async def pair(self, device_id: str, *, token_id: str, name: str, session_id: str | None = None) -> views.Device:
        """Let a phone in, and make a visit its own."""

        def change(session: Session) -> views.Device:
            device = devices.pair(session, device_id, token_id=token_id, name=name, now=self._now())
            if session_id is not None:
                devices.bind(session, session_id, device_id)
            return device

        return await self.write(change)

    async def claim(self, device_id: str, *, session_id: str) -> None:
        """Make a visit a phone's own."""
        await self.write(devices.bind, session_id, device_id)

    async def wish(self, device_id: str, wishes: Wishes) -> None:
        """Keep how a phone's owner wants to be coached."""
        await self.write(devices.wish, device_id, wishes)

    async def release(self, session_id: str) -> None:
        """Make a visit nobody's again. One that is over is forgotten with it, as a stranger's is."""

        def change(session: Session) -> list[str]:
            devices.release(session, session_id)
            return people.forget_stranger(session, session_id) if people.is_over(session, session_id) else []

        await self._unlink(await self.write(change))

    async def revoke(self, device_id: str) -> None:
        """Shut a phone out."""
        await self.write(devices.revoke, device_id, now=self._now())

    async def forget_person(self, person: str) -> None:
        """Delete everything about a phone's or a visit's id, for good: also after a backup is restored."""
        await self.read(people.export, person)  # `UnknownError` before anything is written
        await asyncio.to_thread(people.Ledger(self.place.ledger).add, person)
        await self._unlink(await self.write(people.forget, person))
        await self.checkpoint()

    async def see_incident(self, incident_id: int) -> None:
        """The operator has seen it."""
        await self.write(incidents.see, incident_id, now=self._now())

    async def note(self, kind: str, detail: str) -> None:
        """Tell the operator."""
        await self.write(incidents.note, kind, detail, now=self._now())

    async def tick(self) -> None:
        """Keep how long the box has lived, so that a `kill -9` costs its age little."""
        await self.write(lambda session: self._odometer.write(session, self._now()))

    async def back_up_if_due(self, *, keep: int) -> backup.Backup | None:
        """Make a verified backup where the newest one is too old."""
        return await self.back_up(keep=keep) if backup.due(self.place, self._now()) else None

    async def back_up(self, *, keep: int) -> backup.Backup:
        """Make a verified backup now."""
        return await asyncio.to_thread(backup.make, self.place, keep=keep, now=self._now())

    async def checkpoint(self) -> bool:
        """Bring the write-ahead log into the file and empty it; false where a reader's open snapshot hinders it."""
        async with self._beside() as connection:
            ((busy, *_),) = await connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        return not busy

    async def sweep(
        self, settings: RetentionSettings, *, free_percent: Callable[[], float] | None = None
    ) -> retention.Swept:
        """Delete what has no room or is too old, and tell the operator what stands in the way. Call it now and then."""
        free = free_percent or self._free_percent
        swept = retention.Swept()
        while free() < settings.min_free_percent and not swept.full:  # first: a full disk takes no rows
            await self._make_room(swept)
        if swept.full:
            await self.note(
                "disk-full", f"less than {settings.min_free_percent} % of the disk is free, and only sets are left"
            )
        await self._unlink(await self.write(retention.expire, settings, lived_s=self._odometer.lived_s, swept=swept))
        if self.wal_bytes() > WAL_LIMIT and not await self.checkpoint():
            await self.note("log-large", "a reader holds a snapshot open, and the write-ahead log grows")
        return swept

    def wal_bytes(self) -> int:
        """Size of the write-ahead log; more than `WAL_LIMIT` means that a reader hinders it."""
        return self.place.wal.stat().st_size if self.place.wal.exists() else 0

    @asynccontextmanager
    async def _beside(self) -> AsyncIterator[aiosqlite.Connection]:
        """The writing connection, outside of any transaction."""
        async with self._writing.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None, "just connected"
            yield driver

    async def _start(self) -> None:
        now = self._now()

        def prepare(session: Session) -> list[str]:
            if not vectors.rebuild(session.connection()):
                _log.info("this Python's sqlite3 loads no extensions: numpy finds the nearest neighbours")
            self._odometer = Odometer.start(session, now)
            self._odometer.write(session, now)
            if self.repair:
                incidents.note(session, "database-restored", str(self.repair), now=now)
            ledger = people.Ledger(self.place.ledger).people()
            return [file for person in ledger for file in people.forget(session, person)]

        await self._unlink(await self.write(prepare))
        for stray in await self.read(clips.strays, self.place.clips):
            stray.unlink()

    async def _make_room(self, swept: retention.Swept) -> None:
        """Delete the oldest clip; where there is none, the oldest poses. Files go first: a full disk takes no rows."""
        oldest = await self.read(retention.oldest_clip)
        if oldest is not None:
            await self._unlink([oldest.file])
            await self.write(lambda session: clips.remove(session, [session.merge(oldest, load=True)]))
            swept.clips += 1
            return
        dropped = await self.write(retention.drop_poses)
        async with self._beside() as connection:
            await connection.executescript(f"PRAGMA incremental_vacuum({VACUUM_PAGES})")  # `execute` gives a page back
        await self.checkpoint()  # only now has the disk the room
        swept.poses += dropped
        swept.full = not dropped

    async def _unlink(self, files: Iterable[str]) -> None:
        for file in files:
            await asyncio.to_thread((self.place.clips / file).unlink, missing_ok=True)

    def _free_percent(self) -> float:
        usage = shutil.disk_usage(self.place.data_dir)
        return 100 * usage.free / usage.total


async def upgrade(place: Place, *, now: datetime) -> tuple[str | None, str]:
    """Bring the schema up, and return the revision it had and has. Whoever calls holds the `WriteLock`.

    A database with people's sets in it is backed up before it changes.
    """
    if place.database.exists() and await migrate.current(place.database) not in {None, migrate.newest()}:
        await asyncio.to_thread(backup.make, place, keep=None, now=now)
    return await migrate.upgrade(place.database)


async def _ask(engine: AsyncEngine, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in one transaction, its errors in our words."""
    try:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            return await session.run_sync(work, *args, **kwargs)
    except DBAPIError as error:
        name = str(getattr(error.orig, "sqlite_errorname", ""))
        what = f"database {engine.url.database}: {error.orig}"
        match name.split("_")[1:2]:
            case ["FULL"]:
                raise DiskFullError(what) from error
            case ["BUSY" | "LOCKED"]:
                raise BusyError(what) from error
            case ["CORRUPT" | "NOTADB"]:
                raise DamagedError(what) from error
            case ["CONSTRAINT" | "MISMATCH" | "TOOBIG"]:
                raise UnfitError(what) from error
            case _:
                raise StorageError(what) from error
    except StatementError as error:  # a value that its column does not take
        raise UnfitError(f"database {engine.url.database}: {error.orig}") from error
    except PoolTimeoutError as error:
        raise BusyError(f"database {engine.url.database}: all its connections are at work") from error
    except SQLAlchemyError as error:
        raise StorageError(f"database {engine.url.database}: {error}") from error
