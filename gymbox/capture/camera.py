"""One camera, kept alive: connect, watch over it, say how it is, and try again when it is lost."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import structlog

from gymbox.capture.connection import Connection
from gymbox.capture.fault import CHANGED, SILENT, Fault, State
from gymbox.capture.probe import Sign, probe
from gymbox.capture.source import OPEN_S, READ_S, Source, is_live
from gymbox.clock import now_ns
from gymbox.events import CameraStatus, FrameMessage

if TYPE_CHECKING:
    from gymbox.bus.publish import Speaker
    from gymbox.capture.rings import Placed, Rings
    from gymbox.clock import Clock
    from gymbox.config import CameraSettings
    from gymbox.service import Service

_log = structlog.get_logger(__name__)

SILENCE_NS: Final = 2_500_000_000
"""How long a camera may send nothing until it is called stalled. Lower calls a weak Wi-Fi stalled; 3 s is promised."""

BLIND_NS: Final = 12_000_000_000
"""How long packets may come without a picture, until that is called stalled.

Pictures begin with a keyframe, and some cameras send one in 10 s: lower calls their start stalled.
"""

HANG_S: Final = OPEN_S + READ_S + 13
"""How long the threads may do nothing until the process ends, to be started again.

FFmpeg's own limits come first; on some broken streams they do not hold.
"""

REMIND_NS: Final = 10_000_000_000
"""Between two statuses while nothing changes."""

PROVEN_NS: Final = 10_000_000_000
"""How long a camera must have been well for its next loss to be tried again quickly."""

_TICK_S: Final = 0.1


class Camera:
    """What the camera's process does, from its first try to its end."""

    def __init__(
        self, camera: CameraSettings, *, rings: Rings, speaker: Speaker, clock: Clock, service: Service
    ) -> None:
        self._camera, self._rings, self._speaker, self._clock, self._service = camera, rings, speaker, clock, service
        self._url = camera.url.get_secret_value()
        self._live = is_live(self._url)
        self._loop = asyncio.get_running_loop()
        self._state: State | None = None
        self._about: tuple[object, ...] = ()
        self._said_ns = 0
        self._frames = self._dropped = self._connections = self._tries = 0

    async def run(self) -> None:
        """Keep it going until the process is to stop, or the file is over."""
        self._service.ready(f"camera {self._camera.id}: {self._camera.url}")
        while not self._service.stopping:
            connection = Connection(self._camera, self._rings, self._heard)
            self._connections += 1
            if self._state is None:
                self._say("starting", "connecting")
            connection.start()
            try:
                await self._watch(connection)
            finally:
                connection.stop()
            self._frames += connection.counts.frames
            self._dropped += connection.counts.dropped
            if self._service.stop.is_set():
                await asyncio.to_thread(connection.join, READ_S + 1)
            elif connection.broken:
                raise connection.broken
            elif connection.fault and (self._live or not connection.counts.frames):
                await self._wait(connection.fault, connection)
            elif connection.changed:
                _log.info(CHANGED, camera=self._camera.id)
            elif not self._camera.loop or not connection.counts.frames:
                damage = f"the file is damaged: {connection.fault.detail}" if connection.fault else ""
                await self._rest(damage, connection)

    async def _watch(self, connection: Connection) -> None:
        """Look after `connection` till it is over."""
        begun = now_ns()
        while not connection.over:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._service.stop.wait(), _TICK_S)
            if self._service.stopping:
                return
            now, counts = now_ns(), connection.counts
            if now - counts.worked_ns > HANG_S * 1e9 and self._live:
                raise RuntimeError(f"camera {self._camera.id}: its threads hang; to be started again")
            self._service.worked()
            silent_ns = now - max(counts.last_packet_ns, begun)
            if self._live and silent_ns > SILENCE_NS:
                self._say("stalled", "it sends nothing any more" if counts.packets else SILENT.detail, connection)
            elif self._live and now - max(counts.last_frame_ns, begun) > BLIND_NS:
                self._say("stalled", "of what it sends, no picture decodes", connection)
                if counts.frames:  # they did: it sends another codec now
                    connection.give_up()
            elif connection.frozen:
                self._say("frozen", "the picture does not change", connection)
            elif counts.frames:
                self._say("online", "", connection)
                if now - begun > PROVEN_NS:
                    self._tries = 0

    async def _wait(self, fault: Fault, connection: Connection) -> None:
        """Say what is wrong, and wait for the next try: for ever longer, but not once a lost camera is back."""
        self._tries += 1
        limit_s = fault.wait_s(self._tries)
        self._say(fault.state, fault.detail, connection, retry_in_s=limit_s)
        _log.warning("no picture", camera=self._camera.id, state=fault.state, why=fault.detail, retry_in_s=limit_s)
        sign = await probe(self._url)
        if fault is SILENT and sign is Sign.NONE:
            self._say("unreachable", sign.value, connection)
        until = self._loop.time() + limit_s
        while (left := until - self._loop.time()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._service.stop.wait(), min(left, 1.0))
            if self._service.stopping:
                return
            self._service.worked()
            before, sign = sign, await probe(self._url)
            if sign is Sign.ANSWERS and before is not Sign.ANSWERS:
                return

    async def _rest(self, damage: str, connection: Connection) -> None:
        """Say until the process is to stop that the file is over."""
        while not self._service.stopping:
            self._say("ended", damage, connection)
            self._service.worked()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._service.stop.wait(), 1.0)

    def _heard(self, placed: Placed) -> None:
        """From the decoder's thread: a picture is in the ring."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(self._say_frame, placed)

    def _say_frame(self, placed: Placed) -> None:
        self._speaker.say(
            FrameMessage(
                camera_id=self._camera.id,
                t_ns=placed.t_ns,
                at=self._clock.utc(placed.t_ns),
                ring=placed.ring,
                slot=placed.slot,
                sequence=placed.sequence,
                width=placed.width,
                height=placed.height,
                format=placed.format,
            )
        )

    def _say(
        self, state: State, detail: str, connection: Connection | None = None, *, retry_in_s: float | None = None
    ) -> None:
        """Publish the status where it changed, a retry is due, or it was not said for a while."""
        now, source = now_ns(), connection.source if connection else None
        about = (state, source.codec, source.size) if source else (state,)
        if about == self._about and retry_in_s is None and now - self._said_ns < REMIND_NS:
            return
        if about != self._about and retry_in_s is None:
            _log.info("camera", camera=self._camera.id, state=state, detail=detail, **_words(source))
        counts = connection.counts if connection else None
        over = counts is not None and connection is not None and connection.over
        self._speaker.say(
            CameraStatus(
                camera_id=self._camera.id,
                t_ns=now,
                at=self._clock.utc(now),
                state=state,
                detail=detail[:500],
                codec=source.codec if source else None,
                width=source.size[0] or None if source else None,
                height=source.size[1] or None if source else None,
                fps=counts.fps if counts else None,
                keyframe_interval_s=counts.keyframe_interval_s if counts else None,
                decoder=source.decoder if source else None,
                frames=self._frames + (counts.frames if counts and not over else 0),
                dropped=self._dropped + (counts.dropped if counts and not over else 0),
                reconnects=self._connections - 1,
                retry_in_s=retry_in_s,
            )
        )
        self._state, self._about, self._said_ns = state, about, now
        self._service.status(f"{state}: {detail}" if detail else state)


def _words(source: Source | None) -> dict[str, object]:
    """What the log says of a source that is open."""
    if source is None:
        return {}
    return {"codec": source.codec, "size": f"{source.size[0]}×{source.size[1]}", "decoder": source.decoder}
