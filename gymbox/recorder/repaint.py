"""Clips that were kept before a privacy zone was drawn: painted over, newest first; until then the hub shows none."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import structlog

from gymbox.errors import StorageError, VideoError
from gymbox.recorder.transcode import transcoded
from gymbox.storage import clips
from gymbox.storage.files import write_synced

if TYPE_CHECKING:
    from gymbox.config import CameraSettings
    from gymbox.config.roster import Roster
    from gymbox.service import Service
    from gymbox.storage import Store
    from gymbox.storage.views import Clip

_log = structlog.get_logger(__name__)

LOOK_S: Final = 1.0
"""Between two looks at the settings' zones."""
AGAIN_S: Final = 60.0
"""Until it looks again for what it could not paint over, or what was being cut while the zones changed."""


async def keep_painted(store: Store, service: Service, roster: Roster) -> None:
    """Paint over what the settings say, for ever."""
    looked: dict[str, tuple[object, float]] = {}
    """By camera, for which zones, and when."""
    while True:
        roster.look()
        for camera in roster.all:
            zones, at = looked.get(camera.id, ((), 0.0))
            if camera.privacy_zones and (zones != camera.privacy_zones or time.monotonic() - at > AGAIN_S):
                await _repaint(store, service, camera)
                looked[camera.id] = camera.privacy_zones, time.monotonic()
        await asyncio.sleep(LOOK_S)


async def _repaint(store: Store, service: Service, camera: CameraSettings) -> None:
    """Paint over one camera's clips."""
    try:
        showing = await store.read(clips.showing, camera.id, camera.privacy_zones)
    except StorageError as error:
        _log.warning("clips cannot be painted over yet", camera=camera.id, error=str(error))
        return
    for clip in showing:
        try:
            await _paint(store, clip, camera)
            service.worked()
        except (OSError, StorageError, VideoError) as error:
            _log.error("a clip cannot be painted over; it is not shown", clip=clip.id, error=str(error))
    if showing:
        _log.info("clips were painted over", camera=camera.id, clips=len(showing))


async def _paint(store: Store, clip: Clip, camera: CameraSettings) -> None:
    """Replace the clip's file by one with the zones black; what it hid before is black in it already."""
    file = store.place.clips / clip.file
    if not file.is_file():  # it went by age meanwhile, and its row goes as well
        return
    made = await transcoded(await asyncio.to_thread(file.read_bytes), zones=camera.privacy_zones, rotate=0)
    await asyncio.to_thread(write_synced, file, made)
    hides = (*clip.hides, *(zone for zone in camera.privacy_zones if zone not in clip.hides))
    await store.repaint_clip(clip.id, size_bytes=len(made), hides=hides)
