"""A whole box that runs, for benches that look at it from outside."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from gymbox.hub.password import Password

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = Path(__file__).parents[1] / "tests" / "data" / "sample.mp4"
SHOWN = f'url = "{SAMPLE}"\nloop = true'
"""A camera that shows the sample, again and again, at its own pace."""
BOX = """
data_dir = "data"
run_dir = "run"
[hub]
host = "127.0.0.1"
port = {port}
mdns = false
[vision]
input_size = 192
"""
READY = {"process": "box", "event": "ready"}
WARM_S = 5


class Box:
    """A box that runs."""

    def __init__(self, folder: Path, port: int, password: str, process: subprocess.Popen[bytes]) -> None:
        self.folder, self.run_dir, self.password, self.process = folder, folder / "run", password, process
        self.url = f"http://127.0.0.1:{port}"

    def resident_mib(self) -> dict[str, float]:
        """Of each process, what is its own: shared memory and files are left out."""
        locks = {path.stem: path.read_text().strip() for path in (self.run_dir / "bus").glob("*.lock")}
        pids = {"supervisor": self.process.pid} | {
            name: int(pid) for name, pid in locks.items() if "requests" not in name
        }
        pids["hub"] = int(locks["hub-requests"])
        return {name: anonymous_mib(pid) for name, pid in sorted(pids.items())}


@contextmanager
def box(*cameras: str) -> Iterator[Box]:
    """A box that is ready, with cameras `rack-1`, `rack-2` … of these settings; over with the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tables = "".join(f'[[camera]]\nid = "rack-{number}"\n{camera}\n' for number, camera in enumerate(cameras, 1))
    with TemporaryDirectory(prefix="gymbox-") as name:
        folder = Path(name)
        (folder / "gymbox.toml").write_text(BOX.format(port=port) + tables)
        password, log = Password(folder / "data").invent(), folder / "box.log"
        command = [str(Path(sys.executable).with_name("gymbox")), "run", "--config", str(folder / "gymbox.toml")]
        with log.open("wb") as out, subprocess.Popen(command, stderr=out) as process:
            try:
                while not any(line.items() >= READY.items() for line in map(json.loads, log.read_text().splitlines())):
                    time.sleep(0.2)
                time.sleep(WARM_S)
                yield Box(folder, port, password, process)
            finally:
                process.send_signal(signal.SIGINT)


def anonymous_mib(pid: int) -> float:
    """Of a process."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
    return int(lines["RssAnon"].split()[0]) / 1024
