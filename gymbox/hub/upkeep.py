"""How the box itself is: its disk, its database, and what the doctor says."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import datetime
from typing import TYPE_CHECKING, Final

from gymbox.hub.errand import sent
from gymbox.hub.problem import Refusal
from gymbox.hub.route import OPERATOR, Out, Route
from gymbox.requests import BackUp
from gymbox.storage import backup, history

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call
    from gymbox.storage.files import Place

EXAMINE_S: Final = 180.0
"""After which the doctor is given up. It tries every camera and runs the model."""

_doctor = asyncio.Lock()


class BackupFile(Out):
    """A verified backup."""

    at: datetime
    size_bytes: int


class Storage(Out):
    """What is on the disk."""

    total_bytes: int
    free_bytes: int
    database_bytes: int
    """With its log."""
    clips: int
    clips_bytes: int
    backups: tuple[BackupFile, ...]
    """Newest first."""
    clips_days: int
    """After which a clip goes; sets never do."""
    min_free_percent: float
    """Of the disk: under it the oldest clips go first."""


class Finding(Out):
    """One thing that the doctor looked at."""

    about: str
    verdict: str
    """`ok`, `warn` or `fail`."""
    came: str
    expected: str
    remedy: str


class Findings(Out):
    """All that it looked at."""

    findings: tuple[Finding, ...]


async def storage(box: Box, _call: Call) -> Storage:
    """What is on the disk, and for how long."""
    count, size = await box.reader.read(history.clips_kept)
    retention = box.settings.retention
    return await asyncio.to_thread(
        _weighed, box.reader.place, clips=count, size=size, days=retention.clips_days, free=retention.min_free_percent
    )


def _weighed(place: Place, *, clips: int, size: int, days: int, free: float) -> Storage:
    disk = shutil.disk_usage(place.data_dir)
    return Storage(
        total_bytes=disk.total,
        free_bytes=disk.free,
        database_bytes=sum(file.stat().st_size for file in (place.database, place.wal) if file.exists()),
        clips=clips,
        clips_bytes=size,
        backups=tuple(BackupFile(at=one.at, size_bytes=one.path.stat().st_size) for one in backup.backups(place)),
        clips_days=days,
        min_free_percent=free,
    )


async def back_up(box: Box, _call: Call) -> None:
    """Make a verified backup now."""
    await box.do(BackUp())


async def examine(box: Box, _call: Call) -> Findings:
    """What `gymbox doctor` says, in a process of its own, at the lowest priority."""
    async with _doctor:
        process = await sent(box, "doctor", "--json", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
        try:
            said, _ = await asyncio.wait_for(process.communicate(), EXAMINE_S)
        except TimeoutError as error:
            raise Refusal(503, "unavailable", f"the doctor took longer than {EXAMINE_S:g} s") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return Findings(findings=tuple(Finding(**json.loads(line)) for line in said.splitlines()))


ROUTES: Final = (
    Route(
        method="GET",
        path="/storage",
        handle=storage,
        name="storage",
        summary="The disk, the database, the clips and the backups",
        who=OPERATOR,
        reply=Storage,
    ),
    Route(
        method="POST",
        path="/storage/backup",
        handle=back_up,
        name="backUp",
        summary="Make a verified backup now",
        who=OPERATOR,
        errors=(409,),
    ),
    Route(
        method="GET",
        path="/doctor",
        handle=examine,
        name="doctor",
        summary="What is well, what is not, and what to do: takes a while",
        who=OPERATOR,
        reply=Findings,
    ),
)
