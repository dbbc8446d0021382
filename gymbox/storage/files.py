"""Where the files of a box lie, and how one is written so that it is there whole after a power cut, or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """The data folder of a box."""

    data_dir: Path

    @property
    def database(self) -> Path:
        """The database; its log and shared memory lie beside it."""
        return self.data_dir / "gymbox.db"

    @property
    def wal(self) -> Path:
        """The write-ahead log."""
        return self.data_dir / "gymbox.db-wal"

    @property
    def backups(self) -> Path:
        """The verified backups."""
        return self.data_dir / "backups"

    @property
    def clips(self) -> Path:
        """The replay clips."""
        return self.data_dir / "clips"

    @property
    def ledger(self) -> Path:
        """Who asked to be forgotten."""
        return self.data_dir / "forgotten"


def sync(path: Path) -> None:
    """Put a file's bytes, or a folder's entries, on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_synced(source: Path, target: Path) -> None:
    """Give a file that is on disk its name: whoever sees the name, also after a power cut, sees the whole file."""
    sync(source)
    source.replace(target)
    sync(target.parent)


def write_synced(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, whole."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    move_synced(part, path)
