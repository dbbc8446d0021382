"""The place of the weights, and what lies there: checked, written whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gymbox.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERIFIED = ".verified.json"


def weights_dir() -> Path:
    """The folder of the weights; it need not exist yet.

    `$GYMBOX_MODELS_DIR` where that is set; `models/weights` in a checkout; else the user's own data folder.
    """
    if chosen := os.environ.get("GYMBOX_MODELS_DIR"):
        return Path(chosen)
    checkout = Path(__file__).parents[2] / "models"
    if (checkout / "manifest.toml").is_file():
        return checkout / "weights"
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "gymbox" / "models"


def file_of(name: str) -> Path:
    """A file of weights: in the folder of the weights, else where a package of this system has put it."""
    own, shipped = weights_dir() / name, Path(sys.prefix) / "models" / name
    return shipped if shipped.is_file() and not own.exists() else own


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verified_sha256(path: Path) -> str:
    """The sha256 of a file among the weights, read anew only if its size or time of change is new."""
    stat = path.stat()
    stamp = [stat.st_size, stat.st_mtime_ns]
    record = weights_dir() / _VERIFIED
    try:
        known = json.loads(record.read_bytes())
        if known[path.name][:2] == stamp:
            return str(known[path.name][2])
    except (OSError, ValueError, LookupError, TypeError):
        known = {}  # no record, or not one of ours: it only saves time
    digest = sha256_of(path)
    entries = known if isinstance(known, dict) else {}
    with contextlib.suppress(OSError):  # a folder that may only be read: then it is checked each time
        write_whole(record, json.dumps(entries | {path.name: [*stamp, digest]}).encode())
    return digest


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it: beside it first, then renamed."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def changing() -> Iterator[Path]:
    """The folder of the weights, made if need be, with nobody else changing it meanwhile.

    Raises:
        ModelError: it cannot be made or written.
    """
    folder = weights_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    except OSError as error:
        raise ModelError(f"weights in {folder}: expected a folder that can be written, got: {error}") from error
