"""A box in one encrypted file, and back: an age file (X25519, age-encryption.org/v1) around a compressed tar.

The box keeps the half of the key that closes, its owner the half that opens: whoever finds a stick reads nothing, nor
does whoever takes the box with it.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import shutil
import tarfile
import threading
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final, Literal

import pyrage
from pyrage import x25519

from gymbox.errors import DamagedError, DiskFullError, StorageError, WrongKeyError
from gymbox.storage.files import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

ASKED_BACK: Final = 8
"""Letters of a new key, the last ones, that its owner has to type: whoever can has written it down."""
_BLOCK: Final = 1 << 20


def new_key() -> str:
    """A key that opens, as its owner keeps it: `AGE-SECRET-KEY-1…`, with a check on its letters."""
    return str(x25519.Identity.generate())


def is_end_of(typed: str, key: str) -> bool:
    """Whether somebody who typed this has the key before their eyes."""
    return "".join(typed.split()).upper() == key[-ASKED_BACK:]


def closing_half(key: str) -> str:
    """The half of a key that closes: `age1…`.

    Raises:
        WrongKeyError: it is no key; a letter is wrong, or missing.
    """
    return str(_opening(key).to_public())


def seal(files: Mapping[str, Path], target: Path, recipient: str) -> str:
    """Write these files, by their names inside, into `target`, closed for `recipient`; return its SHA-256.

    The file is on disk and was read back. Where anything goes wrong there is none.

    Raises:
        DiskFullError: there is no room for it.
        StorageError: it cannot be written, or what was read back is something else.
    """
    try:
        file = target.open("xb")
    except OSError as error:
        raise _unwritten(target, error) from error
    try:
        with file:
            hashed = _Hashed(file)
            with _beside(lambda pipe: _pack(files, pipe), "wb") as packed:
                pyrage.encrypt_io(packed, hashed, [x25519.Recipient.from_str(recipient)])
            file.flush()
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # so that it is read from the stick
        read = sha256(target)
        sync(target.parent)
    except (OSError, pyrage.EncryptError, pyrage.RecipientError) as error:
        target.unlink(missing_ok=True)
        raise _unwritten(target, error) from error
    if read != hashed.hexdigest():
        target.unlink()
        raise StorageError(f"{target}: what was written is not what can be read: is the stick worn out?")
    return read


def unseal(sealed: Path, key: str, folder: Path, *, names: frozenset[str]) -> None:
    """Put the files of `sealed` into `folder`, which is empty; what is found there is whole once this returns.

    Raises:
        WrongKeyError: it is no key, or another's.
        DamagedError: the file is cut off, altered, or not of this kind.
        DiskFullError: there is no room for what is in it.
    """
    identity = _opening(key)
    try:
        with sealed.open("rb") as file, _beside(lambda pipe: _unpack(pipe, folder, names), "rb") as pipe:
            pyrage.decrypt_io(file, pipe, [identity])
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise WrongKeyError(f"{sealed.name}: is closed for another key than this one") from error
        raise DamagedError(f"{sealed.name}: is no sealed backup, or its head is damaged") from error
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, DamagedError) as error:
        raise DamagedError(f"{sealed.name}: holds something else than a box: {error}") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFullError(f"{sealed.name}: no room in {folder} for what is in it") from error
        if error.errno is not None:
            raise StorageError(f"{sealed}: {error.strerror}: {error.filename or folder}") from error
        raise DamagedError(f"{sealed.name}: is cut off, or was altered: nothing of it is used") from error


def sha256(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opening(key: str) -> x25519.Identity:
    try:
        return x25519.Identity.from_str("".join(key.split()).upper())
    except pyrage.IdentityError as error:
        raise WrongKeyError(
            "the key: expected AGE-SECRET-KEY-1 and 58 letters after it; one of these is wrong or missing"
        ) from error


def _unwritten(target: Path, error: Exception) -> StorageError:
    """What became of it. The library tells of the system's errors by their words alone."""
    full = os.strerror(errno.ENOSPC)
    if getattr(error, "errno", None) == errno.ENOSPC or full in str(error):
        return DiskFullError(f"{target.parent}: no room for a backup; the earlier ones there are as they were")
    why = getattr(error, "strerror", None) or error
    missing = getattr(error, "errno", None) in {errno.EACCES, errno.EROFS}  # the empty folder where a stick would be
    return StorageError(f"{target}: cannot be written: {why}" + (": is the stick plugged in?" if missing else ""))


class _Hashed:
    """A file that keeps in mind what was written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def _pack(files: Mapping[str, Path], pipe: IO[bytes]) -> None:
    with (
        gzip.GzipFile(fileobj=pipe, mode="wb", compresslevel=6, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        for name, path in files.items():
            with path.open("rb") as file:
                member = tarfile.TarInfo(name)
                member.size, member.mode = os.fstat(file.fileno()).st_size, 0o600
                tar.addfile(member, file)


def _unpack(pipe: IO[bytes], folder: Path, names: frozenset[str]) -> None:
    """Take out what is known by name, and nothing else: no name leads anywhere but into the folder."""
    try:
        with gzip.GzipFile(fileobj=pipe, mode="rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.name in names and member.isreg() else None
                if content is None:
                    raise DamagedError(f"{member.name!r} does not belong there")
                _keep(content, folder / member.name)
    finally:
        while pipe.read(_BLOCK):  # whether the file is whole is known at its end only
            pass


def _keep(content: IO[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        shutil.copyfileobj(content, file, _BLOCK)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _beside(work: Callable[[IO[bytes]], None], mode: Literal["rb", "wb"]) -> Iterator[IO[bytes]]:
    """One end of a pipe; `work` has the other, opened in `mode`, in a thread. Its error is raised at the end."""
    trouble: list[Exception] = []
    read, write = os.pipe()
    there, here = (read, os.fdopen(write, "wb")) if mode == "rb" else (write, os.fdopen(read, "rb"))

    def run() -> None:
        try:
            with os.fdopen(there, mode) as pipe:
                work(pipe)
        except Exception as error:  # noqa: BLE001 -- raised below, by the thread that asked
            trouble.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with here:
            yield here
    finally:
        thread.join()
    if trouble:
        raise trouble[0]
