"""What comes out of video files: sound ones of every kind, odd ones, damaged ones, and files that are none."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox.errors import VideoError
from gymbox.video import NANOS, Frame, Gap, Video, _Clock
from tests import clips

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, fps: float = 15) -> tuple[list[Frame], list[Gap]]:
    with Video(path) as video:
        return list(video.frames(fps)), video.gaps


def steps_ms(frames: list[Frame]) -> set[int]:
    return {round((b.t_ns - a.t_ns) / 1e6) for a, b in pairwise(frames)}


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("clip.mp4", "libx264", "yuv420p"),
        ("clip.mp4", "libx265", "yuv420p"),
        ("clip.mp4", "libx264", "yuv422p10le"),
        ("clip.avi", "mjpeg", "yuvj420p"),
        ("clip.mkv", "libx264", "yuv444p"),
        ("clip.ts", "libx264", "yuv420p"),
        ("clip.gif", "gif", "rgb8"),
    ],
)
def test_every_kind_of_file_gives_its_frames(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    fps = 25 if codec == "gif" else 30
    path = clips.make(tmp_path / name, codec=codec, pix_fmt=pix_fmt, fps=fps)
    frames, gaps = read(path, fps=1000)
    assert len(frames) == 90
    assert gaps == []
    assert frames[0].t_ns == 0
    assert frames[-1].t_ns == pytest.approx(89 / fps * NANOS, abs=0.002 * NANOS)


@pytest.mark.parametrize(
    ("fps", "steps"), [(30, {67}), (25, {80, 40}), (15, {67}), (10, {100}), (24, {83, 42}), (60, {67}), (50, {60, 80})]
)
def test_every_rate_comes_down_to_fifteen(tmp_path: Path, fps: int, steps: set[int]) -> None:
    frames, _ = read(clips.make(tmp_path / "clip.mp4", fps=fps, times=range(fps * 2)))
    assert len(frames) == min(fps, 15) * 2
    assert steps_ms(frames) == steps


def test_uneven_times_are_kept_and_no_slot_gives_two(tmp_path: Path) -> None:
    times = [0, 1, 2, 10, 11, 30, 31, 32, 33, 34, 60, 75]
    frames, gaps = read(clips.make(tmp_path / "clip.mp4", times=times))
    ticks = [round(frame.t_ns * 30 / NANOS) for frame in frames]
    assert ticks == [0, 2, 10, 30, 32, 34, 60, 75]
    assert gaps == [], "the index lists every picture"


@pytest.mark.parametrize("turned", [0, 90, 180, 270, -90])
def test_pictures_stand_upright(tmp_path: Path, turned: int) -> None:
    # The camera was turned: what it recorded is the upright picture turned the other way.
    path = clips.make(tmp_path / "clip.mp4", turned=turned, aspect=Fraction(3, 4), times=range(3))
    frame = read(path)[0][0]
    seen = frame.picture.to_ndarray(format="rgb24").astype(int)
    meant = np.rot90(clips.picture(0), k=turned // 90)
    assert seen.shape == meant.shape
    assert np.abs(seen - meant).mean() < 12
    assert frame.picture.rotation == 0, "nobody turns it again"
    assert frame.sample_aspect_ratio == pytest.approx(4 / 3 if turned % 180 else 3 / 4)


def test_a_turned_picture_keeps_its_colour_range(tmp_path: Path) -> None:
    straight = clips.make(tmp_path / "a.mp4", pix_fmt="yuvj420p", times=range(3))
    turned = clips.make(tmp_path / "b.mp4", pix_fmt="yuvj420p", times=range(3), turned=90)
    a, b = read(straight)[0][0].picture, read(turned)[0][0].picture
    assert (a.color_range, a.colorspace, a.format.name) == (b.color_range, b.colorspace, b.format.name)
    assert a.color_range == 2


def test_two_pictures_at_one_time_are_one(tmp_path: Path) -> None:
    path = tmp_path / "clip.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=30)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = clips.SIZE
        stream.pix_fmt = "yuvj420p"
        for number, time in enumerate([0, 1, 1, 2]):
            frame = av.VideoFrame.from_ndarray(clips.picture(number), format="rgb24")
            for packet in stream.encode(frame):
                packet.pts = packet.dts = time * 33
                packet.time_base = Fraction(1, 1000)
                container.mux(packet)
    frames, gaps = read(path, fps=1000)
    assert [frame.t_ns for frame in frames] == [0, 33_000_000, 66_000_000]
    assert gaps == []


@pytest.mark.parametrize(("name", "codec"), [("clip.mp4", "libx264"), ("clip.mp4", "libx265"), ("clip.mkv", "libx264")])
def test_a_scratch_is_a_gap_and_the_rest_is_read(tmp_path: Path, name: str, codec: str) -> None:
    path = clips.make(tmp_path / name, codec=codec, times=range(180))
    frames, gaps = read(clips.scratch(path, 0.4, 0.5))
    assert frames[0].t_ns == 0
    assert frames[-1].t_ns > 5.8 * NANOS
    assert 45 <= len(frames) < 90
    assert gaps
    for gap in gaps:
        assert 1.5 < gap.start_s < gap.end_s < 4.5
        inside = [f for f in frames if gap.start_s + 1e-3 < f.t_ns / NANOS < gap.end_s - 1e-3]
        assert inside == []


def test_a_file_cut_off_says_what_is_missing(tmp_path: Path) -> None:
    path = clips.make(tmp_path / "clip.mp4", container_options={"movflags": "faststart"})
    frames, gaps = read(clips.cut(path, 0.6))
    assert 15 < len(frames) < 40
    (gap,) = gaps
    assert frames[-1].t_ns / NANOS < gap.start_s < 2.2
    assert gap.end_s == 3.0


def test_a_recording_that_goes_on_after_a_silence_has_a_gap(tmp_path: Path) -> None:
    # Matroska does not say how long a picture stands, so two seconds without one are two seconds missing.
    frames, gaps = read(clips.make(tmp_path / "clip.mkv", times=[*range(30), *range(90, 120)]))
    assert len(frames) == 30
    assert gaps == [Gap(1.0, 3.0)]


def test_two_recordings_in_one_file_follow_each_other(tmp_path: Path) -> None:
    path = clips.make(tmp_path / "clip.ts", times=range(360))
    path.write_bytes(path.read_bytes() * 2)
    frames, _ = read(path)
    assert len(frames) == pytest.approx(2 * 12 * 15, abs=2)
    assert frames[-1].t_ns / NANOS == pytest.approx(24, abs=0.2)
    assert max(steps_ms(frames)) < 150


@given(st.lists(st.none() | st.integers(-(2**40), 2**40), max_size=30), st.none() | st.integers(-1000, 1000))
def test_time_only_goes_forward_whatever_the_stamps_say(stamps: list[int | None], start: int | None) -> None:
    stream = SimpleNamespace(time_base=Fraction(1, 90_000), start_time=start, average_rate=Fraction(30))
    clock = _Clock(cast("av.VideoStream", stream))
    told = (clock.stamp(cast("av.VideoFrame", SimpleNamespace(pts=pts, dts=None))) for pts in stamps)
    times = [t_ns for t_ns in told if t_ns is not None]
    assert all(before < after for before, after in pairwise(times))
    assert not stamps or times[0] >= 0


def refusal(path: Path) -> str:
    with pytest.raises(VideoError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_what_is_no_video_is_refused_by_name(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.mp4") == "no such file"
    assert refusal(tmp_path) == "a folder, expected a video file"

    empty = tmp_path / "empty.mp4"
    empty.touch()
    assert refusal(empty) == "an empty file, expected a video"

    for name in ("notes.txt", "notes.mp4"):
        text = tmp_path / name
        text.write_text("squat 3x10\n" * 100)
        assert refusal(text).startswith("not a video")

    image = tmp_path / "photo.png"
    av.VideoFrame.from_ndarray(clips.picture(0), format="rgb24").save(str(image))
    assert refusal(image) == "not a video (looks like a single picture)"


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    assert refusal(path) == "expected a video stream, found audio"


def test_an_mp4_without_its_index_says_so(tmp_path: Path) -> None:
    path = clips.cut(clips.make(tmp_path / "clip.mp4"), 0.6)
    assert refusal(path) == "an MP4 without its index: cut off while it was recorded or copied"


def test_a_video_of_which_nothing_decodes_is_refused(tmp_path: Path) -> None:
    path = clips.make(tmp_path / "clip.mp4", container_options={"movflags": "faststart"})
    data = path.read_bytes()
    start = data.index(b"mdat") / len(data)
    assert refusal(clips.scratch(path, start + 0.001, 1.0)) == "nothing in its video stream (h264) decodes"
