"""What the tests of capture stand on: real cameras of GStreamer, liars of a few lines, and the camera's process."""

from __future__ import annotations

import asyncio
import functools
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gymbox.bus.endpoints import CAMERA
from gymbox.bus.subscribe import Cursor, Heard, Listener, Since
from gymbox.capture.rings import frames_name, packets_name
from gymbox.events import CameraStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GSTREAMER: Final = "/usr/bin/python3"
SCRIPT: Final = "tests/capture/rtsp_camera.py"
NEEDS: Final = """
import gi
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
assert all(map(Gst.ElementFactory.find, ("videotestsrc", "x264enc", "x265enc", "jpegenc", "rtph264pay", "h265parse")))
"""


@functools.cache
def no_gstreamer() -> str:
    """Why there is no GStreamer to test with; nothing where there is."""
    with suppress(OSError):
        command = [GSTREAMER, "-c", NEEDS]
        if subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0:
            return ""
    return "needs GStreamer's RTSP server from Debian; .ci/packages names the packages"


class RtspCamera:
    """A real camera, that can be told to misbehave."""

    def __init__(self, codec: str = "h264", *, port: int = 0, user: str = "", password: str = "") -> None:
        self._codec, self._login = codec, [user, password] if user else []
        self.port = port
        self.begin()
        login = f"{user}:{password}@" if user else ""
        self.url = f"rtsp://{login}127.0.0.1:{self.port}/stream"

    def begin(self, codec: str = "") -> None:
        """Serve, again at the same address after `end`, and maybe another codec; when this returns, it is there."""
        self._codec = codec or self._codec
        command = [GSTREAMER, SCRIPT, self._codec, str(self.port), *self._login]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())

    def tell(self, element: str, key: str, value: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{element} {key} {value}\n")
        self._process.stdin.flush()

    def hang(self) -> None:
        """Accept connections, as the kernel does, and say nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Box:
    """A run folder with one camera, its process, and an ear on its bus."""

    def __init__(self, folder: Path, url: str, **settings: object) -> None:
        self.folder = folder
        lines = [f"{key} = {value}" for key, value in {"id": '"cam"', "url": f'"{url}"', **settings}.items()]
        (folder / "gymbox.toml").write_text("\n".join(["run_dir = 'run'", "data_dir = 'data'", "[[camera]]", *lines]))
        self.run_dir = folder / "run"
        self.process = self.start()
        self.statuses: list[CameraStatus] = []
        self._cursor: Cursor | None = None

    def start(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            given = ["cam", "--config", str(self.folder / "gymbox.toml")]
            command = [sys.executable, "-m", "gymbox.capture.process", *given]
            self.process = subprocess.Popen(command, stderr=log)
        return self.process

    def until(self, holds: Callable[[CameraStatus], bool], *, limit_s: float = 60) -> CameraStatus:
        """The first status from now on for which it `holds`; those before it go into `statuses`."""
        return asyncio.run(asyncio.wait_for(self._until(holds), limit_s))

    async def _until(self, holds: Callable[[CameraStatus], bool]) -> CameraStatus:
        channel, since = CAMERA.of("cam"), self._cursor or Since.KEPT
        async with Listener(channel, run_dir=self.run_dir, topics=["status"], since=since, silence_s=0.2) as listener:
            async for item in listener:
                self._cursor = item.cursor
                if isinstance(item, Heard) and isinstance(item.event, CameraStatus):
                    self.statuses.append(item.event)
                    if holds(item.event):
                        return item.event
        raise AssertionError

    def state(self, *states: str, limit_s: float = 60) -> CameraStatus:
        return self.until(lambda status: status.state in states, limit_s=limit_s)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def memory_kb(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0])

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            finally:
                self.process.kill()


@contextmanager
def box(folder: Path, url: str, **settings: object) -> Iterator[Box]:
    started = Box(folder, url, **settings)
    try:
        yield started
    finally:
        started.end()
        names = frames_name(started.run_dir, "cam"), packets_name(started.run_dir, "cam")
        assert not [name for name in names if Path("/dev/shm", name).exists()], started.log  # noqa: S108 -- theirs


def soon(what: str, holds: Callable[[], object], *, limit_s: float = 60) -> None:
    until = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < until, f"waited {limit_s} s for {what}"
        time.sleep(0.02)
