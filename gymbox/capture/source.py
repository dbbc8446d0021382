"""A camera's source, opened: RTSP, HTTP, a device or a file; what decodes it; its packets with their capture times."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Self

import av
from av.codec.hwaccel import HWAccel, hwdevices_available

from gymbox.capture.clip import header_of
from gymbox.capture.fault import NO_VIDEO, SILENT, SourceError
from gymbox.capture.stamp import NANOS, FileStamper, LiveStamper, Stamper
from gymbox.clock import now_ns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from av.container import InputContainer
    from av.video.stream import VideoStream

    from gymbox.config import CameraSettings

OPEN_S: Final = 4.0
"""How long a camera may take to begin. The slowest that were heard of take three seconds."""

READ_S: Final = 2.7
"""How long it may then be silent, until the connection is given up."""

# No more of the stream is read for its description than it takes to know it; to guess the rate is not needed.
_PROMPT: Final = {"fpsprobesize": "0", "analyzeduration": "2000000"}

# Pictures over HTTP carry no times; FFmpeg makes up 25 a second for them.
_STAMPLESS: Final = frozenset({"mpjpeg"})


class Source:
    """One opening of a camera's source; `close` ends it.

    Raises:
        SourceError: it has no video.
        av.FFmpegError: it cannot be opened.
    """

    def __init__(self, camera: CameraSettings) -> None:
        self.url = camera.url.get_secret_value()
        self.live = is_live(self.url)
        self.opened_ns = now_ns()
        kind, options = _options(camera)
        accelerator = None if camera.decoder == "software" else _accelerator()
        self._container = av.open(
            self.url.removeprefix("file://"),
            mode="r",
            format=kind,
            options=options,
            timeout=(OPEN_S, READ_S) if self.live else None,
            hwaccel=HWAccel(accelerator, allow_software_fallback=True) if accelerator else None,
        )
        try:
            self.stream = _video(self._container)
            self._stampless = self._container.format.name in _STAMPLESS
            time_base = Fraction(1, 90_000) if self._stampless else self.stream.time_base
            assert time_base is not None
            self.tick_ns = time_base * NANOS
            """Nanoseconds in the unit of the packets' times."""
            self.header = header_of(self.stream, time_base)
        except BaseException:
            self._container.close()
            raise
        context = self.stream.codec_context
        self.codec = context.name
        self.size = (context.width, context.height)
        self.decoder = str(accelerator) if accelerator and context.is_hwaccel else "software"
        self.sample_aspect_ratio = float(self.stream.sample_aspect_ratio or 1)
        rate = self.stream.average_rate or self.stream.guessed_rate or 30
        self._stamper: Stamper = (
            LiveStamper(self.tick_ns) if self.live else FileStamper(self.tick_ns, usual_ns=round(NANOS / rate))
        )

    def packets(self) -> Iterator[tuple[av.Packet[av.VideoStream], int, int]]:
        """Each packet as it comes, its capture time, and its presentation time in units of `tick_ns`."""
        last: int | None = None
        asked_ns = now_ns()
        for packet in self._container.demux(self.stream):
            if packet.size == 0:  # PyAV's own mark of the end
                return
            arrived_ns = now_ns()
            if self.live and arrived_ns - asked_ns > READ_S * NANOS:
                # FFmpeg's last gasp: at its time limit it hands out what it has, and waits once more.
                raise SourceError(SILENT)
            if self._stampless:
                packet.pts = packet.dts = int((arrived_ns - self.opened_ns) / self.tick_ns)
                packet.duration = 0
            stamp = packet.pts if packet.pts is not None else packet.dts
            t_ns = self._stamper.stamp(stamp, arrived_ns)
            if stamp is None:  # an RTSP camera's first packet, before it has told its time
                stamp = 0 if last is None else last + max(packet.duration or 0, 1)
            last = stamp
            yield packet, t_ns, stamp
            asked_ns = now_ns()

    def close(self) -> None:
        """Give connection and decoder back."""
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _video(container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise SourceError(NO_VIDEO)
    return container.streams.video[0]


def is_live(url: str) -> bool:
    """Whether `url` is a camera, which goes on whether it is read or not; else it is a file."""
    return url.startswith(("rtsp://", "rtsps://", "http://", "https://")) or is_device(url)


def is_device(url: str) -> bool:
    """Whether `url` is a camera on this machine's own bus."""
    return url.startswith("/dev/")  # also `/dev/v4l/by-id/…`, which stays the same in another socket


def _options(camera: CameraSettings) -> tuple[str | None, dict[str, str]]:
    """FFmpeg's input format, where it cannot tell, and options."""
    url = camera.url.get_secret_value()
    if url.startswith(("rtsp://", "rtsps://")):
        return None, _PROMPT | {"rtsp_transport": camera.transport}
    if is_device(url):
        # Raw pictures fill USB 2 at 720p and 10 a second; as JPEG they fit.
        return "v4l2", {"input_format": "mjpeg", "framerate": "30"}
    return None, _PROMPT if is_live(url) else {}


@functools.cache
def _accelerator() -> str | None:
    """The kind of hardware decoder that this machine has and PyAV can use: probed once, as none comes or goes."""
    codec = av.Codec("h264", "r")
    for name in hwdevices_available():
        try:
            HWAccel(name).create(codec)
        except (av.FFmpegError, NotImplementedError, ValueError):
            continue
        return name
    return None
