"""A store on disk: what it took is there after `kill -9` and after a power cut, to be said again.

A folder of segments, `00000000000000000001.log` and on, named by their first number. A segment is a header (magic,
epoch, CRC-32 u32) and records: length u32, CRC-32 u32 over the rest, number u64, length of the topic u16, topic, body;
all little endian. An append is one write and one `fdatasync`, before anybody hears of the event. A record cut off by a
crash was never said, and is cut away at the next start.
"""

from __future__ import annotations

import fcntl
import os
import struct
import zlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gymbox.bus.store import Numbered, within
from gymbox.errors import BusError
from gymbox.identity import new_epoch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MAGIC: Final = b"gymbox journal 1\n"
_EPOCH: Final = slice(len(_MAGIC), len(_MAGIC) + 12)
_HEADER: Final = _EPOCH.stop + 4
_FRAME: Final = struct.Struct("<II")
_RECORD: Final = struct.Struct("<QH")
_SEGMENTS: Final = 8
"""That hold what is to be kept; one more may be growing."""
PENDING: Final = 10_000
"""Events that wait in memory while the disk takes none: hours of a busy gym. Past it an append is refused."""


@dataclass(slots=True)
class _Segment:
    path: Path
    descriptor: int
    first: int
    ends: array[int] = field(default_factory=lambda: array("Q", [_HEADER]))
    """Where the header and each record end."""

    @property
    def count(self) -> int:
        return len(self.ends) - 1


class Journal:
    """Numbers events and keeps at least the newest `kept` on disk.

    Where the disk refuses (full, read-only, broken), the events wait in memory and go to disk with the next append that
    succeeds; `trouble` says so meanwhile. Where kept records turn out damaged, all are set aside in a folder
    `damaged-…` and a new epoch begins: a number is never used twice. `set_aside` then names the folder.

    Raises:
        BusError: another process has this journal.
    """

    def __init__(self, folder: Path, *, kept: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.trouble: str | None = None
        self.set_aside: Path | None = None
        self._folder = folder
        self._per_segment = max(kept // _SEGMENTS, 1)
        self._pending: list[Numbered] = []
        self._segments: list[_Segment] = []
        self._lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise BusError(f"journal {folder}: another process writes it") from None
        self.epoch = self._recover()

    @property
    def first(self) -> int:
        """The oldest number that is kept."""
        return self._segments[0].first if self._segments else self.head - len(self._pending) + 1

    @property
    def head(self) -> int:
        """The newest number, 0 before any."""
        written = self._segments[-1].first + self._segments[-1].count - 1 if self._segments else 0
        return written + len(self._pending)

    def append(self, events: Sequence[tuple[bytes, bytes]]) -> list[Numbered]:
        """Number these and put them on disk, with all that waited.

        Raises:
            BusError: the disk took nothing for so long that too many wait.
        """
        if len(self._pending) + len(events) > PENDING:
            raise BusError(f"journal {self._folder}: {len(self._pending)} events wait for the disk: {self.trouble}")
        head = self.head
        numbered = [Numbered(head + place, topic, body) for place, (topic, body) in enumerate(events, 1)]
        self._pending += numbered
        try:
            self._write()
        except OSError as error:
            self.trouble = str(error)
        else:
            self.trouble = None
        return numbered

    def read(self, after: int, *, rows: int, size: int) -> list[Numbered]:
        """What is kept from number `after + 1` on."""
        found: list[Numbered] = []
        for segment in self._segments:
            start = max(after + 1 - segment.first, 0)
            stop = min(start + rows - len(found), segment.count)
            if start < stop:
                # As many as fit in `size`, and at least one.
                while stop - 1 > start and segment.ends[stop] - segment.ends[start] > size:
                    stop = start + (stop - start) // 2
                found += _records(os.pread(segment.descriptor, _span(segment, start, stop), segment.ends[start]))
                if stop < segment.count:
                    return within(found, size)
        waiting = [event for event in self._pending if event.number > after]
        return within((found + waiting)[:rows], size)

    def close(self) -> None:
        """Let others write."""
        for segment in self._segments:
            os.close(segment.descriptor)
        self._segments.clear()
        os.close(self._lock)

    def _write(self) -> None:
        """Put what is pending into the newest segment, whole or not at all, and safely."""
        if not self._segments or self._segments[-1].count >= self._per_segment:
            self._begin_segment(self._pending[0].number)
        segment = self._segments[-1]
        ends, data = array("Q"), bytearray()
        for event in self._pending:
            data += _record(event)
            ends.append(segment.ends[-1] + len(data))
        try:
            _write_all(segment.descriptor, bytes(data), segment.ends[-1])
            os.fdatasync(segment.descriptor)
        except OSError:
            os.ftruncate(segment.descriptor, segment.ends[-1])
            raise
        segment.ends.extend(ends)
        self._pending.clear()

    def _begin_segment(self, first: int) -> None:
        path = self._folder / f"{first:020}.log"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            _write_all(descriptor, _header(self.epoch.encode()), 0)
            os.fdatasync(descriptor)
            os.fsync(self._lock)  # the folder's entry
        except OSError:
            os.close(descriptor)
            path.unlink()
            raise
        self._segments.append(_Segment(path, descriptor, first))
        while len(self._segments) > _SEGMENTS + 1:
            oldest = self._segments.pop(0)
            os.close(oldest.descriptor)
            oldest.path.unlink()

    def _recover(self) -> str:
        """Read what is there, cut off a torn record, and return the epoch that goes on or begins."""
        epoch: bytes | None = None
        expected: int | None = None
        paths = sorted(self._folder.glob("[0-9]" * 20 + ".log"))
        for path in paths:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
            if len(data) < _HEADER and path == paths[-1]:
                os.close(descriptor)  # a crash while it was begun: nothing was said from it
                path.unlink()
                continue
            segment = _Segment(path, descriptor, int(path.stem))
            self._segments.append(segment)
            epoch = epoch or data[_EPOCH]
            follows = data[:_HEADER] == _header(epoch) and expected in {None, segment.first}
            if not follows or not _scan(segment, data, may_be_torn=path == paths[-1]):
                return self._put_aside()
            expected = segment.first + segment.count
        return epoch.decode("ascii") if epoch else new_epoch()

    def _put_aside(self) -> str:
        self.set_aside = self._folder / f"damaged-{new_epoch()}"
        self.set_aside.mkdir()
        for path in self._folder.glob("*.log"):
            path.rename(self.set_aside / path.name)
        for segment in self._segments:
            os.close(segment.descriptor)
        self._segments.clear()
        return new_epoch()


def _header(epoch: bytes) -> bytes:
    return _MAGIC + epoch + struct.pack("<I", zlib.crc32(_MAGIC + epoch))


def _record(event: Numbered) -> bytes:
    rest = _RECORD.pack(event.number, len(event.topic)) + event.topic + event.body
    return _FRAME.pack(len(rest), zlib.crc32(rest)) + rest


def _records(data: bytes) -> list[Numbered]:
    """All of `data`, which is whole records."""
    found, place = [], 0
    while place < len(data):
        length, _ = _FRAME.unpack_from(data, place)
        found.append(_numbered(data[place + _FRAME.size : place + _FRAME.size + length]))
        place += _FRAME.size + length
    return found


def _numbered(rest: bytes) -> Numbered:
    number, topic = _RECORD.unpack_from(rest)
    body = _RECORD.size + topic
    return Numbered(number, rest[_RECORD.size : body], rest[body:])


def _span(segment: _Segment, start: int, stop: int) -> int:
    return segment.ends[stop] - segment.ends[start]


def _scan(segment: _Segment, data: bytes, *, may_be_torn: bool) -> bool:
    """Find the records of `segment`, cutting a torn one off its end; whether all else is sound."""
    while (place := segment.ends[-1]) < len(data):
        number = segment.first + segment.count
        end = _sound(data, place, number)
        if end is None:
            # Torn only if nothing sound comes after it: then it was never said, and its number is free.
            follows = data.find(struct.pack("<Q", number + 1), place) - _FRAME.size
            if not may_be_torn or (follows > place and _sound(data, follows, number + 1)):
                return False
            os.ftruncate(segment.descriptor, place)
            os.fdatasync(segment.descriptor)
            return True
        segment.ends.append(end)
    return True


def _sound(data: bytes, place: int, number: int) -> int | None:
    """Where the record at `place` ends, if it is whole, undamaged and has this number."""
    if place + _FRAME.size + _RECORD.size > len(data):
        return None
    length, checksum = _FRAME.unpack_from(data, place)
    rest = data[place + _FRAME.size : place + _FRAME.size + length]
    sound = len(rest) == length >= _RECORD.size and zlib.crc32(rest) == checksum
    return place + _FRAME.size + length if sound and _RECORD.unpack_from(rest)[0] == number else None


def _write_all(descriptor: int, data: bytes, place: int) -> None:
    while data:
        written = os.pwrite(descriptor, data, place)
        data, place = data[written:], place + written
