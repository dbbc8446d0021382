"""Sources of every kind through the camera's process or its `Source`, with no fault but their own nature."""

from __future__ import annotations

import io
import itertools
import random
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import av
import pytest
from PIL import Image

from gymbox import _core
from gymbox.capture import connection
from gymbox.capture.clip import cut, header_of, mp4_of
from gymbox.capture.connection import Connection
from gymbox.capture.rings import Placed, Rings, frames_name, packets_name
from gymbox.capture.source import Source
from gymbox.config import CameraSettings
from gymbox.errors import RingError, VideoError
from gymbox.video import Video
from tests import clips
from tests.capture.stage import RtspCamera, box, no_gstreamer, soon

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = Path("tests/data/sample.mp4").resolve()


class MjpegCamera(BaseHTTPRequestHandler):
    """20 pictures a second, each of another shade, until the viewer goes."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
        self.end_headers()
        try:
            for shade in range(10_000):
                file = io.BytesIO()
                Image.new("RGB", (160, 120), (shade % 256, 90, 0)).save(file, "JPEG")
                head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {file.tell()}\r\n\r\n"
                self.wfile.write(head.encode() + file.getvalue() + b"\r\n")
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- the base class's
        pass


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/video"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def transport_stream(*parts: Path) -> Iterator[str]:
    """A camera over HTTP that sends MPEG-TS: parts of 3 s, each with times from 0 on, and the last one for ever."""
    sent = itertools.chain(parts, itertools.repeat(parts[-1]))

    class Sender(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "video/mp2t")
            self.end_headers()
            with suppress(OSError):
                for part in sent:
                    data = part.read_bytes()
                    for start in range(0, len(data), step := len(data) // 60 + 1):
                        self.wfile.write(data[start : start + step])
                        time.sleep(0.05)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- the base class's
            pass

    with served(Sender) as url:
        yield url


def test_a_camera_that_sets_its_clock_back_goes_on(tmp_path: Path) -> None:
    with transport_stream(clips.make(tmp_path / "h264.ts")) as url, box(tmp_path, url) as capture:
        capture.state("online")
        reader = _core.FrameReader(frames_name(capture.run_dir, "cam"))
        soon("pictures of its fourth time", lambda: reader.head > 3 * 45, limit_s=120)
        assert capture.process.poll() is None
        assert capture.until(lambda status: status.frames > 45, limit_s=60).reconnects == 0


def test_another_codec_in_the_middle_of_the_stream(tmp_path: Path) -> None:
    """Nothing is said of it but in the stream itself: what was opened for one codec gets another."""
    before, after = (clips.make(tmp_path / f"{codec}.ts", codec=codec) for codec in ("libx264", "libx265"))
    with transport_stream(before, before, after) as url, box(tmp_path, url) as capture:
        assert capture.state("online").codec == "h264"
        back = capture.until(lambda status: status.state == "online" and status.codec == "hevc", limit_s=150)
        assert back.reconnects >= 1
        assert capture.process.poll() is None


def settings(url: str, **more: object) -> CameraSettings:
    return CameraSettings.model_validate({"id": "cam", "url": url, **more})


def test_jpegs_over_http_get_the_times_of_their_arrival(tmp_path: Path) -> None:
    placed: list[Placed] = []
    with served(MjpegCamera) as url, Rings(settings(url), tmp_path) as rings:
        opened = Connection(settings(url, fps=20), rings, placed.append)
        opened.start()
        soon("40 pictures", lambda: len(placed) >= 40)
        opened.stop()
        assert opened.join(10)
        assert opened.fault is None
        assert opened.source
        assert opened.source.codec == "mjpeg"
        seconds = (placed[-1].t_ns - placed[0].t_ns) / 1e9
        assert seconds == pytest.approx((len(placed) - 1) * 0.05, rel=0.35)  # FFmpeg would have said 25 a second
        assert opened.counts.fps == pytest.approx(len(placed) / seconds, rel=0.3)
        clip = mp4_of(cut(tmp_path, "cam", placed[10].t_ns, placed[-1].t_ns))
        with av.open(io.BytesIO(clip), "r") as video:
            assert sum(1 for _ in video.decode(video=0)) >= 25


def test_a_file_as_fast_as_it_is_watched_loses_nothing(tmp_path: Path) -> None:
    with Video(SAMPLE) as video:
        wanted = sum(1 for _ in video.frames(15))
    with box(tmp_path, str(SAMPLE), realtime="false", preroll_s=60) as capture:
        name, seen, last_ns = frames_name(capture.run_dir, "cam"), 0, 0
        soon("a ring", lambda: Path("/dev/shm", name).exists())  # noqa: S108 -- where rings are
        time.sleep(0.2)
        reader, begun = _core.FrameReader(name), time.monotonic()
        while seen < wanted - 2 and time.monotonic() < begun + 60:
            if newest := reader.newest(seen):
                number, t_ns, frame = newest
                assert number == seen + 1
                assert t_ns > last_ns
                assert (frame.width, frame.height) == (1280, 720)
                seen, last_ns = number, t_ns
        took = time.monotonic() - begun
        while (ended := capture.until(lambda _: True)).state != "ended":
            if newest := reader.newest(seen):
                seen = newest[0]
        assert abs(seen - wanted) <= 2
        assert ended.dropped == 0
        assert ended.frames == seen
        assert took < 60
        assert capture.process.poll() is None, "it stays, for the clips of its last seconds"
        packets = cut(capture.run_dir, "cam", 0, 2**62)
        with av.open(str(SAMPLE)) as original, av.open(io.BytesIO(mp4_of(packets)), "r") as clip:
            assert clip.streams.video[0].frames == original.streams.video[0].frames
            assert clip.duration == original.duration


def test_a_file_at_its_own_pace_that_begins_again(tmp_path: Path) -> None:
    short = tmp_path / "short.mp4"
    with av.open(str(short), "w") as video:
        stream = video.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(15):
            picture = av.VideoFrame(64, 48, "yuv420p")
            for plane in picture.planes:
                plane.update(bytes([number]) * plane.buffer_size)
            video.mux(stream.encode(picture))
        video.mux(stream.encode(None))
    with box(tmp_path, f"file://{short}", loop="true") as capture:
        capture.state("online")
        reader = _core.FrameReader(frames_name(capture.run_dir, "cam"))
        head, begun = reader.head, time.monotonic()
        soon("several rounds", lambda: reader.head >= head + 30)
        assert 1.4 <= time.monotonic() - begun <= 8


def test_what_no_clip_can_be_cut_from(tmp_path: Path) -> None:
    with pytest.raises(RingError, match="no-such-cam"):
        cut(tmp_path, "no-such-cam", 0, 1)
    with pytest.raises(VideoError, match="begin with a keyframe"):
        mp4_of([])
    with Source(settings(str(SAMPLE))) as source:
        assert len(header_of(source.stream, Fraction(1, 90_000))) < 1_000


def test_a_sound_file_without_pictures_is_unsupported(tmp_path: Path) -> None:
    sound = tmp_path / "sound.wav"
    with av.open(str(sound), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=8_000)
        frame = av.AudioFrame(format="s16", layout="mono", samples=800)
        frame.sample_rate = 8_000
        file.mux(stream.encode(frame))
    with box(tmp_path, str(sound)) as capture:
        assert capture.until(lambda status: status.state != "starting").state == "unsupported"


@pytest.mark.skipif(bool(no_gstreamer()), reason=no_gstreamer() or "GStreamer is there")
@pytest.mark.parametrize(("codec", "name"), [("h264", "h264"), ("h265", "hevc"), ("mjpeg", "mjpeg")])
def test_what_cameras_send_over_rtsp(codec: str, name: str, tmp_path: Path) -> None:
    sending, placed = RtspCamera(codec), list[Placed]()
    try:
        with Rings(settings(sending.url), tmp_path) as rings:
            opened = Connection(settings(sending.url, fps=15), rings, placed.append)
            opened.start()
            soon("45 pictures", lambda: len(placed) >= 45)
            opened.stop()
            assert opened.join(10)
            assert opened.fault is None
            assert opened.source
            assert opened.source.codec == name
            assert opened.counts.fps == pytest.approx(30, abs=1)
            if codec != "mjpeg":
                assert opened.counts.keyframe_interval_s == pytest.approx(1, abs=0.1)
            # Half of 30 a second, and evenly: the middle one of the intervals is one beat.
            steps = sorted(b.t_ns - a.t_ns for a, b in itertools.pairwise(placed[15:]))
            assert steps[len(steps) // 2] == pytest.approx(1e9 / 15, rel=0.05)
            seconds = (placed[-1].t_ns - placed[15].t_ns) / 1e9
            clip = mp4_of(cut(tmp_path, "cam", placed[15].t_ns, placed[-1].t_ns))
        with av.open(io.BytesIO(clip), "r") as video:
            shown = [picture.time for picture in video.decode(video=0)]
            assert len(shown) >= seconds * 30 - 2
            assert shown[-1] - shown[0] >= seconds - 0.1
            assert video.streams.video[0].codec_context.name == name
    finally:
        sending.end()


@pytest.mark.skipif(bool(no_gstreamer()), reason=no_gstreamer() or "GStreamer is there")
def test_bytes_that_are_damaged_on_their_way_cost_pictures_and_nothing_else(tmp_path: Path) -> None:
    sending = RtspCamera()
    with noisy_wire(sending.port) as wire:
        try:
            with box(tmp_path, f"rtsp://127.0.0.1:{wire.port}/stream") as capture:
                capture.state("online")
                wire.noise = 0.0005
                time.sleep(4)
                wire.noise = 0.0
                reader = _core.FrameReader(frames_name(capture.run_dir, "cam"))
                head = reader.head
                soon("pictures after the noise", lambda: reader.head > head + 30)
                assert capture.process.poll() is None
                assert wire.flipped > 10
                assert "Traceback" not in capture.log
        finally:
            sending.end()


@pytest.mark.skipif(bool(no_gstreamer()), reason=no_gstreamer() or "GStreamer is there")
def test_a_decoder_that_is_too_slow_drops_and_stays_close_to_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = connection._Decoder.pictures

    def slowly(decoder: connection._Decoder, item: connection._Item) -> list[tuple[av.VideoFrame, int]]:
        time.sleep(0.08)  # of 33 ms from one to the next
        return decode(decoder, item)

    monkeypatch.setattr(connection._Decoder, "pictures", slowly)
    monkeypatch.setattr(connection, "WAITING", 6)
    sending, behind_s = RtspCamera(), list[float]()
    try:
        with Rings(settings(sending.url), tmp_path) as rings:
            reading = Connection(settings(sending.url), rings, lambda placed: behind_s.append(since(placed.t_ns)))
            reading.start()
            soon("two rounds of dropping", lambda: reading.counts.dropped > 20 and len(behind_s) > 15)
            reading.stop()
            assert reading.join(10)
            counts = reading.counts
            assert max(behind_s) < 1.5
            # What is neither shown nor counted is what is not wanted: every second picture, and what still waits.
            assert counts.frames + counts.dropped == pytest.approx(counts.packets / 2, abs=12)
            kept = _core.PacketReader(packets_name(tmp_path, "cam")).numbers
            assert kept == (1, counts.packets), "the pre-roll is whole all the same"
    finally:
        sending.end()


def since(t_ns: int) -> float:
    return (time.monotonic_ns() - t_ns) / 1e9


def test_a_file_that_is_cut_off_is_played_as_far_as_it_goes_and_once(tmp_path: Path) -> None:
    stump = tmp_path / "stump.ts"
    with av.open(str(SAMPLE)) as video, av.open(str(stump), "w") as copy:
        stream = copy.add_stream_from_template(video.streams.video[0])
        for packet in itertools.islice(video.demux(video.streams.video[0]), 60):
            packet.stream = stream
            copy.mux(packet)
    stump.write_bytes(stump.read_bytes()[:-50_000])
    with box(tmp_path, str(stump)) as capture:
        ended = capture.state("ended")
        assert ended.frames > 20
        assert ended.reconnects == 0
        with pytest.raises(TimeoutError):
            capture.until(lambda status: status.state != "ended", limit_s=1)


@pytest.mark.skipif(bool(no_gstreamer()), reason=no_gstreamer() or "GStreamer is there")
def test_the_command_line_tries_a_camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sending = RtspCamera(user="ann", password="sesame")  # noqa: S106 -- of a camera that is all ours
    try:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "gymbox.toml").write_text(f'[[camera]]\nid = "door"\nurl = "{sending.url}"\n')
        command = [str(Path(sys.executable).with_name("gymbox")), "camera", "test", "door", "--seconds", "2"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
        assert (found["codec"], found["size"], found["keyframes"]) == ("h264", "320×180", "every 1 s")
        assert found["rate"].startswith("30 pictures a second")
        with Image.open("door.jpg") as picture:
            assert picture.size == (320, 180)
    finally:
        sending.end()


class NoisyWire:
    """Hands bytes on, and turns some of the camera's."""

    def __init__(self, port: int) -> None:
        self.noise = 0.0
        """Share of the bytes that are turned."""
        self.flipped = 0
        self._camera = port
        self._chance = random.Random(3)  # noqa: S311 -- the same noise each time
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                viewer, _ = self._socket.accept()
                camera = socket.create_connection(("127.0.0.1", self._camera))
                Thread(target=self._carry, args=(viewer, camera, False), daemon=True).start()
                Thread(target=self._carry, args=(camera, viewer, True), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, noisy: bool) -> None:  # noqa: FBT001 -- a thread's
        with source, sink, suppress(OSError):
            while data := bytearray(source.recv(65_536)):
                for place in range(len(data)) if noisy and self.noise else ():
                    if self._chance.random() < self.noise:
                        data[place] ^= 1 << self._chance.randrange(8)
                        self.flipped += 1
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


@contextmanager
def noisy_wire(port: int) -> Iterator[NoisyWire]:
    wire = NoisyWire(port)
    try:
        yield wire
    finally:
        wire.close()
