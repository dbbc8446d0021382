"""A camera's process under all that cameras do: it says what is wrong, and is back once the camera is.

How soon, `bench/recovery.py` measures.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from gymbox import _core
from gymbox.capture.clip import cut, mp4_of
from gymbox.capture.rings import frames_name
from tests.capture.stage import Box, RtspCamera, box, free_port, no_gstreamer, soon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(bool(no_gstreamer()), reason=no_gstreamer() or "GStreamer is there")


@pytest.fixture
def camera() -> Iterator[RtspCamera]:
    running = RtspCamera()
    yield running
    running.end()


def test_a_camera_that_is_silent_frozen_or_gone_is_noticed_and_comes_back(camera: RtspCamera, tmp_path: Path) -> None:
    with box(tmp_path, camera.url) as capture:
        online = capture.state("online")
        assert (online.codec, online.width, online.height, online.decoder) == ("h264", 320, 180, "software")

        camera.tell("picture", "pattern", "black")
        capture.state("frozen")
        camera.tell("picture", "pattern", "ball")
        capture.state("online")

        camera.hang()
        capture.state("stalled")
        assert capture.until(lambda status: status.retry_in_s is not None).state == "stalled"
        camera.go_on()
        assert capture.state("online").reconnects >= 1

        camera.end()
        capture.state("unreachable")
        waits = [capture.until(lambda status: status.retry_in_s is not None).retry_in_s or 0 for _ in range(3)]
        assert waits == sorted(waits)
        assert waits[0] < waits[-1]
        camera.begin("h265")  # as after a change of its settings
        assert capture.state("online").codec == "hevc"


def test_damage_and_another_size_in_the_middle_of_the_stream(camera: RtspCamera, tmp_path: Path) -> None:
    with box(tmp_path, camera.url) as capture:
        capture.state("online")
        ring = frames_name(capture.run_dir, "cam")
        camera.tell("size", "caps", "640x360")
        wide = capture.until(lambda status: status.width == 640, limit_s=60)
        assert wide.state == "online"
        reader = _core.FrameReader(ring)
        soon("a wide picture", lambda: (newest := reader.newest()) and newest[2].width == 640)

        camera.tell("damage", "drop-probability", "0.2")
        time.sleep(2.5)
        camera.tell("damage", "drop-probability", "0")
        before = reader.head
        soon("pictures after the damage", lambda: reader.head > before + 15)
        assert capture.process.poll() is None
        # The longest piece of one size: a clip that plays.
        clip = mp4_of(cut(capture.run_dir, "cam", time.monotonic_ns() - 3_000_000_000, time.monotonic_ns()))
        assert len(clip) > 1_000


def test_a_wrong_password_is_said_once_and_not_hammered(tmp_path: Path) -> None:
    camera = RtspCamera(user="ann", password="sesame")  # noqa: S106 -- of a camera that is all ours
    try:
        with box(tmp_path, camera.url.replace("sesame", "wrong-one")) as capture:
            said = capture.state("unauthorised")
            assert "password" in said.detail
            assert said.retry_in_s == 30
            time.sleep(3)
            with pytest.raises(TimeoutError):
                capture.until(lambda status: status.reconnects > 0, limit_s=1)
            everything = capture.log + "".join(status.model_dump_json() for status in capture.statuses)
            assert "wrong-one" not in everything
            assert "ann" not in everything
        (tmp_path / "right").mkdir()
        with box(tmp_path / "right", camera.url) as capture:
            assert capture.state("online").codec == "h264"
            assert "sesame" not in capture.log
    finally:
        camera.end()


def test_kill_nine_leaves_the_pre_roll_and_the_numbers(camera: RtspCamera, tmp_path: Path) -> None:
    with box(tmp_path, camera.url) as capture:
        capture.state("online")
        name = frames_name(capture.run_dir, "cam")
        reader = _core.FrameReader(name)
        soon("pictures", lambda: reader.head > 30)
        capture.process.kill()
        capture.process.wait()
        died, head = time.monotonic_ns(), reader.head
        packets = cut(capture.run_dir, "cam", died - 2_000_000_000, died)
        assert packets[0].keyframe
        assert died - packets[-1].t_ns < 500_000_000, "the last packets are there, with nobody left to hand them over"
        capture.start()
        soon("pictures after them", lambda: reader.head > head)
        assert cut(capture.run_dir, "cam", died - 2_000_000_000, died)[0].t_ns < died, "and still there"


class Liar:
    """A port that accepts, and then does as it likes."""

    def __init__(self, answer: bytes) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.calls = 0
        self._answer, self._open = answer, list[socket.socket]()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(caller)
            if b"DESCRIBE" in (heard := caller.recv(4096)) or b"GET" in heard or b"OPTIONS rtsp" in heard:
                self.calls += 1
            if self._answer:
                caller.sendall(self._answer)

    def end(self) -> None:
        for each in (self._socket, *self._open):
            each.close()


@pytest.mark.parametrize(
    ("scheme", "answer", "states"),
    [
        ("rtsp", b"", {"stalled"}),
        ("http", b"", {"stalled"}),
        (
            "http",
            b"HTTP/1.1 200 OK\r\n\r\n" + b"no video " * 500,
            {"unreachable", "stalled"},
        ),
        ("http", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", {"unreachable"}),
        ("http", b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", {"unauthorised"}),
        ("rtsp", b"\x00" * 5_000, {"unreachable", "stalled"}),
    ],
    ids=["rtsp silent", "http silent", "no video", "404", "401", "rubbish"],
)
def test_a_server_that_accepts_and_lies(scheme: str, answer: bytes, states: set[str], tmp_path: Path) -> None:
    liar = Liar(answer)
    try:
        with box(tmp_path, f"{scheme}://127.0.0.1:{liar.port}/stream") as capture:
            wrong = capture.until(lambda status: status.state != "starting")
            assert wrong.state in states
            assert wrong.detail
    finally:
        liar.end()


def test_nobody_there(tmp_path: Path) -> None:
    with box(tmp_path, f"rtsp://127.0.0.1:{free_port()}/stream") as capture:
        wrong = capture.state("unreachable")
        assert "refused" in wrong.detail.lower()
        assert capture.process.poll() is None
        capture.process.send_signal(signal.SIGTERM)
        assert capture.process.wait(10) == 0


def test_memory_stays_flat_over_many_connections(camera: RtspCamera, tmp_path: Path) -> None:
    with box(tmp_path, camera.url) as capture:
        capture.state("online")
        memory = reconnected(capture, camera, 2)
        assert reconnected(capture, camera, 6) - memory < 3_000, "kB"


def reconnected(capture: Box, camera: RtspCamera, times: int) -> int:
    for turn in range(times):
        width = (320, 480)[turn % 2 == 0]
        camera.tell("size", "caps", f"{width}x{width // 16 * 9}")
        capture.until(lambda status, width=width: status.width == width)  # type: ignore[misc]
    return capture.memory_kb()
