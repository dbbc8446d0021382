"""Frames of a video file: upright, in order, stamped from zero, at most so many a second; and where some miss."""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

import av
from av.sidedata.sidedata import Type as SideData
from av.stream import Disposition

from gymbox.errors import VideoError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from av.container import InputContainer
    from av.sidedata.sidedata import SideDataContainer
    from av.video.stream import VideoStream

NANOS = 1_000_000_000

DEFAULT_FPS = 15.0
"""Frames a second that are looked at. On real clips, 10 and 30 gave the same counts as 15; more only costs time."""

MISSING_S = 0.5
"""Seconds without a picture that the file does not account for, from which on something is missing and not just uneven.

Lower reports the jitter of phones as damage; higher lets half a repetition vanish unsaid."""

SPLICE_S = 10.0
"""Seconds that time must run back to be two recordings spliced together, whose second goes on where the first ended.

FFmpeg's own `dts_delta_threshold`. A smaller step back is a damaged time stamp, and its picture is dropped.
"""

# What FFmpeg opens, and what is no video all the same: text drawn as a terminal, and single pictures.
_NO_VIDEO = ("tty", "image2")

# The eight ways to hold a camera: signs of the display matrix's (a, b, c, d), where x' = ax + cy and y' = bx + dy,
# to the filters that bring the picture upright.
_UPRIGHT: dict[tuple[int, ...], tuple[tuple[str, str | None], ...]] = {
    (1, 0, 0, 1): (),
    (0, 1, -1, 0): (("transpose", "clock"),),
    (-1, 0, 0, -1): (("hflip", None), ("vflip", None)),
    (0, -1, 1, 0): (("transpose", "cclock"),),
    (-1, 0, 0, 1): (("hflip", None),),
    (1, 0, 0, -1): (("vflip", None),),
    (0, 1, 1, 0): (("transpose", "cclock_flip"),),
    (0, -1, -1, 0): (("transpose", "clock_flip"),),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture."""

    picture: av.VideoFrame
    """Upright, in the decoder's own pixel format: planes, colour range and matrix as they came."""

    t_ns: int
    """Nanoseconds since the video's start, larger from frame to frame."""

    sample_aspect_ratio: float
    """Width over height of one pixel."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the video, in seconds from its start, of which no picture decodes."""

    start_s: float
    end_s: float


class Video:
    """A video file that is open for one reading.

    Args:
        path: The file. H.264, H.265, MJPEG, GIF, and whatever else FFmpeg decodes.

    Raises:
        VideoError: It is not there, is a folder, is no video, or has no video stream.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self.gaps: list[Gap] = []
        """What was missing, as far as it was read. Complete once `frames` is exhausted."""
        self._container = _open(self.path)
        try:
            self._stream = _video_stream(self._container, self.path)
        except VideoError:
            self._container.close()
            raise
        # Frame threads: several pictures decode at once. PyAV's default is slices, of which most files have one.
        self._stream.thread_type = "AUTO"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file and the decoder back."""
        self._container.close()

    @property
    def duration_s(self) -> float | None:
        """Seconds that the file says it lasts, where it says so."""
        stream = self._stream
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        return None if self._container.duration is None else self._container.duration / av.time_base

    def frames(self, fps: float = DEFAULT_FPS) -> Iterator[Frame]:
        """The pictures in order of time; those that share a time come once.

        Args:
            fps: At most so many a second, chosen by their times, so that 30, 25 and uneven rates come out right.

        Raises:
            VideoError: Not one picture decodes.
        """
        upright = _Upright()
        ratio = float(self._stream.sample_aspect_ratio or 1)
        slot = -1
        for picture, t_ns in self._all():
            # The shift keeps 24, 25, 30, 50 and 60 off the slots' edges, where rounded time stamps would pick unevenly.
            due = int(t_ns / NANOS * fps + 0.06)
            if due > slot:
                slot = due
                turned = upright(picture)
                yield Frame(turned, t_ns, 1 / ratio if upright.sideways else ratio)

    def _all(self) -> Iterator[tuple[av.VideoFrame, int]]:
        """Every sound picture and its time, and the gaps between them into `gaps`."""
        clock = _Clock(self._stream)
        # Where an index lists every picture, none can vanish without an error, and long ones are meant.
        indexed = self._stream.frames > 0
        shown_until = 0  # ns: until when the file accounts for the last sound picture
        noticed: int | None = None  # ns: where damage was reported whose missing pictures are still to be found
        for picture in self._decoded():
            if picture is None or picture.is_corrupt:
                noticed = shown_until if noticed is None else noticed
                continue
            t_ns = clock.stamp(picture)
            if t_ns is None:
                continue
            hole = t_ns - shown_until
            if (hole > MISSING_S * NANOS and not indexed) or (noticed is not None and hole > clock.usual_ns / 2):
                self._miss(shown_until, t_ns)
                noticed = None
            elif noticed is not None and t_ns > noticed + NANOS:  # pictures that the decoder made up
                self._miss(noticed, noticed + clock.usual_ns)
                noticed = None
            shown_until = t_ns + clock.duration(picture)
            yield picture, t_ns
        if not clock.started:
            raise VideoError(f"{self.path}: nothing in its video stream ({self._stream.codec_context.name}) decodes")
        end = round((self.duration_s or 0) * NANOS)
        if noticed is not None or end - shown_until > MISSING_S * NANOS:
            self._miss(shown_until, max(end, shown_until + clock.usual_ns))

    def _miss(self, start_ns: int, end_ns: int) -> None:
        self.gaps.append(Gap(round(start_ns / NANOS, 3), round(end_ns / NANOS, 3)))

    def _decoded(self) -> Iterator[av.VideoFrame | None]:
        """Every picture, sound or not; `None` where the file or the decoder reports damage."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, EOFError):
                break
            except av.FFmpegError:
                yield None
                break
            if packet.size == 0:  # PyAV's own mark of the end; the decoder is emptied below
                continue
            if packet.is_corrupt:
                yield None
            try:
                yield from self._stream.decode(packet)
            except av.FFmpegError:
                yield None
        yield from self._drained()

    def _drained(self) -> Iterator[av.VideoFrame | None]:
        """What the decoder still holds; with frame threads, an error hides what is behind it till the next call."""
        for _ in range(self._stream.codec_context.thread_count + 1):
            try:
                yield from self._stream.decode(None)
            except EOFError:
                break
            except av.FFmpegError:
                yield None
            else:
                break


class _Clock:
    """Presentation times as nanoseconds since the stream's start, without steps back."""

    def __init__(self, stream: VideoStream) -> None:
        assert stream.time_base is not None
        self._tick_ns = stream.time_base * NANOS
        self._origin = stream.start_time
        self.usual_ns = round(NANOS / (stream.average_rate or stream.guessed_rate or 30))
        """From one picture to the next, where the file does not say."""
        self._shift_ns = 0
        self._last_ns: int | None = None

    @property
    def started(self) -> bool:
        return self._last_ns is not None

    def stamp(self, picture: av.VideoFrame) -> int | None:
        """The picture's time, or `None` where it is not after the one before it."""
        pts = picture.pts if picture.pts is not None else picture.dts
        last = self._last_ns
        if pts is None:  # raw streams carry no times: then the usual rate has to do
            t_ns = 0 if last is None else last + self.usual_ns
        else:
            if self._origin is None or (last is None and pts < self._origin):
                self._origin = pts
            t_ns = int((pts - self._origin) * self._tick_ns) + self._shift_ns
        if last is not None and t_ns < last - SPLICE_S * NANOS:
            self._shift_ns += last + self.usual_ns - t_ns
            t_ns = last + self.usual_ns
        if last is not None and t_ns <= last:
            return None
        self._last_ns = t_ns
        return t_ns

    def duration(self, picture: av.VideoFrame) -> int:
        """Nanoseconds for which the file shows the picture."""
        return int(picture.duration * self._tick_ns) if picture.duration else self.usual_ns


class _Upright:
    """Turns pictures as the file's display matrix says."""

    def __init__(self) -> None:
        self.sideways = False
        """Whether the last picture's width and height changed places."""
        self._graph: av.filter.Graph | None = None
        self._made_for: tuple[object, ...] = ()

    def __call__(self, picture: av.VideoFrame) -> av.VideoFrame:
        filters = _UPRIGHT.get(_orientation(picture), ())
        self.sideways = any(name == "transpose" for name, _ in filters)
        if not filters:
            return picture
        made_for = (picture.width, picture.height, picture.format.name, filters)
        if self._graph is None or made_for != self._made_for:
            self._graph, self._made_for = av.filter.Graph(), made_for
            graph = self._graph
            # The matrix goes: whoever reads the turned picture must not turn it again.
            steps = [("sidedata", "mode=delete:type=DISPLAYMATRIX"), *filters, ("buffersink", None)]
            source = graph.add_buffer(
                width=picture.width, height=picture.height, format=picture.format, time_base=Fraction(1, NANOS)
            )
            graph.link_nodes(source, *(graph.add(name, arguments) for name, arguments in steps)).configure()
        self._graph.push(picture)
        turned = self._graph.pull()
        assert isinstance(turned, av.VideoFrame)
        return turned


def _orientation(picture: av.VideoFrame) -> tuple[int, ...]:
    """Signs of the display matrix's turning part; upright where there is none, or one askew."""
    side_data = cast("SideDataContainer", picture.side_data)  # PyAV's own stub names one kind of many
    try:
        matrix = side_data[SideData.DISPLAYMATRIX]
    except KeyError:
        return (1, 0, 0, 1)
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(matrix))
    # 16.16 fixed point; a quarter turn by floating point leaves crumbs where zeros belong.
    return tuple((value > 1 << 15) - (value < -(1 << 15)) for value in (a, b, c, d))


def _open(path: Path) -> InputContainer:
    if not path.exists():
        raise VideoError(f"{path}: no such file")
    if path.is_dir():
        raise VideoError(f"{path}: a folder, expected a video file")
    if path.stat().st_size == 0:
        raise VideoError(f"{path}: an empty file, expected a video")
    try:
        container = av.open(str(path.absolute()))
    except av.FFmpegError as error:
        raise VideoError(f"{path}: {_why_not(path, error)}") from error
    except OSError as error:
        raise VideoError(f"{path}: cannot be read: {error.strerror}") from error
    name = container.format.name
    if name in _NO_VIDEO or name.endswith("_pipe"):
        container.close()
        raise VideoError(f"{path}: not a video (looks like {'text' if name == 'tty' else 'a single picture'})")
    return container


def _why_not(path: Path, error: av.FFmpegError) -> str:
    if isinstance(error, av.error.PermissionError):
        return "cannot be read: permission denied"
    with suppress(OSError), path.open("rb") as file:
        if file.read(12)[4:8] == b"ftyp":
            return "an MP4 without its index: cut off while it was recorded or copied"
    return "not a video"


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    # A song's cover is a video stream of one picture to FFmpeg.
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        kinds = ", ".join(sorted({stream.type for stream in container.streams}))
        raise VideoError(f"{path}: expected a video stream, found {kinds or 'no stream at all'}")
    return streams[0]
