"""The pictures that nobody looked at while vision was away, out of the pre-roll that the camera's process keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import av
import structlog

from gymbox.capture.clip import cut, stream_of
from gymbox.capture.sample import Sampler
from gymbox.errors import RingError
from gymbox.picture import frame_of
from gymbox.vision.eye import Picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from gymbox import _core
    from gymbox.config import CameraSettings

_log = structlog.get_logger(__name__)

CLOSE: Final = 3
"""Pictures that a round may still bring for it to be the last: what comes then is in the ring of pictures."""
FOREVER_NS: Final = 2**62


def missed(
    camera: CameraSettings, run_dir: Path, after_ns: int, newest_ns: Callable[[], int | None]
) -> Iterator[Picture]:
    """The camera's pictures after `after_ns`, at the rate at which it is looked at, up to the newest in its ring.

    While they are looked at more come, so this goes on in rounds until it has caught up. The pre-roll may be ahead of
    the ring: a file is read before it is shown. Where the camera's process ended too, nothing is there.
    """
    sampler, first_ns = Sampler(camera.fps), 0
    sampler.takes(after_ns)
    while True:
        count, until_ns = 0, newest_ns() or FOREVER_NS
        try:
            packets = cut(run_dir, camera.id, after_ns, until_ns)
            for t_ns, picture, ratio in _decoded(packets):
                if after_ns < t_ns <= until_ns and sampler.takes(t_ns):
                    rotation = (camera.rotate - picture.rotation) % 360
                    yield Picture(
                        camera.id, t_ns, frame_of(picture, sample_aspect_ratio=ratio, rotation=rotation), live=False
                    )
                    first_ns = first_ns or t_ns
                    after_ns, count = t_ns, count + 1
        except (RingError, av.FFmpegError) as error:
            _log.warning("pictures are missed", camera=camera.id, error=str(error))
            return
        if count <= CLOSE:
            _log.info("caught up", camera=camera.id, seconds=round((after_ns - (first_ns or after_ns)) / 1e9, 1))
            return


def _decoded(packets: Sequence[_core.Packet]) -> Iterator[tuple[int, av.VideoFrame, float]]:
    """Each picture with its capture time and sample aspect ratio."""
    with stream_of(packets[0].header) as (stream, tick):
        stream.thread_type = "SLICE"
        ratio = float(stream.sample_aspect_ratio or 1)
        times: dict[int, int] = {}
        for packet in [*packets, None]:
            copy = None
            if packet:
                copy = av.Packet(packet.data)
                copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, tick
                times[packet.pts] = packet.t_ns
            for picture in stream.codec_context.decode(copy):
                if (t_ns := times.get(picture.pts if picture.pts is not None else -1)) is not None:
                    yield t_ns, picture, ratio
