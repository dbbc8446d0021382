"""A camera tried once: what it sends, how fast, and what it sees."""

from __future__ import annotations

import asyncio
import io
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import av
from PIL import Image

from gymbox.capture.fault import SILENT, SourceError, fault_of
from gymbox.capture.probe import Sign, probe
from gymbox.capture.source import OPEN_S, READ_S, Source
from gymbox.clock import now_ns
from gymbox.errors import VideoError
from gymbox.privacy import painted

if TYPE_CHECKING:
    from gymbox.config import CameraSettings

_SLACK_S: Final = 5.0
"""How much longer than all its time limits a trial may take until it is given up."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found."""

    codec: str
    width: int
    height: int
    fps: float | None
    """Pictures a second that it sends."""
    keyframe_interval_s: float | None
    """None where only one was seen."""
    kbits: float
    """A second."""
    decoder: str
    first_picture_s: float
    """From the call to the first picture."""
    snapshot: bytes
    """A JPEG of the first whole picture: upright, with square pixels, privacy zones black."""


def try_camera(camera: CameraSettings, *, seconds: float = 4.0) -> Trial:
    """Read `camera` for `seconds`, and on to its second keyframe for at most three times as long.

    Raises:
        VideoError: it gives no picture; the message says why, without credentials.
    """
    done: list[Trial | Exception] = []

    def work() -> None:
        try:
            done.append(_try(camera, seconds))
        except Exception as error:  # noqa: BLE001 -- the calling thread raises it
            done.append(error)

    # FFmpeg's own limits do not always hold.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(OPEN_S + READ_S + 3 * seconds + _SLACK_S)
    match done:
        case [Trial() as trial]:
            return trial
        case [av.FFmpegError() | OSError() | SourceError() as error]:
            fault = fault_of(error)
            words = f"{fault.state}: {fault.detail}"
            if fault is SILENT and asyncio.run(probe(camera.url.get_secret_value())) is Sign.NONE:
                words = f"unreachable: {Sign.NONE}"
            raise VideoError(f"{camera.url}: {words}") from None
        case [Exception() as error]:
            raise error
        case _:
            raise VideoError(f"{camera.url}: stalled: the decoder hangs")


def _try(camera: CameraSettings, seconds: float) -> Trial:
    begun = now_ns()
    shown: tuple[bytes, float] | None = None
    times: list[int] = []
    keyframes: list[int] = []
    size = 0
    with Source(camera) as source:
        for packet, t_ns, pts in source.packets():
            times.append(pts)
            size += packet.size
            if packet.is_keyframe and pts not in keyframes:
                keyframes.append(pts)
            if shown is None and keyframes:
                for picture in _decoded(source, packet):
                    shown = _snapshot(camera, source, picture), (now_ns() - begun) / 1e9
                    break
            span_s = float((max(times) - min(times)) * source.tick_ns / 1e9)
            if shown and span_s >= seconds and (len(keyframes) > 1 or span_s >= 3 * seconds):
                break
            if not shown and t_ns - begun > 3 * seconds * 1e9:
                break
        if shown is None:
            raise VideoError(f"{camera.url}: it sends {source.codec}, of which no picture decodes")
        span_s = float((max(times) - min(times)) * source.tick_ns / 1e9)
        steps = len(set(times)) - 1
        return Trial(
            codec=source.codec,
            width=source.size[0],
            height=source.size[1],
            fps=steps / span_s if span_s else None,
            keyframe_interval_s=_interval_s(keyframes, source),
            kbits=size * 8 / 1000 / span_s if span_s else 0,
            decoder=source.decoder,
            first_picture_s=shown[1],
            snapshot=shown[0],
        )


def _interval_s(keyframes: list[int], source: Source) -> float | None:
    if len(keyframes) < 2:
        return None
    return float((keyframes[-1] - keyframes[0]) * source.tick_ns / 1e9) / (len(keyframes) - 1)


def _decoded(source: Source, packet: av.Packet[av.VideoStream]) -> list[av.VideoFrame]:
    try:
        return [picture for picture in source.stream.decode(packet) if not picture.is_corrupt]
    except av.FFmpegError:  # a stream that was joined in its middle
        return []


def _snapshot(camera: CameraSettings, source: Source, picture: av.VideoFrame) -> bytes:
    image = Image.fromarray(picture.to_ndarray(format="rgb24"))
    image = image.resize((round(image.width * source.sample_aspect_ratio), image.height))
    image = image.rotate((picture.rotation - camera.rotate) % 360, Image.Resampling.NEAREST, expand=True)
    file = io.BytesIO()
    painted(image, camera.privacy_zones).save(file, "JPEG", quality=90)
    return file.getvalue()
