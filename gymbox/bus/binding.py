"""The right to bind: a socket folder that is ours alone, and a lock that nobody else holds."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gymbox.bus.endpoints import address
from gymbox.errors import BusError

if TYPE_CHECKING:
    from types import TracebackType

    import zmq


class Binding:
    """The right to bind the sockets of one name, held as long as the process lives: a lock on a file.

    ZeroMQ lets a second process bind a path that another one serves, and takes all its listeners away in silence. So
    whoever binds holds the lock first; it falls with the process, however that dies, and a stale socket hinders nobody.
    """

    def __init__(self, run_dir: Path, name: str) -> None:
        folder = private_folder(run_dir / "bus")
        self.run_dir, self.name = run_dir, name
        self._lock = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._lock, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._lock)
            raise BusError(f"bus socket {name}: another process (pid {holder}) serves it in {folder}") from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)

    def bind(self, socket: zmq.Socket[Any], suffix: str = "") -> None:
        """Bind `socket` at this name, with `suffix` where one name has several sockets."""
        where = address(self.run_dir, self.name + suffix)
        Path(where.removeprefix("ipc://")).unlink(missing_ok=True)
        socket.bind(where)

    def close(self) -> None:
        """Let others bind."""
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def private_folder(folder: Path) -> Path:
    """`folder`, made where it was not, ours alone: who can open a socket can speak as anyone.

    Raises:
        BusError: it is another user's, a link, or open to others, or others may exchange it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    ours, found, above = os.geteuid(), folder.lstat(), folder.parent.stat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != ours or found.st_mode & 0o077:
        came = f"{stat.filemode(found.st_mode)} of user {found.st_uid}"
        raise BusError(f"{folder}: expected a folder of user {ours} with mode 0700, got {came}")
    if above.st_uid not in {ours, 0} or (above.st_mode & 0o022 and not above.st_mode & stat.S_ISVTX):
        came = f"{stat.filemode(above.st_mode)} of user {above.st_uid}"
        raise BusError(f"{folder.parent}: expected a folder of user {ours} that others cannot write to, got {came}")
    return folder
