"""What vision works from, on disk: so that a life that is killed is gone on with, as if it had not ended.

`data_dir/vision/N.diary`: how everything was when it was begun, and every record since. A life that starts takes up
that state, applies the records again, and so comes to say the same events again; as many as the journal has were said,
and the rest are said now. A record is in the file before its events are in the journal, and the journal before anybody
hears of them: no repetition is lost and none is counted twice, wherever it was cut off.

The file: magic, then pieces of length u32, CRC-32 u32 and bytes. The first piece is the state: a line of JSON, and the
floors' own bytes. It is begun anew now and then, written whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
import zlib
from typing import TYPE_CHECKING, Final

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from gymbox.clock import Clock, now_ns
from gymbox.errors import StateError
from gymbox.vision.record import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gymbox.vision.record import Record

_log = structlog.get_logger(__name__)

_MAGIC: Final = b"gymbox diary 1\n"
_PIECE: Final = struct.Struct("<II")
ANEW_S: Final = 30.0
"""After how long a diary is begun anew. A life that starts works at most this much out again; less writes more."""


class FloorState(BaseModel):
    """One camera's floor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera_id: str
    epoch: str
    size: int
    """Of its state, in bytes."""


class Head(BaseModel):
    """How everything was when a diary was begun."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    """Of gymbox and of all that the floors' states depend on; another one's are not understood."""
    clock: Clock
    life: str
    """The hall's."""
    epoch: str
    """Of the speaker's journal."""
    said: int
    """The newest number in it."""
    floors: tuple[FloorState, ...]


class Diary:
    """Writes down what vision works from. `Diary.read` gives what the life before left."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._file: int | None = None
        self._number = max((int(path.stem) for path in folder.glob("*.diary")), default=0)
        self._dirty = self._grown = False
        self.written = 0
        """Bytes, in this life."""
        self.alive_ns: int | None = None
        """When the life before last did anything, once `read` has found what it left."""
        self.trouble: str | None = None
        """Why the disk takes nothing, if it does not: then a restart forgets what comes after."""

    @property
    def is_stale(self) -> bool:
        """Whether a new one would say more: something was added, or the disk took none."""
        return self._file is None or self._grown

    def read(self) -> tuple[Head, list[bytes], list[Record]] | None:
        """What the life before left: how it was, each floor's state, and the records since; none where there is none.

        A piece that was cut off by a crash is left out: its events were never said.
        """
        for path in sorted(self._folder.glob("*.diary"), reverse=True):
            with contextlib.suppress(OSError, StateError):
                self.alive_ns = now_ns() - max(time.time_ns() - path.stat().st_mtime_ns, 0)
                return _parse(path.read_bytes())
            _log.error("what vision remembered is damaged", file=str(path))
        return None

    def begin(self, head: Head, states: list[bytes]) -> None:
        """Begin anew with how everything is now; what was written before is not needed any more."""
        path = self._folder / f"{self._number + 1:09}.diary"
        part = path.with_suffix(".part")
        data = _MAGIC + _piece(head.model_dump_json().encode() + b"\n" + b"".join(states))
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            _write(descriptor, data)
            os.fdatasync(descriptor)
            part.rename(path)
            _sync_folder(self._folder)
        except OSError as error:
            os.close(descriptor)
            part.unlink(missing_ok=True)
            self._fails(error)
            return
        self.close()
        self._file, self._number = descriptor, self._number + 1
        self._dirty = self._grown = False
        self.written += len(data)
        self._works()
        for old in self._folder.glob("*.diary"):
            if int(old.stem) < self._number:
                old.unlink()

    def beat(self) -> None:
        """Leave word that this life goes on, though there is nothing to write; belongs to every second or so."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # then it may be looked at again
                os.utime(self._file)

    def add(self, record: Record) -> None:
        """Write a record down: it outlives this process from now on, and a power cut from the next `sync` on."""
        if self._file is None:
            return
        data = _piece(pack(record))
        before = os.fstat(self._file).st_size
        try:
            _write(self._file, data)
        except OSError as error:
            # A record that is missing would put all after it out of step: this diary ends before it.
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, before)
            self.close()
            self._fails(error)
            return
        self.written += len(data)
        self._dirty = self._grown = True

    def sync(self) -> None:
        """Let what was added outlive a power cut too."""
        if self._file is not None and self._dirty:
            try:
                os.fdatasync(self._file)
            except OSError as error:
                self._fails(error)
            self._dirty = False

    def close(self) -> None:
        """Write no more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _fails(self, error: OSError) -> None:
        if self.trouble is None:
            _log.error("the disk takes no diary: a restart would forget what happens now", error=str(error))
        self.trouble = str(error)

    def _works(self) -> None:
        if self.trouble is not None:
            _log.info("the disk takes the diary again")
        self.trouble = None


def _piece(data: bytes) -> bytes:
    return _PIECE.pack(len(data), zlib.crc32(data)) + data


def _pieces(data: bytes) -> Iterator[bytes]:
    """All whole and sound pieces up to the first that is not."""
    place = len(_MAGIC)
    while place + _PIECE.size <= len(data):
        length, checksum = _PIECE.unpack_from(data, place)
        piece = data[place + _PIECE.size : place + _PIECE.size + length]
        if len(piece) < length or zlib.crc32(piece) != checksum:
            return
        yield piece
        place += _PIECE.size + length


def _parse(data: bytes) -> tuple[Head, list[bytes], list[Record]]:
    pieces = _pieces(data)
    first = next(pieces, None)
    if first is None or not data.startswith(_MAGIC):
        raise StateError("diary: has no beginning")
    line, _, rest = first.partition(b"\n")
    try:
        head = Head.model_validate_json(line)
    except ValidationError as error:
        raise StateError(f"diary: {error}") from error
    states = []
    for floor in head.floors:
        states.append(rest[: floor.size])
        rest = rest[floor.size :]
    return head, states, [unpack(piece) for piece in pieces]


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
