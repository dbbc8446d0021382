"""Traces: what is written is what is read, and a wrong line is named."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gymbox.errors import OutputError, TraceError
from gymbox.trace import Floats, Trace, TraceFrame, TraceHeader, trace_written

HEADER = {"format": "gymbox-trace/1", "width": 640, "height": 360}
POINT = [0.5, 0.5, 0.9]
PERSON: dict[str, Any] = {"bbox": [0.1, 0.1, 0.5, 0.9], "score": 0.7, "keypoints": [POINT] * 17}

coordinates = st.floats(-10, 10, width=32)


@st.composite
def people(draw: st.DrawFn) -> tuple[Floats, Floats]:
    number = draw(st.integers(0, 3))
    boxes = draw(arrays(np.float32, (number, 5), elements=coordinates))
    boxes[:, :4] = np.sort(boxes[:, :4].reshape(-1, 2, 2), axis=1).reshape(-1, 4)
    keypoints = draw(arrays(np.float32, (number, 17, 3), elements=coordinates))
    for scores in (boxes[:, 4], keypoints[..., 2]):
        scores[:] = np.abs(scores) / 10
    return boxes, keypoints


times = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4).map(sorted)


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(TraceError) as caught, Trace(path) as trace:
        list(trace.frames())
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(str(path))


def write(path: Path, *frames: tuple[int, Floats, Floats], header: TraceHeader | None = None) -> None:
    with trace_written(path, header or TraceHeader(width=640, height=360)) as write_frame:
        for frame in frames:
            write_frame(*frame)


@given(times, people(), st.sampled_from(["", ".gz"]), st.sampled_from([1.0, 0.375]))
def test_reading_gives_what_was_written(
    times: list[int], seen: tuple[Floats, Floats], suffix: str, aspect: float
) -> None:
    header = TraceHeader(width=640, height=360, sample_aspect_ratio=aspect, source="ä.mp4", pose_model="m")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"trace.jsonl{suffix}"
        write(path, *((time, *seen) for time in times), header=header)
        assert path.read_bytes().startswith(b"\x1f\x8b") == (suffix == ".gz")
        with Trace(path) as trace:
            assert trace.header == header
            frames = list(trace.frames())
    assert [frame.t_ns for frame in frames] == times
    for frame in frames:
        assert np.array_equal(frame.boxes, seen[0])
        assert np.array_equal(frame.keypoints, seen[1])


def test_numbers_are_as_short_as_they_can_be(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    write(path, (0, np.full((1, 5), 0.482, np.float32), np.zeros((1, 17, 3), np.float32)))
    assert json.loads(path.read_text().splitlines()[1])["detections"][0]["score"] == 0.482


def test_what_is_not_finite_is_written_as_unseen(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    boxes, keypoints = np.full((2, 5), 0.5, np.float32), np.full((2, 17, 3), 0.5, np.float32)
    boxes[0, 0] = np.nan
    keypoints[1, 0, 1] = np.inf
    write(path, (0, boxes, keypoints))
    with Trace(path) as trace:
        (frame,) = trace.frames()
    assert frame.keypoints.shape == (1, 17, 3)
    assert frame.keypoints[0, :2].tolist() == [[0, 0, 0], [0.5, 0.5, 0.5]]


def test_a_header_may_say_more(tmp_path: Path) -> None:
    with Trace(lines(tmp_path / "t.jsonl", HEADER | {"long_side": 256})) as trace:
        assert (trace.header.width, trace.header.height, trace.header.sample_aspect_ratio) == (640, 360, 1)
        assert list(trace.frames()) == []


def test_an_empty_floor_is_a_frame(tmp_path: Path) -> None:
    with Trace(lines(tmp_path / "t.jsonl", HEADER, {"t_ns": 5, "detections": []})) as trace:
        assert list(trace.frames()) == [TraceFrame(t_ns=5, detections=())]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", ", line 1: expected a JSON object (EOF while parsing a value at line 1 column 0), got ''"),
        ({"format": "gymbox-trace/2"}, ", line 1, format: expected 'gymbox-trace/1', got 'gymbox-trace/2'"),
        ({"format": "gymbox-trace/1", "height": 360}, ", line 1, width: expected this key, got none"),
        (HEADER | {"width": 0}, ", line 1, width: expected greater than 0, got 0"),
        (HEADER | {"sample_aspect_ratio": -1}, ", line 1, sample_aspect_ratio: expected greater than 0, got -1"),
    ],
)
def test_a_wrong_header_is_named(tmp_path: Path, header: object, message: str) -> None:
    path = tmp_path / "t.jsonl"
    if header == "":
        path.touch()
    else:
        lines(path, header)
    assert refusal(path).replace("\\n", "") == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"score": "0.7"}, "detections[0].score: expected a valid number, got '0.7'"),
        ({"score": 1.5}, "detections[0].score: expected less than or equal to 1, got 1.5"),
        ({"score": float("nan")}, "detections[0].score: expected a finite number, got nan"),
        ({"bbox": [0.5, 0, 0.1, 1]}, "detections[0].bbox: expected x1 <= x2 and y1 <= y2, got [0.5, 0, 0.1, 1]"),
        ({"bbox": [64, 0, 320, 180]}, "detections[0].bbox[0]: expected less than or equal to 10, got 64"),
        ({"keypoints": [POINT] * 16}, "detections[0].keypoints: expected 17 of them, got 16"),
        ({"keypoints": [*[POINT] * 16, [0, 0]]}, "detections[0].keypoints[16][2]: expected this key, got none"),
        ({"id": 3}, "detections[0].id: expected no key of this name, got one"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    good = {"t_ns": 0, "detections": [PERSON]}
    bad = {"t_ns": 1, "detections": [PERSON | change]}
    assert refusal(lines(tmp_path / "t.jsonl", HEADER, good, bad)) == f", line 3, {message}"


@pytest.mark.parametrize("line", ["", "no json", '{"t_ns": 1', "[]", "null", '{"t_ns": 1.5, "detections": []}'])
def test_a_line_that_is_no_frame_is_refused(tmp_path: Path, line: str) -> None:
    assert refusal(lines(tmp_path / "t.jsonl", HEADER, line)).startswith(", line 2")


def test_time_that_runs_back_is_refused(tmp_path: Path) -> None:
    path = lines(tmp_path / "t.jsonl", HEADER, *({"t_ns": t, "detections": []} for t in (0, 7, 7, 6)))
    assert refusal(path) == ", line 5, t_ns: expected a time from 7 on, got 6"


def test_a_gzip_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(
        lines(tmp_path / "t", HEADER, *({"t_ns": t, "detections": []} for t in range(999))).read_bytes()
    )
    path = tmp_path / "t.jsonl.gz"
    for share in (0.1, 0.5, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert refusal(path).endswith("the gzip file is cut off or damaged")
    path.write_bytes(whole[:20] + bytes(20) + whole[40:])
    assert refusal(path).endswith("the gzip file is cut off or damaged")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == ": no such file or directory"
    assert refusal(tmp_path) == ": is a directory"


def test_an_error_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.gz"
    path.write_text("before")
    writing = trace_written(path, TraceHeader(width=1, height=1))
    writing.__enter__()
    assert len(list(tmp_path.iterdir())) == 2
    assert not writing.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "none" / "t.jsonl"
    with pytest.raises(OutputError, match="cannot be written: No such file"):
        trace_written(path, TraceHeader(width=1, height=1)).__enter__()
