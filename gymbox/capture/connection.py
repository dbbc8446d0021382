"""One connection to a camera, in two threads: one takes packets as they come, one decodes them.

The first never waits for the second, so the network's buffers stay empty and the pre-roll is whole. When decoding falls
behind, what waits is let go up to the next keyframe, and counted.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import av

from gymbox.capture.fault import Fault, SourceError, fault_of
from gymbox.capture.sample import Sampler
from gymbox.capture.source import Source
from gymbox.capture.still import Stillness
from gymbox.clock import now_ns
from gymbox.picture import frame_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gymbox.capture.rings import Placed, Rings
    from gymbox.config import CameraSettings

WAITING: Final = 60
"""Packets that may wait to be decoded: two seconds of a usual camera. More only makes the picture older."""

_AGED: Final = 256
"""Packets whose capture times are remembered until their pictures come out of the decoder."""


class _Item(NamedTuple):
    packet: av.Packet[av.VideoStream]
    t_ns: int
    pts: int
    lost: tuple[int, ...]
    """Capture times of packets before this one that were let go."""


@dataclass(slots=True)
class Counts:
    """What one connection has done so far; each number is written by one of the threads, and read by anybody."""

    packets: int = 0
    last_packet_ns: int = 0
    frames: int = 0
    last_frame_ns: int = 0
    dropped: int = 0
    """Pictures that were wanted and are lost: let go, or damaged."""
    keyframe_interval_s: float | None = None
    """From the last keyframe but one to the last."""
    fps: float | None = None
    """Packets a second, by the camera's own stamps of the last few."""
    worked_ns: int = field(default_factory=now_ns)
    """When either thread last got something done."""


class Connection:
    """Reads `camera` until it ends, fails or is told to stop; `said` is called for each picture in the ring.

    `said` is called from a thread of the connection's own.
    """

    def __init__(self, camera: CameraSettings, rings: Rings, said: Callable[[Placed], None]) -> None:
        self.counts = Counts()
        self.source: Source | None = None
        """Once it is open."""
        self.fault: Fault | None = None
        """Why it ended, unless it was told to or the file was over."""
        self.changed = False
        """Whether it ended since it is no longer what was opened: it can be opened again at once."""
        self.frozen = False
        self.broken: Exception | None = None
        """What no camera is to blame for: a ring without room, or a defect."""
        self._camera, self._rings, self._said = camera, rings, said
        self._waiting: queue.Queue[_Item | None] = queue.Queue(WAITING)
        self._keyframe_pts: int | None = None
        self._stamps: deque[int] = deque(maxlen=32)
        self._stop = threading.Event()
        self._reading = threading.Thread(target=self._read, name=f"{camera.id}: read", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._reading.start()

    def stop(self) -> None:
        """End soon: at the next packet, or when the silence has lasted as long as it may."""
        self._stop.set()

    def give_up(self) -> None:
        """End it at the next packet: what comes is no longer what was opened."""
        self.changed = True
        self._stop.set()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return not self._reading.is_alive()

    def join(self, limit_s: float) -> bool:
        """Wait for the end; whether it came."""
        self._reading.join(limit_s)
        return self.over

    def _read(self) -> None:
        try:
            with Source(self._camera) as source:
                self.source = source
                decoding = threading.Thread(
                    target=self._decode, args=(source,), name=f"{self._camera.id}: decode", daemon=True
                )
                decoding.start()
                try:
                    self._take_packets(source)
                finally:
                    self._waiting.put(None)
                    decoding.join()
        except (av.FFmpegError, OSError, SourceError) as error:
            self.fault = fault_of(error)
        except Exception as error:  # noqa: BLE001 -- the main thread raises it
            self.broken = self.broken or error

    def _take_packets(self, source: Source) -> None:
        lossless = not source.live and not self._camera.realtime
        lost: list[int] = []
        for packet, t_ns, pts in source.packets():
            if not source.live and self._camera.realtime:
                # By when it is decoded, which comes before it is shown: else pictures are late, and come in bursts.
                ahead = pts - packet.dts if packet.dts is not None else 0
                due_ns = t_ns - int(ahead * source.tick_ns)
                if self._stop.wait(max(due_ns - now_ns(), 0) / 1e9):
                    return
            if self._stop.is_set():
                return
            self._count(packet.is_keyframe, pts, source)
            self._rings.keep(
                memoryview(packet),
                t_ns=t_ns,
                stream=source.opened_ns,
                pts=pts,
                dts=packet.dts,
                duration=max(packet.duration or 0, 0),
                keyframe=packet.is_keyframe,
                header=source.header if packet.is_keyframe else None,
            )
            if lost and not packet.is_keyframe:
                lost.append(t_ns)
                continue
            try:
                self._waiting.put(_Item(packet, t_ns, pts, tuple(lost)), block=lossless)
                lost.clear()
            except queue.Full:
                lost.append(t_ns)
        if source.live and not self._stop.is_set():
            raise av.EOFError(0, "end of stream")

    def _count(self, keyframe: bool, pts: int, source: Source) -> None:  # noqa: FBT001 -- the only one
        counts = self.counts
        self._stamps.append(pts)
        stamps = set(self._stamps)  # some cameras' keyframes come in two packets of one time
        span_ns = (max(stamps) - min(stamps)) * source.tick_ns
        counts.fps = float((len(stamps) - 1) * 1e9 / span_ns) if span_ns else None
        counts.packets += 1
        counts.last_packet_ns = counts.worked_ns = now_ns()
        if keyframe and pts != self._keyframe_pts:
            if self._keyframe_pts is not None and pts > self._keyframe_pts:  # its clock may be set back
                counts.keyframe_interval_s = float((pts - self._keyframe_pts) * source.tick_ns / 1e9)
            self._keyframe_pts = pts

    def _decode(self, source: Source) -> None:
        items = self._items()
        try:
            self._take_pictures(source, items)
        except Exception as error:  # noqa: BLE001 -- the main thread raises it
            self.broken = error
        if self.broken or self.changed:
            self._stop.set()
            for _ in items:  # the reading thread may wait for room
                pass

    def _items(self) -> Iterator[_Item]:
        """What waits to be decoded, to the end."""
        while (item := self._waiting.get()) is not None:
            yield item

    def _take_pictures(self, source: Source, items: Iterable[_Item]) -> None:
        decoder = _Decoder(source, self._camera.fps, realtime=self._camera.realtime)
        still = Stillness()
        for item in items:
            for picture, t_ns in decoder.pictures(item):
                if source.live:
                    still.look(picture, t_ns)
                    self.frozen = still.frozen
                self._put(source, picture, t_ns)
            self.counts.dropped = decoder.dropped
            self.counts.worked_ns = now_ns()
            if self.changed:
                return
        for picture, t_ns in decoder.rest():
            self._put(source, picture, t_ns)

    def _put(self, source: Source, picture: av.VideoFrame, t_ns: int) -> None:
        if (picture.width, picture.height) != source.size:
            # Opened anew, the packets have a header that fits, and clips do not change their size.
            self.changed = True
            return
        while not source.live and not self._camera.realtime and self._rings.untaken:
            if self._stop.wait(0.001):  # as fast as possible is as fast as it is watched
                return
        rotation = (self._camera.rotate - picture.rotation) % 360
        frame = frame_of(picture, sample_aspect_ratio=source.sample_aspect_ratio, rotation=rotation)
        self._said(self._rings.put(frame, t_ns))
        self.counts.frames += 1
        self.counts.last_frame_ns = now_ns()


class _Decoder:
    """Sound pictures at the wanted rate."""

    def __init__(self, source: Source, fps: float, *, realtime: bool) -> None:
        self.dropped = 0
        self._source = source
        self._sampler = Sampler(fps)
        self._times: dict[int, int] = {}
        self._sound_from: int | None = None
        """Presentation time from which on pictures are whole; none while they are not."""
        # Frame threads would hold pictures back, one for each.
        source.stream.thread_type = "SLICE" if source.live or realtime else "AUTO"

    def pictures(self, item: _Item) -> list[tuple[av.VideoFrame, int]]:
        """What `item` brings out of the decoder, and is wanted."""
        self._lose(*item.lost)
        sound = item.packet.is_keyframe and not item.packet.is_corrupt
        if sound and (self._sound_from is None or item.pts < self._sound_from):  # less where its clock was set back
            self._sound_from = item.pts
        self._times[item.pts] = item.t_ns
        if len(self._times) > _AGED:
            del self._times[next(iter(self._times))]
        try:
            pictures = self._source.stream.decode(item.packet)
        except av.FFmpegError:
            pictures = []
            self._damaged(item.t_ns)
        if item.packet.is_corrupt:
            self._damaged(item.t_ns)
        return self._wanted(pictures)

    def rest(self) -> list[tuple[av.VideoFrame, int]]:
        """What the decoder still holds at the end."""
        try:
            return self._wanted(self._source.stream.decode(None))
        except av.FFmpegError:  # EOFError where there was never anything, among them
            return []

    def _wanted(self, pictures: list[av.VideoFrame]) -> list[tuple[av.VideoFrame, int]]:
        wanted = []
        for picture in pictures:
            stamp = picture.pts if picture.pts is not None else picture.dts
            t_ns = self._times.get(stamp) if stamp is not None else None
            if t_ns is None:  # an unstamped picture is that of the newest packet
                t_ns = next(reversed(self._times.values()))
            if picture.is_corrupt:
                self._damaged(t_ns)
            elif self._sound_from is None or (stamp is not None and stamp < self._sound_from):
                self._lose(t_ns)
            elif self._sampler.takes(t_ns):
                wanted.append((picture, t_ns))
        return wanted

    def _damaged(self, t_ns: int) -> None:
        """From here to the next keyframe, pictures are built on damage."""
        self._sound_from = None
        self._lose(t_ns)

    def _lose(self, *times: int) -> None:
        self.dropped += sum(self._sampler.takes(t_ns) for t_ns in times)
