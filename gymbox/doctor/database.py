"""The database and its backups."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from gymbox.doctor.finding import Finding, fail, good, warn
from gymbox.errors import StorageError
from gymbox.storage import Reader, backup, elsewhere, incidents, migrate
from gymbox.storage.engine import WAL_LIMIT
from gymbox.storage.files import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gymbox.config import Settings

OLD: Final = timedelta(days=2)
"""A backup is made each day that the box runs."""


def database(settings: Settings) -> Iterator[Finding]:
    """Whether it is whole, of this version, backed up; and what the operator has not seen yet."""
    place = Place(settings.data_dir)
    if not place.database.exists() and not backup.backups(place):
        yield good("database", f"{place.database}: none yet, the recorder makes it")
        return
    try:
        wrong = backup.check(place.database)
        revision = None if wrong else asyncio.run(migrate.current(place.database))
    except StorageError as error:
        wrong, revision = [str(error)], None
    if wrong:
        came, remedy = f"{place.database}: {wrong[0]}", "start the box: it restores the newest whole backup"
        yield fail("database", came, expected="a file that is whole", remedy=f"{remedy}; or gymbox db restore")
        return
    newest = migrate.newest()
    size = place.database.stat().st_size / 2**20
    if revision != newest:
        came = f"schema {revision} in {place.database}"
        yield warn("database", came, expected=newest, remedy="start the box, or gymbox db upgrade")
    else:
        yield good("database", f"{place.database}: whole, {size:.1f} MiB, schema {revision}")
    if place.wal.exists() and (log := place.wal.stat().st_size) > 2 * WAL_LIMIT:
        remedy = "end whatever has the database open for hours; the box frees it then"
        yield warn("database log", f"{log >> 20} MiB", expected=f"{WAL_LIMIT >> 20} MiB", remedy=remedy)
    yield _backup(place)
    if settings.backup.recipient:
        yield _outside(place)
    yield from asyncio.run(_unseen(settings))


def _backup(place: Place) -> Finding:
    made = next(iter(backup.backups(place)), None)
    came = f"the newest is of {made.at:%Y-%m-%d %H:%M} UTC" if made else "none"
    if made and datetime.now(UTC) - made.at < OLD:
        return good("backups", came)
    return warn(
        "backups", came, expected="one a day", remedy="gymbox db backup; it is made by itself while the box runs"
    )


def _outside(place: Place) -> Finding:
    """Of those who want backups outside the box."""
    last = elsewhere.outcome(place)
    came = f"the newest is of {last.made_at:%Y-%m-%d %H:%M} UTC" if last.made_at else "none"
    if last.error:
        return warn("backups outside", f"{came}; {last.error}", expected="one a day", remedy="gymbox backup now")
    if last.own_disk:
        remedy = "a stick that is called GYMBOX, or another folder in [backup]"
        return warn("backups outside", f"{came}, on the box's own disk", expected="another disk", remedy=remedy)
    if last.made_at is None or datetime.now(UTC) - last.made_at >= OLD:
        return warn("backups outside", came, expected="one a day", remedy="plug the stick in, and gymbox backup now")
    return good("backups outside", came)


async def _unseen(settings: Settings) -> list[Finding]:
    async with Reader(settings.data_dir) as reader:
        found = await reader.read(incidents.unseen)
    return [
        warn(
            "incident",
            f"{incident.at:%Y-%m-%d %H:%M} UTC: {incident.kind}: {incident.detail}",
            expected="none that nobody has seen",
            remedy="read it; the operator's pages mark it as seen",
        )
        for incident in found
    ]
