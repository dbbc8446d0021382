"""Clips cut by the recorder's process from a real pre-roll in shared memory."""

from __future__ import annotations

import asyncio
import hashlib
import io
import signal
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import pytest

from gymbox import _core
from gymbox.bus.endpoints import RECORDER, VISION
from gymbox.bus.publish import Speaker
from gymbox.bus.subscribe import Heard, Listener
from gymbox.capture.clip import header_of
from gymbox.capture.rings import packets_name
from gymbox.clock import now_ns
from gymbox.config.edit import change_camera
from gymbox.errors import RingError
from gymbox.events import ClipReady
from gymbox.storage import Reader, history
from tests import kept
from tests.process.lives import reap, start, wait_for

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from gymbox.storage import views

SAMPLE: Final = Path(__file__).parents[1] / "data/sample.mp4"
SECOND: Final = 1_000_000_000
CAMERA: Final = 'data_dir = "."\nrun_dir = "."\n[[camera]]\nid = "rack-1"\nurl = "/dev/video0"\n'


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as processes:
        yield processes


@contextmanager
def preroll(folder: Path, video: bytes, *, seconds: int = 12) -> Iterator[None]:
    """The camera's last seconds, as its process leaves them: the video's first ones, the last of them just taken."""
    ring = _core.PacketRing(packets_name(folder, "rack-1"), span_ns=15 * SECOND, capacity_bytes=64 << 20)
    begun = now_ns() - seconds * SECOND
    with av.open(io.BytesIO(video), "r") as container:
        stream = container.streams.video[0]
        base = stream.time_base or Fraction(1)
        header = header_of(stream, base)
        for packet in container.demux(stream):
            if packet.dts is None or packet.pts is None or float(packet.pts * base) > seconds:
                continue
            ring.append(
                bytes(packet),
                t_ns=begun + int(packet.pts * base * SECOND),
                stream=1,
                pts=packet.pts,
                dts=packet.dts,
                duration=packet.duration or 0,
                keyframe=packet.is_keyframe,
                header=header if packet.is_keyframe else None,
            )
    yield
    ring.remove()


def recorder(stack: ExitStack, folder: Path, config: str = CAMERA) -> subprocess.Popen[bytes]:
    (folder / "gymbox.toml").write_text(config)
    arguments = ["--config", str(folder / "gymbox.toml")]
    return start(stack, "recorder", folder, module="gymbox.recorder.process", arguments=arguments)


def clips(folder: Path) -> tuple[views.Clip, ...]:
    async def read() -> tuple[views.Clip, ...]:
        async with Reader(folder) as reader:
            return await reader.read(history.clips, kept.TRACK)

    return asyncio.run(read())


async def heard(listener: Listener) -> ClipReady:
    async for item in listener:
        if isinstance(item, Heard):
            assert isinstance(item.event, ClipReady)
            return item.event
    raise AssertionError


async def clip_of_an_alert(folder: Path) -> ClipReady:
    """What the recorder says once vision has raised an alert three seconds ago."""
    async with (
        Speaker(VISION, run_dir=folder, data_dir=folder) as vision,
        Listener(RECORDER, run_dir=folder, silence_s=0.2) as listener,
    ):
        vision.say(kept.linked(), kept.alert().model_copy(update={"t_ns": now_ns() - 3 * SECOND}))
        return await asyncio.wait_for(heard(listener), 60)


def test_an_alert_leaves_a_playable_clip_of_what_was_around_it(tmp_path: Path, stack: ExitStack) -> None:
    process = recorder(stack, tmp_path)
    wait_for("the recorder", (tmp_path / "bus" / RECORDER.name).exists)
    with preroll(tmp_path, SAMPLE.read_bytes()):
        ready = asyncio.run(clip_of_an_alert(tmp_path))
        assert reap(process, signal.SIGTERM) == 0
    shows_the_sample(tmp_path, ready)


def shows_the_sample(folder: Path, ready: ClipReady) -> None:
    """The one clip of the alert is H.264, long enough, and shows the very pictures that the camera sent."""
    (clip,) = clips(folder)
    assert (clip.id, clip.alert_id) == (ready.clip_id, kept.ALERT)
    made = folder / "clips" / clip.file
    assert made.stat().st_size == clip.size_bytes == ready.size_bytes
    with av.open(str(made), "r") as container, av.open(str(SAMPLE), "r") as sample:
        assert container.streams.video[0].codec_context.name == "h264"
        shown = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
        theirs = {digest(frame.to_ndarray(format="gray").tobytes()) for frame in sample.decode(video=0)}
        assert {digest(picture.tobytes()) for picture in shown} <= theirs
    assert 5 <= clip.duration_s <= 10
    assert len(shown) == pytest.approx(clip.duration_s * 15, abs=2)


def digest(data: bytes) -> bytes:
    return hashlib.blake2s(data).digest()


def test_from_a_camera_s_process_to_a_clip(tmp_path: Path, stack: ExitStack) -> None:
    """The whole way: one process decodes and keeps the pre-roll, vision raises an alert, the recorder cuts."""
    process = recorder(stack, tmp_path, CAMERA.replace("/dev/video0", f"file://{SAMPLE}"))
    wait_for("the recorder", (tmp_path / "bus" / RECORDER.name).exists)  # the video goes by meanwhile
    arguments = ["rack-1", "--config", str(tmp_path / "gymbox.toml")]
    began = now_ns()  # a ring of the same name may have been left behind by tests that were killed
    start(stack, "camera", tmp_path, module="gymbox.capture.process", arguments=arguments)

    def seconds_kept() -> float:
        try:
            reader = _core.PacketReader(packets_name(tmp_path, "rack-1"))
        except RingError:
            return 0
        oldest, newest = (reader.read(number) for number in reader.numbers)
        return (newest.t_ns - max(oldest.t_ns, began)) / SECOND if oldest and newest else 0

    wait_for("six seconds of pre-roll", lambda: seconds_kept() > 6)
    ready = asyncio.run(clip_of_an_alert(tmp_path))
    assert reap(process, signal.SIGTERM) == 0
    shows_the_sample(tmp_path, ready)


def test_a_recorder_that_was_killed_before_the_clip_cuts_it_in_its_next_life(tmp_path: Path, stack: ExitStack) -> None:
    process = recorder(stack, tmp_path, CAMERA.replace('id = "rack-1"', 'id = "rack-9"'))  # it cannot cut this one's
    wait_for("the recorder", (tmp_path / "bus" / RECORDER.name).exists)

    async def test() -> ClipReady:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as vision:
            vision.say(kept.linked(), kept.alert().model_copy(update={"t_ns": now_ns() - 3 * SECOND}))
            log = tmp_path / "recorder.log"
            await asyncio.to_thread(wait_for, "the refusal", lambda: b"no clip" in log.read_bytes())
        reap(process, signal.SIGKILL)
        (tmp_path / "clips" / "c-half.mp4.part").write_bytes(b"half")
        with preroll(tmp_path, SAMPLE.read_bytes(), seconds=14):
            recorder(stack, tmp_path, CAMERA + "preroll_s = 120\n")  # however long it takes to start
            async with Listener(RECORDER, run_dir=tmp_path, silence_s=0.2) as listener:
                return await asyncio.wait_for(heard(listener), 60)

    ready = asyncio.run(test())
    assert [clip.id for clip in clips(tmp_path)] == [ready.clip_id]
    assert [path.name for path in (tmp_path / "clips").iterdir()] == [f"{ready.clip_id}.mp4"]


def test_a_clip_of_a_camera_with_a_privacy_zone_shows_nothing_of_it(tmp_path: Path, stack: ExitStack) -> None:
    zone = "privacy_zones = [[[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]]\n"
    recorder(stack, tmp_path, CAMERA + zone)
    wait_for("the recorder", (tmp_path / "bus" / RECORDER.name).exists)
    with preroll(tmp_path, SAMPLE.read_bytes()):
        asyncio.run(clip_of_an_alert(tmp_path))
    (clip,) = clips(tmp_path)
    with av.open(str(tmp_path / "clips" / clip.file), "r") as container:
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="rgb24")
            assert picture[:, : picture.shape[1] // 2].max() < 24
            assert picture[:, picture.shape[1] // 2 + 16 :].max() > 100
    assert clip.duration_s >= 5


def test_a_zone_that_is_drawn_while_the_box_runs_is_black_in_the_next_clip(tmp_path: Path, stack: ExitStack) -> None:
    recorder(stack, tmp_path)
    wait_for("the recorder", (tmp_path / "bus" / RECORDER.name).exists)
    zone = [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]
    with preroll(tmp_path, SAMPLE.read_bytes()):
        change_camera(tmp_path / "gymbox.toml", "rack-1", {"privacy_zones": [zone]})
        asyncio.run(clip_of_an_alert(tmp_path))
    (clip,) = clips(tmp_path)
    assert not clip.shows([[(x, y) for x, y in zone]])
    with av.open(str(tmp_path / "clips" / clip.file), "r") as container:
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="rgb24")
            assert picture[:, : picture.shape[1] // 2].max() < 24


def test_without_a_pre_roll_there_is_no_clip_and_the_alert_stays(tmp_path: Path, stack: ExitStack) -> None:
    process = recorder(stack, tmp_path)

    async def test() -> None:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as vision:
            vision.say(*kept.a_set(2))
            log = tmp_path / "recorder.log"
            await asyncio.to_thread(wait_for, "the refusal", lambda: b"no clip" in log.read_bytes())

    asyncio.run(test())
    assert reap(process, signal.SIGTERM) == 0
    assert clips(tmp_path) == ()
    assert b"Traceback" not in (tmp_path / "recorder.log").read_bytes()
