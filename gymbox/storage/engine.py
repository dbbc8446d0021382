"""Connections: one process writes, through one connection that takes the lock up front; all others only read.

SQLAlchemy's and Python's own idea of when a transaction begins loses updates in silence (measured: of 300
read-then-write steps 241 were gone), so every transaction here begins with words of our own.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from gymbox.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    import aiosqlite

BUSY_MS: Final = 5_000
"""How long a writer waits for another program that holds the file's lock. Raising it delays the error, no more."""
WAL_LIMIT: Final = 64 << 20
"""Bytes of write-ahead log that are normal. More means that some reader has held a transaction open."""

_WRITES: Final = (
    "auto_vacuum=INCREMENTAL",  # works only before the first table: what retention frees, the disk gets back
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit is on the disk before anybody hears of it
    "foreign_keys=ON",
    "secure_delete=FAST",  # who is forgotten is not readable in free pages
    f"journal_size_limit={WAL_LIMIT}",
    f"busy_timeout={BUSY_MS}",
)
_READS: Final = ("query_only=ON", "wal_autocheckpoint=0", f"busy_timeout={BUSY_MS}")


class WriteLock:
    """The right to write a database, held as long as the process lives: a lock on a file beside it.

    Raises:
        StorageError: another process has it, or its folder cannot be made or written.
    """

    def __init__(self, database: Path) -> None:
        try:
            database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = database.with_name(f"{database.name}.lock")
            self._file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError(f"database {database}: its folder cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise StorageError(
                f"database {database}: another process (pid {holder}) writes it, and only one may; stop it first"
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let others write."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def writer(database: Path, *, foreign_keys: bool = True) -> AsyncEngine:
    """The engine whose one connection writes; whoever makes it holds the `WriteLock`.

    Args:
        database: the file; made where it is not.
        foreign_keys: off only while migrating, as SQLite changes a table by making it anew and dropping the old.
    """
    engine = create_async_engine(f"sqlite+aiosqlite:///{database}", pool_size=1, max_overflow=0)
    pragmas = [*_WRITES] if foreign_keys else [*_WRITES, "foreign_keys=OFF"]
    _prepare(engine, pragmas, begin="BEGIN IMMEDIATE", extension=True)
    return engine


def reader(database: Path) -> AsyncEngine:
    """An engine that cannot write, nor checkpoint: both belong to the one writing process."""
    engine = create_async_engine(f"sqlite+aiosqlite:///file:{database}?mode=ro&uri=true", pool_size=4, max_overflow=0)
    _prepare(engine, _READS, begin="BEGIN", extension=False)
    return engine


def _prepare(engine: AsyncEngine, pragmas: Sequence[str], *, begin: str, extension: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:  # noqa: ANN401 -- SQLAlchemy's adapter has no public type
        connection.isolation_level = None
        if extension:
            connection.run_async(_load_sqlite_vec)
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:  # noqa: ANN401 -- as above
        connection.exec_driver_sql(begin)


async def _load_sqlite_vec(connection: aiosqlite.Connection) -> None:
    """Load sqlite-vec where this Python can load extensions; `vectors` sees whether it is there."""
    import sqlite_vec  # noqa: PLC0415 -- only the writer needs it

    try:
        await connection.enable_load_extension(True)  # noqa: FBT003 -- as sqlite3 spells it
    except AttributeError:
        return  # numpy answers
    await connection.load_extension(sqlite_vec.loadable_path())
    await connection.enable_load_extension(False)  # noqa: FBT003 -- as above
