from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox.errors import DamagedError
from gymbox.storage import poses
from tests import floor

if TYPE_CHECKING:
    from gymbox.events import PerceptionEvent

places = st.floats(-0.5, 1.4999)
keypoints = st.lists(st.tuples(places, places, st.floats(0, 1)), min_size=17, max_size=17).map(tuple)


@st.composite
def seconds(draw: st.DrawFn) -> list[PerceptionEvent]:
    """What one track did within one second."""
    times = draw(st.lists(st.integers(0, poses.SECOND - 1), min_size=1, max_size=5, unique=True))
    return [
        floor.perception(t_ns=7 * poses.SECOND + time).model_copy(
            update={
                "keypoints": draw(keypoints),
                "bbox": draw(st.tuples(places, places, places, places)),
                "score": draw(st.floats(0, 1)),
            }
        )
        for time in times
    ]


def walking(frames: int, second: int = 7) -> list[PerceptionEvent]:
    """Someone who moves a little from frame to frame, as people do."""
    chance = np.random.default_rng(1)
    start, walk = chance.uniform(0.2, 0.8, (17, 2)), np.cumsum(chance.normal(0, 0.003, (frames, 17, 2)), axis=0)
    return [
        floor.perception(t_ns=second * poses.SECOND + frame * 66_666_667).model_copy(
            update={"keypoints": tuple((float(x), float(y), 0.8) for x, y in start + walk[frame])}
        )
        for frame in range(frames)
    ]


@given(seconds())
def test_a_pose_comes_back_to_a_sixteenth_of_a_pixel(frames: list[PerceptionEvent]) -> None:
    block = poses.decode(poses.encode(poses.Block.of(frames)))
    frames.sort(key=lambda frame: frame.t_ns)
    assert block.offsets.tolist() == [frame.t_ns % poses.SECOND for frame in frames]
    step = [0.5 / poses.STEPS + 1e-7] * 2 + [0.5 / 255 + 1e-7]
    assert (np.abs(block.keypoints - [frame.keypoints for frame in frames]) <= step).all()
    boxes = np.array([[*frame.bbox, frame.score] for frame in frames])
    assert (np.abs(block.boxes - boxes) <= [step[0]] * 4 + [step[2]]).all()


def test_what_lies_far_outside_is_drawn_to_the_edge() -> None:
    pose = floor.perception().model_copy(update={"bbox": (-1e300, -3.0, 2.0, 1e300)})
    box = poses.decode(poses.encode(poses.Block.of([pose]))).boxes[0]
    assert box[:4] == pytest.approx([-0.5, -0.5, 1.5, 1.5], abs=1e-4)


def test_a_frame_takes_fewer_than_60_bytes() -> None:
    assert len(poses.encode(poses.Block.of(walking(15)))) / 15 < 60


@given(st.data())
def test_damage_is_never_taken_for_a_pose(data: st.DataObject) -> None:
    packed = bytearray(poses.encode(poses.Block.of(walking(3))))
    place = data.draw(st.integers(2, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DamagedError):
        poses.decode(bytes(packed))


@pytest.mark.parametrize("inside", [b"", b"GP\x01", b"GP\x01\x01" + bytes(97), b"GP\x02\x00", b"XX\x01\x00"])
def test_a_block_that_is_none_says_what_was_expected(inside: bytes) -> None:
    with pytest.raises(DamagedError, match="expected"):
        poses.decode(zlib.compress(inside))


def test_halves_of_a_second_become_one() -> None:
    frames = walking(9)
    whole = poses.Block.of(frames)
    merged = poses.Block.of(frames[:6]).merged(poses.Block.of(frames[3:]))
    assert poses.encode(merged) == poses.encode(whole)


def test_the_buffer_gives_a_second_when_it_is_over_and_once() -> None:
    buffer = poses.PoseBuffer()
    for frame in walking(15, second=1) + walking(15, second=1) + walking(1, second=2):
        buffer.add(frame)
    assert buffer.due() == {}
    buffer.add(walking(1, second=3)[0])
    due = buffer.due()
    assert [(second, len(block.offsets)) for (_, second), block in due.items()] == [(1, 15)]
    buffer.drop(due)
    assert buffer.due() == {}
    assert [second for _, second in buffer.due(everything=True)] == [2, 3]


def test_a_second_holds_no_more_frames_than_its_block() -> None:
    buffer = poses.PoseBuffer()
    for t_ns in range(300):
        buffer.add(floor.perception(t_ns=t_ns))
    (block,) = buffer.due(everything=True).values()
    assert len(block.offsets) == poses.MOST_FRAMES
    later = poses.Block.of([floor.perception(t_ns=t_ns) for t_ns in range(1_000, 1_100)])
    assert len(poses.decode(poses.encode(block.merged(later))).offsets) == poses.MOST_FRAMES
