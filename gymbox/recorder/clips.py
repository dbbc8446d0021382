"""Replay clips: cut from the camera's pre-roll around each form alert, on the disk, then in the database, then said."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Final

import av
import structlog

from gymbox.capture.clip import cut, mp4_of
from gymbox.clock import now_ns
from gymbox.errors import RingError, StorageError, VideoError
from gymbox.events import ClipReady, FormAlertEvent
from gymbox.identity import TrackName, new_clip_id
from gymbox.recorder import transcode
from gymbox.storage import history
from gymbox.storage.files import write_synced

if TYPE_CHECKING:
    from gymbox.bus.publish import Speaker
    from gymbox.config import CameraSettings, Settings
    from gymbox.config.roster import Roster
    from gymbox.events import Event
    from gymbox.privacy import Zones
    from gymbox.service import Service
    from gymbox.storage import Store
    from gymbox.storage.history import Unclipped

_log = structlog.get_logger(__name__)

SECOND: Final = 1_000_000_000
MARGIN_S: Final = 0.25
"""Cut beyond the end, so that a clip is not a frame too short."""
PATIENCE_S: Final = 3.0
"""How long to wait for packets that are late. Raising it keeps the next clip waiting for a camera that is dead."""
WAITING: Final = 64
"""Alerts that may wait for their clip; what comes then has none. One is cut in milliseconds, or encoded in seconds."""


class Clips:
    """Cuts one clip after another. `want` is told of each stored event, `run` does the work.

    A recorder that was killed cuts what it had not, as long as the pre-roll has it.
    """

    def __init__(self, store: Store, speaker: Speaker, service: Service, settings: Settings, roster: Roster) -> None:
        self._store, self._speaker, self._service, self._settings = store, speaker, service, settings
        self._roster = roster
        self._wanted: asyncio.Queue[Unclipped] = asyncio.Queue(WAITING)

    def want(self, event: Event) -> None:
        """Cut a clip, if this is a form alert."""
        if not isinstance(event, FormAlertEvent):
            return
        try:
            self._wanted.put_nowait(
                history.Unclipped(event.alert_id, event.set_id, event.track_id, event.t_ns, event.at)
            )
        except asyncio.QueueFull:
            _log.warning("no clip: too many wait", alert=event.alert_id)

    async def run(self) -> None:
        """Cut what is wanted, for ever."""
        kept_s = max((camera.preroll_s for camera in self._settings.camera), default=0)
        for alert in await self._store.read(
            history.unclipped, since_ns=now_ns() - int(kept_s * SECOND), to_ns=now_ns()
        ):
            await self._clip(alert)
        while True:
            await self._clip(await self._wanted.get())

    async def _clip(self, alert: Unclipped) -> None:
        try:
            if not await self._store.read(history.has_clip, alert.alert_id):
                await self._keep(alert, *await self._cut(alert))
        except (RingError, VideoError, StorageError, OSError) as error:
            _log.warning("no clip", alert=alert.alert_id, error=str(error))

    async def _cut(self, alert: Unclipped) -> tuple[int, bytes, Zones]:
        """When what is around the alert begins, its MP4, and the zones that are black in it."""
        name = TrackName.parse(alert.track_id)
        around = self._settings.clips
        start_ns = alert.t_ns - int(around.before_s * SECOND)
        end_ns = alert.t_ns + int((around.after_s + MARGIN_S) * SECOND)
        await asyncio.sleep((end_ns - now_ns()) / SECOND)
        while True:
            packets = await asyncio.to_thread(cut, self._settings.run_dir, name.camera_id, start_ns, end_ns)
            late = now_ns() > end_ns + int(PATIENCE_S * SECOND)
            if late or packets[-1].t_ns + int(MARGIN_S * SECOND) >= end_ns:
                break
            await asyncio.sleep(0.1)
        return packets[0].t_ns, *await self._painted(name.camera_id, await asyncio.to_thread(mp4_of, packets))

    async def _painted(self, camera_id: str, clip: bytes) -> tuple[bytes, Zones]:
        """The clip as it may be kept: upright, in a codec that phones play, the camera's zones black; and those."""
        while True:
            camera = self._camera(camera_id)
            zones, rotate = camera.privacy_zones, camera.rotate
            needs = await asyncio.to_thread(transcode.needs, clip, zones=zones, rotate=rotate)
            made = await transcode.transcoded(clip, zones=zones, rotate=rotate) if needs else clip
            if self._camera(camera_id).privacy_zones == zones:  # else they were changed meanwhile
                return made, zones

    def _camera(self, camera_id: str) -> CameraSettings:
        self._roster.look()
        for camera in self._roster.all:
            if camera.id == camera_id:
                return camera
        raise VideoError(f"camera {camera_id}: it is not in the settings, so its privacy zones are unknown")

    async def _keep(self, alert: Unclipped, start_ns: int, clip: bytes, zones: Zones) -> None:
        """File, folder, row, and only then the word that it is there."""
        clip_id, (duration_s, aspect) = new_clip_id(), _shape(clip)
        file = self._store.place.clips / f"{clip_id}.mp4"
        ready = ClipReady(
            camera_id=TrackName.parse(alert.track_id).camera_id,
            t_ns=alert.t_ns,
            at=alert.at,
            track_id=alert.track_id,
            clip_id=clip_id,
            alert_id=alert.alert_id,
            set_id=alert.set_id,
            start_ns=start_ns,
            duration_s=duration_s,
            aspect=aspect,
            size_bytes=len(clip),
        )
        try:
            await asyncio.to_thread(write_synced, file, clip)
            await self._store.add_clip(ready, file.name, hides=zones)
        except (OSError, StorageError):
            file.unlink(missing_ok=True)
            raise
        self._speaker.say(ready)
        self._service.worked()


def _shape(clip: bytes) -> tuple[float, float]:
    """How long it is, in seconds, and how wide over how high."""
    with av.open(io.BytesIO(clip), "r") as container:
        if not container.duration:
            raise VideoError("clip: it has no length")
        stream = container.streams.video[0]
        aspect = stream.width * float(stream.sample_aspect_ratio or 1) / stream.height
        return container.duration / av.time_base, aspect
