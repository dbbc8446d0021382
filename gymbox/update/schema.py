"""A database that a newer version has changed, once this one is back: the copy from before takes its place."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from alembic.script import ScriptDirectory

from gymbox.errors import StorageError, UpdateError
from gymbox.owner import as_owner
from gymbox.storage import backup, migrate
from gymbox.storage.engine import WriteLock
from gymbox.storage.files import Place

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.config import Settings

PATIENCE_S: Final = 120.0
"""For the database's lock: a recorder that cannot read the database tries each half second, and lets go again."""


def step_back(settings: Settings) -> str:
    """Restore the newest backup that this version can read, where it cannot read the database; says what was done.

    The newer database is set aside, not deleted.

    Raises:
        UpdateError: there is no such backup, or the database is not let go of.
    """
    place = Place(settings.data_dir)
    with as_owner(place.data_dir):
        if not place.database.exists() or _readable(place.database):
            return ""
        copy = next((one for one in backup.backups(place) if _readable(one.path) and not backup.check(one.path)), None)
        if copy is None:
            raise UpdateError("the database is of a newer version, and there is no backup that this one can read")
        with _locked(place):
            return str(backup.restore(place, copy, why="the database was of a newer version"))


def _readable(database: Path) -> bool:
    known = {script.revision for script in ScriptDirectory.from_config(migrate.settings()).walk_revisions()}
    revision = asyncio.run(migrate.current(database))
    return revision is None or revision in known


def _locked(place: Place) -> WriteLock:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return WriteLock(place.database)
        except StorageError as error:
            if time.monotonic() > until:
                raise UpdateError(str(error)) from error
            time.sleep(0.05)
