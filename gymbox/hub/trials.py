"""A camera tried out for the operator: `python -m gymbox.hub.trials < CAMERA > TRIAL`, both as JSON.

A decoder may hang or crash on a strange stream, so a trial is a process of its own, which can be killed. The camera's
address stands on its standard input: other users of the machine can read a command line.
"""

from __future__ import annotations

import asyncio
import base64
import io
import sys
from typing import TYPE_CHECKING, Any, Final

from PIL import Image
from pydantic_core import to_json

from gymbox.config import CameraSettings
from gymbox.errors import GymboxError, VideoError
from gymbox.hub.route import Out

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT_S: Final = 120.0
"""After which it is killed. It ends by itself within 20 s, on a busy machine in a minute, unless it hangs."""
WATCH_S: Final = 2.0
"""How long it is watched. Longer finds keyframes that are further apart, and keeps the operator waiting."""
LONGEST: Final = 1280
"""Pixels of the snapshot's longer side."""


class Trial(Out):
    """What a camera sends."""

    codec: str
    width: int
    height: int
    fps: float | None
    """Pictures a second that it sends."""
    keyframe_interval_s: float | None
    """None where they are further apart than was watched."""
    kbits: float
    """A second."""
    decoder: str
    first_picture_s: float
    """From the start to the first picture."""
    snapshot: str
    """A `data:` URL of a JPEG: upright, privacy zones black."""


async def tried(camera: Mapping[str, Any]) -> Trial:
    """What the camera of these settings sends.

    Raises:
        VideoError: it gives no picture; the message says why, without credentials.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gymbox.hub.trials"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        found, said = await asyncio.wait_for(process.communicate(to_json(camera)), LIMIT_S)
    except TimeoutError as error:
        raise VideoError(f"camera {camera['id']}: no answer within {LIMIT_S:g} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise VideoError(said.decode(errors="replace").strip().rpartition("\n")[2] or "the trial ended without a word")
    return Trial.model_validate_json(found)


def _smaller(snapshot: bytes) -> str:
    image, file = Image.open(io.BytesIO(snapshot)), io.BytesIO()
    image.thumbnail((LONGEST, LONGEST))
    image.save(file, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def main() -> int:
    """Do it for who started this process."""
    from gymbox.capture.trial import try_camera  # noqa: PLC0415 -- FFmpeg is for this process alone

    camera = CameraSettings.model_validate_json(sys.stdin.buffer.read())
    try:
        found = try_camera(camera, seconds=WATCH_S)
    except GymboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    fields = {name: getattr(found, name) for name in Trial.model_fields}
    trial = Trial(**fields | {"snapshot": _smaller(found.snapshot)})
    sys.stdout.write(trial.model_dump_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
