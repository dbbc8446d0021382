"""From packets of the pre-roll to an MP4, without encoding again."""

from __future__ import annotations

import io
import struct
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import av

from gymbox import _core
from gymbox.capture.rings import packets_name
from gymbox.errors import RingError, VideoError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.video.stream import VideoStream

_FORMAT: Final = "nut"
"""FFmpeg's own container holds everything that FFmpeg knows of a stream, in some 300 bytes."""
_TICK: Final = struct.Struct("<II")
"""Before it, numerator and denominator of the packets' unit of time: the container chooses a finer one of its own."""


def header_of(stream: VideoStream, time_base: Fraction) -> bytes:
    """All that a decoder or a muxer must know of `stream`, whose packets count in `time_base`, and that unit."""
    file = io.BytesIO()
    with av.open(file, "w", format=_FORMAT) as container:
        copy = container.add_stream_from_template(stream)
        copy.time_base = time_base
        packet = av.Packet(8)  # without any, FFmpeg finds no file there
        packet.pts = packet.dts = 0
        packet.time_base, packet.is_keyframe, packet.stream = time_base, True, copy
        container.mux(packet)
    return _TICK.pack(time_base.numerator, time_base.denominator) + file.getvalue()


@contextmanager
def stream_of(header: bytes) -> Iterator[tuple[VideoStream, Fraction]]:
    """The stream that `header_of` described, for a decoder or a muxer, and the unit of its packets' times."""
    tick, known_of = Fraction(*_TICK.unpack_from(header)), io.BytesIO(header[_TICK.size :])
    with av.open(known_of, "r", format=_FORMAT, options={"fpsprobesize": "0"}) as container:
        yield container.streams.video[0], tick


def cut(run_dir: Path, camera_id: str, start_ns: int, end_ns: int) -> list[_core.Packet]:
    """The packets that show `start_ns` to `end_ns`, from the keyframe before: of one opening of the source.

    The ring outlives the camera's process, so a clip can be cut while that is dead or hangs. Where the camera was lost
    and came back meanwhile, the longest piece is given.

    Raises:
        RingError: nothing of this camera was kept.
    """
    packets = _core.PacketReader(packets_name(run_dir, camera_id)).cut(start_ns, end_ns)
    pieces: dict[int, list[_core.Packet]] = {}
    for packet in packets:
        if packet.stream in pieces or packet.keyframe:
            pieces.setdefault(packet.stream, []).append(packet)
    if not pieces:
        raise RingError(f"camera {camera_id}: its pre-roll has nothing of that time")
    return max(pieces.values(), key=lambda piece: piece[-1].t_ns - piece[0].t_ns)


def mp4_of(packets: Sequence[_core.Packet]) -> bytes:
    """An MP4 of `packets`, which begin with a keyframe, with the stream's own times from zero.

    Raises:
        VideoError: no packets, or none that an MP4 can hold.
    """
    if not packets or not packets[0].keyframe:
        raise VideoError("clip: expected packets that begin with a keyframe")
    file = io.BytesIO()
    try:
        with stream_of(packets[0].header) as (known, tick), av.open(file, "w", format="mp4") as container:
            stream = container.add_stream_from_template(known)
            last: int | None = None
            first = packets[0].pts if packets[0].dts is None else packets[0].dts
            for packet in packets:
                dts = (packet.pts if packet.dts is None else packet.dts) - first
                if last is not None and dts <= last:  # a camera that sets its clock back; a muxer takes none of that
                    dts = last + 1
                last = dts
                copy = av.Packet(packet.data)
                copy.dts, copy.pts = dts, max(packet.pts - first, dts)
                copy.duration, copy.is_keyframe = packet.duration, packet.keyframe
                copy.time_base, copy.stream = tick, stream
                container.mux(copy)
    except av.FFmpegError as error:
        raise VideoError(f"clip: {error.strerror}") from error
    return file.getvalue()
