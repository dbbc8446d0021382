"""What a process says of itself: systemd's `sd_notify` protocol, heard on a socket of its own."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Self

from gymbox.bus.binding import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType


class Ear(asyncio.DatagramProtocol):
    """A socket for one life of one process, in a folder that is ours alone: nobody else can speak for it.

    Args:
        run_dir: where the box's sockets are.
        name: of the process.
        heard: told of each `KEY=value` as it comes.
    """

    def __init__(self, run_dir: Path, name: str, heard: Callable[[str, str], None]) -> None:
        self.path = private_folder(run_dir / "notify") / name
        self._heard = heard

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Asyncio's: a message of the process, a `KEY=value` a line."""
        del addr
        for line in data.decode(errors="replace").splitlines():
            key, _, value = line.partition("=")
            self._heard(key, value)

    async def __aenter__(self) -> Self:
        self.path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        listening.bind(str(self.path))
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=listening)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()
        self.path.unlink(missing_ok=True)
