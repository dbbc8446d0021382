"""A clip that any phone plays and that shows no privacy zone: `python -m gymbox.recorder.transcode < IN > OUT`.

Encoding takes a core for seconds, so it runs in a process of its own at the lowest priority, which can be killed.
Pictures pass through memory only: what a zone hides is never on the disk.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import sys
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np

from gymbox.errors import VideoError
from gymbox.privacy import hidden

if TYPE_CHECKING:
    import numpy.typing as npt

    from gymbox.privacy import Zones

LIMIT_S: Final = 60.0
"""After which it is killed. Seven seconds of 720p take 2.3 s of a core; raising it waits longer on a busy box."""
_PLAYED: Final = frozenset({"yuv420p", "yuvj420p"})
"""Pixel formats of H.264 that phones decode."""


def needs(clip: bytes, *, zones: Zones, rotate: int) -> bool:
    """Whether an MP4 has to be encoded again: another codec than phones play, a zone to hide, a camera on its side.

    Raises:
        VideoError: it is no MP4.
    """
    try:
        with av.open(io.BytesIO(clip), "r") as container:
            codec = container.streams.video[0].codec_context
            return bool(zones or rotate or codec.name != "h264" or codec.pix_fmt not in _PLAYED)
    except (av.FFmpegError, IndexError) as error:
        raise VideoError(f"clip: {error}") from error


async def transcoded(clip: bytes, *, zones: Zones, rotate: int) -> bytes:
    """`clip` as an MP4 of H.264, upright, with the zones black.

    Args:
        clip: an MP4.
        zones: polygons, x and y 0 to 1 over the upright picture.
        rotate: degrees clockwise that bring it upright.

    Raises:
        VideoError: it cannot be decoded, or took too long.
    """
    wanted = json.dumps({"zones": zones, "rotate": rotate})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "gymbox.recorder.transcode", wanted),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        made, said = await asyncio.wait_for(process.communicate(clip), LIMIT_S)
    except TimeoutError as error:
        raise VideoError(f"clip: not encoded within {LIMIT_S:g} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise VideoError(f"clip: cannot be encoded: {said.decode(errors='replace').strip()[-300:]}")
    return made


def transcode(clip: bytes, *, zones: Zones, rotate: int) -> bytes:
    """As `transcoded`, here and now."""
    file = io.BytesIO()
    mask: npt.NDArray[np.bool_] | None = None
    with (
        av.open(io.BytesIO(clip), "r") as source,
        av.open(file, "w", format="mp4") as target,
    ):
        known = source.streams.video[0]
        stream: Any = None  # PyAV types it by the codec's name
        for frame in source.decode(known):
            turned = np.rot90(frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False), -(rotate // 90))
            pixels = np.ascontiguousarray(turned[: turned.shape[0] // 2 * 2, : turned.shape[1] // 2 * 2])
            if mask is None or mask.shape != pixels.shape[:2]:
                mask = hidden(pixels.shape[1], pixels.shape[0], zones)
            pixels[mask] = 0
            if stream is None:
                options = {"preset": "veryfast", "crf": "23"}
                stream = target.add_stream("libx264", rate=known.average_rate or 15, options=options)
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.codec_context.time_base = known.time_base
            picture = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            picture.pts, picture.time_base = frame.pts, known.time_base
            target.mux(stream.encode(picture))
        if stream is None:
            raise VideoError("clip: there is no picture in it")
        target.mux(stream.encode(None))
    return file.getvalue()


def main() -> int:
    """Do it for who started this process."""
    os.nice(19)
    parser = argparse.ArgumentParser(prog="gymbox.recorder.transcode", description="Encodes a clip again.")
    parser.add_argument("wanted", type=json.loads, help='JSON: {"zones": [[[x, y], …], …], "rotate": degrees}')
    wanted = parser.parse_args().wanted
    try:
        sys.stdout.buffer.write(transcode(sys.stdin.buffer.read(), **wanted))
    except (av.FFmpegError, VideoError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
