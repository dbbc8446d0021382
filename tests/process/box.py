"""The whole box as a process, and what it says."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.process.lives import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_S: Final = 600
"""For whatever a busy machine takes long for."""
SAMPLE: Final = Path(__file__).parents[1] / "data/sample.mp4"
FEW: Final = 192
"""Pixels that the model sees of a picture's longer side: enough to count most of it at little cost."""
ENOUGH: Final = 256
"""As many as it sees by default: what is hardly a repetition is told apart by them."""
BOX: Final = """\
data_dir = "data"
run_dir = "run"
[hub]
host = "127.0.0.1"
port = {port}
mdns = false
[vision]
input_size = {input_size}
"""
CAMERA: Final = """\
[[camera]]
id = "{camera}"
url = "{sample}"
loop = {loop}
"""


class Box:
    """A box that runs, and what it says."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "gymbox.toml"
        self.log = folder / "box.log"
        self.run_dir = folder / "run"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command("run"), stderr=log)

    def command(self, *words: str) -> list[str]:
        return [str(Path(sys.executable).with_name("gymbox")), *words, "--config", str(self.config)]

    def said(self, event: str, **more: object) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text().split("\n")[:-1]]
        return [line for line in lines if line["event"] == event and line.items() >= more.items()]

    def wait(self, event: str, *, times: int = 1, **more: object) -> None:
        wait_for(f"{event} {more}", lambda: len(self.said(event, **more)) >= times, LIMIT_S)

    def pids(self) -> dict[str, int]:
        """The live processes, by name."""
        locks = {path.stem: path.read_text().strip() for path in (self.run_dir / "bus").glob("*.lock")}
        return {name: int(pid) for name, pid in locks.items() if pid and alive(int(pid))}

    def stop(self) -> None:
        """End it: cleanly, or else it says what it had to kill, as it may on a machine that is very busy."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(LIMIT_S)
        assert code == bool(self.said("killed, as it did not stop"))


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@contextmanager
def box(folder: Path, *cameras: str, port: int = 0, loop: bool = True, input_size: int = FEW) -> Iterator[Box]:
    """A box whose cameras all show the sample, at its own pace."""
    told = str(loop).lower()
    tables = [CAMERA.format(camera=camera, sample=SAMPLE, loop=told) for camera in cameras]
    (folder / "gymbox.toml").write_text(BOX.format(port=port, input_size=input_size) + "".join(tables))
    running = Box(folder)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()
