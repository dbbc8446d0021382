from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gymbox.errors import StorageError
from gymbox.storage import Store, backup, migrate
from gymbox.storage.engine import writer
from gymbox.storage.files import Place
from gymbox.storage.models import TABLES
from tests import kept

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

NAMED = {
    "cameras",
    "tracks",
    "gym_sessions",
    "exercise_sets",
    "rep_events",
    "pose_frames",
    "notifications",
    "clips",
    "devices",
}

SECOND = """
revision = "0002"
down_revision = "0001"

import sqlalchemy as sa
from alembic import op

def upgrade():
    op.add_column("cameras", sa.Column("colour", sa.Text()))
    op.execute("INSERT INTO cameras(id, detail) VALUES ('rack-9', '')")
    {then}
"""


def tables(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {name for (name,) in connection.execute("select name from sqlite_schema where type = 'table'")}


def columns(database: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {row[1] for row in connection.execute(f"pragma table_info({table})")}


def with_second(folder: Path, then: str) -> Path:
    """The migrations, and one more."""
    shutil.copytree(migrate.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions/0002_second.py").write_text(SECOND.format(then=then))
    return folder


def test_upgrading_twice_does_nothing_the_second_time(tmp_path: Path) -> None:
    database = tmp_path / "gymbox.db"
    newest = migrate.newest()
    assert asyncio.run(migrate.upgrade(database)) == (None, newest)
    before = tables(database)
    assert asyncio.run(migrate.upgrade(database)) == (newest, newest)
    assert tables(database) == before
    assert before >= NAMED


def test_the_migrations_lead_to_the_models(tmp_path: Path) -> None:
    async def differences() -> list[object]:
        await migrate.upgrade(tmp_path / "gymbox.db")
        engine = writer(tmp_path / "gymbox.db")

        def compare(connection: Connection) -> list[object]:
            options = {"compare_type": True, "compare_server_default": True}
            return [*compare_metadata(MigrationContext.configure(connection, opts=options), TABLES)]

        async with engine.begin() as connection:
            found = await connection.run_sync(compare)
        await engine.dispose()
        return found

    assert asyncio.run(differences()) == []


def test_a_migration_that_fails_leaves_the_schema_as_it_was(tmp_path: Path) -> None:
    database = tmp_path / "gymbox.db"
    asyncio.run(migrate.upgrade(database))
    migrations = with_second(tmp_path / "migrations", "op.execute('no such statement')")
    with pytest.raises(StorageError, match="the schema is as it was"):
        asyncio.run(migrate.upgrade(database, migrations=migrations))
    assert "colour" not in columns(database, "cameras")
    assert asyncio.run(migrate.current(database)) == "0001"


def test_a_migration_that_leaves_rows_pointing_to_nothing_is_taken_back(tmp_path: Path) -> None:
    database = tmp_path / "gymbox.db"
    asyncio.run(migrate.upgrade(database))
    then = "op.execute(\"INSERT INTO set_changes(set_id, key, at, before) VALUES ('x', 'k', '2026-01-01', '{{}}')\")"
    migrations = with_second(tmp_path / "migrations", then.replace("{{}}", "{}"))
    with pytest.raises(StorageError, match="1 rows point to nothing"):
        asyncio.run(migrate.upgrade(database, migrations=migrations))
    assert "colour" not in columns(database, "cameras")


def test_a_database_of_a_newer_gymbox_is_refused_and_left_alone(tmp_path: Path) -> None:
    place = Place(tmp_path)
    asyncio.run(migrate.upgrade(place.database, migrations=with_second(tmp_path / "migrations", "pass")))
    with pytest.raises(StorageError, match=r"its schema is 0002, which this version of gymbox \(up to 0001\) does not"):
        asyncio.run(Store.open(tmp_path))
    assert "colour" in columns(place.database, "cameras")


def test_before_the_schema_changes_the_database_is_backed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def live() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(*kept.a_set()))

    asyncio.run(live())
    assert backup.backups(Place(tmp_path)) == []
    monkeypatch.setattr(migrate, "newest", lambda: "0002")
    asyncio.run(live())
    (made,) = backup.backups(Place(tmp_path))
    assert backup.check(made.path) == []
