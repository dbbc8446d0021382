"""A process of the box by itself, as a bench wants it: with a folder of its own, and without a limit on requests."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from gymbox.hub.password import Password
from gymbox.storage import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HUB: Final = """\
data_dir = "."
run_dir = "."
[hub]
host = "127.0.0.1"
port = {port}
mdns = false
requests_per_s = 10000
"""


async def prepared(folder: Path, more: str = "") -> int:
    """A box's folder, with `more` settings; the port that its hub will have."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    (folder / "gymbox.toml").write_text(HUB.format(port=port) + more)
    Password(folder).invent()
    await (await Store.open(folder)).close()
    return port


@contextmanager
def running(folder: Path, part: str) -> Iterator[None]:
    """The process of that name, ready."""
    command = [sys.executable, "-m", f"gymbox.{part}.process", "--config", str(folder / "gymbox.toml")]
    log = folder / f"{part}.log"
    with log.open("wb") as out, subprocess.Popen(command, stderr=out) as process:
        try:
            while b'"ready"' not in log.read_bytes():
                time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGINT)
