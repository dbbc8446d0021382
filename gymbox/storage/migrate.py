"""The schema, brought to what this version needs: all of it in one transaction, or nothing."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from gymbox.errors import StorageError
from gymbox.storage.engine import reader, writer

if TYPE_CHECKING:
    from sqlalchemy import Connection

logging.getLogger("alembic").setLevel(logging.WARNING)  # it names its parts each time; what happened, we say ourselves

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def settings(connection: Connection | None = None, *, migrations: Path = MIGRATIONS) -> Config:
    """What Alembic needs to know; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest(*, migrations: Path = MIGRATIONS) -> str:
    """The revision that this version of gymbox wants."""
    head = ScriptDirectory.from_config(settings(migrations=migrations)).get_current_head()
    assert head, "there is a first migration"
    return head


async def upgrade(database: Path, *, to: str = "head", migrations: Path = MIGRATIONS) -> tuple[str | None, str]:
    """Bring the schema of `database` up, and return the revision it had and has. Nothing happens where it is new.

    Raises:
        StorageError: a migration failed, and the schema is as it was; or the database is of a newer gymbox.
    """
    engine = writer(database, foreign_keys=False)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(_upgrade, to, migrations)
    except SQLAlchemyError as error:
        raise StorageError(f"database {database}: migration failed, the schema is as it was: {error}") from error
    finally:
        await engine.dispose()


async def current(database: Path) -> str | None:
    """The revision that the file `database` has."""
    engine = reader(database)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(revision)
    finally:
        await engine.dispose()


def revision(connection: Connection) -> str | None:
    """The revision that the database has; none before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, to: str, migrations: Path) -> tuple[str | None, str]:
    before = revision(connection)
    config = settings(connection, migrations=migrations)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if before is not None and before not in known:
        raise StorageError(
            f"database: its schema is {before}, which this version of gymbox (up to {newest(migrations=migrations)}) "
            "does not know; run the newer gymbox, or restore a backup from before"
        )
    command.upgrade(config, to)
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        raise StorageError(f"database: after the migration {len(broken)} rows point to nothing, as in {broken[0]}")
    after = revision(connection)
    assert after, "an upgrade ends at a revision"
    return before, after
