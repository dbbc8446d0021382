"""The cameras: asked of the process that has them, else tried once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from gymbox.bus.endpoints import CAMERA
from gymbox.bus.subscribe import Heard, Listener
from gymbox.capture.trial import try_camera
from gymbox.doctor.finding import Finding, fail, good, warn
from gymbox.doctor.lives import alive
from gymbox.errors import GymboxError
from gymbox.events import CameraStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gymbox.config import CameraSettings, Settings

PATIENCE_S: Final = 3.0
"""How long a camera's process may take to say how it is; it answers at once when asked."""
SLOW_FPS: Final = 8.0
"""Under which quick repetitions are missed."""
FAR_S: Final = 5.0
"""Keyframes further apart make clips begin long before their moment, and a lost camera late."""

_REMEDIES: Final = {
    "unauthorised": "correct user and password in its url; `gymbox camera test {id}` tries again",
    "unreachable": "look at its power, cable and address; then `gymbox camera test {id}`",
    "unsupported": "set it to H.264, H.265 or MJPEG in its own pages",
    "stalled": "restart the camera; look at its cable or Wi-Fi",
    "frozen": "restart the camera: its picture does not change",
}


def cameras(settings: Settings) -> Iterator[Finding]:
    """Each camera that is enabled, all at once."""
    wanted = [camera for camera in settings.camera if camera.enabled]
    if not wanted:
        remedy = "gymbox camera add --id cam-01 --rtsp-url rtsp://user:password@address/stream"
        yield warn("cameras", "none", expected="at least one", remedy=remedy)
        return
    with ThreadPoolExecutor(len(wanted)) as threads:
        yield from threads.map(lambda camera: _camera(camera, settings.run_dir), wanted)


def _camera(camera: CameraSettings, run_dir: Path) -> Finding:
    channel = CAMERA.of(camera.id)
    status = asyncio.run(_asked(camera, run_dir)) if alive(run_dir, channel.name) else None
    if status is not None:
        return _running(camera, status)
    about = f"camera {camera.id}"
    try:
        trial = try_camera(camera, seconds=2)
    except GymboxError as error:
        state = next((state for state in _REMEDIES if f"{state}:" in str(error)), "unreachable")
        return fail(about, str(error), expected="a picture", remedy=_REMEDIES[state].format(id=camera.id))
    interval, fps = trial.keyframe_interval_s, trial.fps or 0
    keyframes = "keyframes far apart" if interval is None else f"a keyframe each {interval:.3g} s"
    came = f"{trial.width}×{trial.height} {trial.codec}, {fps:.3g} a second, {keyframes}, {trial.decoder} decoding"
    if fps < SLOW_FPS:
        expected = f"at least {SLOW_FPS:g} pictures a second"
        return warn(about, came, expected=expected, remedy="raise its frame rate to 15 in its own pages")
    if interval is None or interval > FAR_S:
        expected = f"a keyframe at least each {FAR_S:g} s"
        return warn(about, came, expected=expected, remedy="set its keyframe (I-frame, GOP) interval to 1 or 2 s")
    return good(about, came)


async def _asked(camera: CameraSettings, run_dir: Path) -> CameraStatus | None:
    """What its process last said; none where that does not answer."""
    last: CameraStatus | None = None
    async with Listener(CAMERA.of(camera.id), run_dir=run_dir, topics=["status"], silence_s=0.3) as listener:
        try:
            async with asyncio.timeout(PATIENCE_S):
                for heard in await listener.batch():
                    if isinstance(heard, Heard) and isinstance(heard.event, CameraStatus):
                        last = heard.event
        except TimeoutError:
            return None
    return last


def _running(camera: CameraSettings, status: CameraStatus) -> Finding:
    about = f"camera {camera.id}"
    came = f"{status.state}{f': {status.detail}' if status.detail else ''}"
    if status.state == "online":
        came += (
            f", {status.width}×{status.height} {status.codec}, {status.fps or 0:.3g} a second, {status.dropped} lost"
        )
    if status.state in {"online", "starting", "ended"}:
        return good(about, came)
    return fail(about, came, expected="online", remedy=_REMEDIES[status.state].format(id=camera.id))
