"""What the recorder does by the clock: keep the box's age, make room, back up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from gymbox.errors import BusyError, DamagedError, DiskFullError, StorageError
from gymbox.storage.backup import check

if TYPE_CHECKING:
    from gymbox.config import RetentionSettings
    from gymbox.service import Service
    from gymbox.storage import Store

_log = structlog.get_logger(__name__)

TICK_S: Final = 15.0
"""Between two writes of the box's age: the sign of life of a gym at night, so a watchdog must allow twice that."""
SWEEP_TICKS: Final = 4
"""Ticks between two looks at what is too old, and how full the disk is."""


async def keep_up(store: Store, service: Service, settings: RetentionSettings) -> None:
    """Do it for ever.

    Raises:
        StorageError: the database is damaged, or the disk is broken.
    """
    tick = 0
    while True:
        try:
            if tick % SWEEP_TICKS == 0:
                await store.sweep(settings)
                await _back_up(store, settings)
            await store.tick()
            service.worked()
        except (BusyError, DiskFullError) as error:
            _log.warning("upkeep waits", error=str(error))
        await asyncio.sleep(TICK_S)
        tick += 1


async def _back_up(store: Store, settings: RetentionSettings) -> None:
    """Back up where it is time. A copy that fails costs no event; the operator is told."""
    try:
        made = await store.back_up_if_due(keep=settings.backups)
    except StorageError as error:
        if isinstance(error, BusyError):
            raise
        await store.note("backup-failed", str(error))
        wrong = await asyncio.to_thread(check, store.place.database) if isinstance(error, DamagedError) else []
        if wrong:  # not the copy alone: the next start restores
            raise
    else:
        if made:
            _log.info("backed up", file=made.path.name)
