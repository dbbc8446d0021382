"""The tracker across the boundary: shapes, refusals, and the laws of who is who."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.scene import NOBODY, scene, switches
from gymbox._core import ByteTrack
from gymbox.errors import VideoError

WIDTH, HEIGHT = 1280, 720
FRAME_NS = 1_000_000_000 // 30


def tracker(**options: float) -> ByteTrack:
    return ByteTrack(width=WIDTH, height=HEIGHT, **options)


def standing(*places: float) -> np.ndarray:
    return np.array([[x - 0.05, 0.3, x + 0.05, 0.8] for x in places], np.float32).reshape(-1, 4)


def sure(count: int) -> np.ndarray:
    return np.full(count, 0.9, np.float32)


def test_a_person_has_a_number_from_the_second_frame_on() -> None:
    follow = tracker()
    found = [follow.update(standing(0.2, 0.7), sure(2), frame * FRAME_NS).tolist() for frame in range(30)]
    assert found[0] == [-1, -1]
    assert all(frame == found[1] for frame in found[1:])
    assert sorted(found[1]) == [1, 2]


def test_nobody_is_an_empty_answer() -> None:
    found = tracker().update(standing(), sure(0), 0)
    assert found.dtype == np.int64
    assert found.shape == (0,)


@pytest.mark.parametrize(("lower", "people"), [(0.0, 1), (0.25, 2)])
def test_the_same_joints_in_another_box_are_the_same_person(lower: float, people: int) -> None:
    boxes = np.array([[0.4, 0.3, 0.5, 0.8], [0.4, 0.3, 0.5, 0.55]], np.float32)
    joints = np.stack([np.full(17, 0.45), np.linspace(0.3, 0.5, 17), np.full(17, 0.8)], axis=1)
    moved = joints + np.array([0.0, lower, 0.0])
    seen = np.stack([joints, moved]).astype(np.float32)
    follow = tracker()
    follow.update(boxes, sure(2), 0, seen)
    assert np.sum(follow.update(boxes, sure(2), FRAME_NS, seen) > 0) == people


@pytest.mark.parametrize(
    ("boxes", "scores", "keypoints"),
    [
        (np.zeros((2, 3), np.float32), np.zeros(2, np.float32), None),
        (np.zeros((2, 4), np.float32), np.zeros(3, np.float32), None),
        (np.zeros((2, 4), np.float32), np.zeros(2, np.float32), np.zeros((2, 17, 2), np.float32)),
    ],
)
def test_other_shapes_are_refused(boxes: np.ndarray, scores: np.ndarray, keypoints: np.ndarray | None) -> None:
    with pytest.raises(ValueError, match=r"expected boxes \(n, 4\)"):
        tracker().update(boxes, scores, 0, keypoints)


def test_other_numbers_are_refused() -> None:
    with pytest.raises(TypeError):
        tracker().update(np.zeros((1, 4)), sure(1), 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [{"low": 0.6}, {"lost_s": -1.0}, {"high": float("nan")}, {"width": 0}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        ByteTrack(**{"width": WIDTH, "height": HEIGHT, **options})  # type: ignore[arg-type]


def test_time_that_runs_back_is_an_error_and_changes_nothing() -> None:
    follow = tracker()
    follow.update(standing(0.3), sure(1), 10)
    with pytest.raises(VideoError, match="expected a frame after 10 ns, got 9 ns"):
        follow.update(standing(0.3), sure(1), 9)
    assert follow.update(standing(0.3), sure(1), 20).tolist() == [1]


@given(seed=st.integers(0, 2**32 - 1), people=st.integers(1, 12))
def test_the_order_of_detections_changes_nothing(seed: int, people: int) -> None:
    shuffle = np.random.default_rng(seed)
    one, other = tracker(), tracker()
    for frame, seen in enumerate(scene(people, frames=40, seed=seed)):
        order = shuffle.permutation(len(seen.boxes))
        found = one.update(seen.boxes, seen.scores, frame * FRAME_NS)
        shuffled = other.update(seen.boxes[order], seen.scores[order], frame * FRAME_NS)
        assert shuffled.tolist() == found[order].tolist()


@given(seed=st.integers(0, 2**32 - 1), start=st.integers(-(2**60), 2**60))
def test_another_clock_changes_nothing(seed: int, start: int) -> None:
    one, other = tracker(), tracker()
    for frame, seen in enumerate(scene(5, frames=40, seed=seed)):
        found = one.update(seen.boxes, seen.scores, frame * FRAME_NS)
        assert other.update(seen.boxes, seen.scores, start + frame * FRAME_NS).tolist() == found.tolist()


@given(
    numbers=st.lists(st.lists(st.floats(width=32), min_size=5, max_size=5), max_size=6),
    joint=st.floats(width=32),
    times=st.lists(st.integers(0, 2**62), min_size=2, max_size=6),
)
def test_any_number_at_any_time_is_survived(numbers: list[list[float]], joint: float, times: list[int]) -> None:
    seen = np.array(numbers, np.float32).reshape(-1, 5)
    joints = np.full((len(seen), 17, 3), joint, np.float32)
    follow = tracker()
    for t_ns in sorted(times):
        found = follow.update(seen[:, :4], seen[:, 4], t_ns, joints)
        known = found[found > 0]
        assert len(set(known.tolist())) == len(known)


def test_a_crowd_keeps_its_numbers() -> None:
    seen = scene(20, frames=450, seed=11)
    follow = tracker()
    tracks = [follow.update(frame.boxes, frame.scores, number * FRAME_NS) for number, frame in enumerate(seen)]
    people = sum(int(np.sum(frame.owners != NOBODY)) for frame in seen)
    assert switches(seen, tracks) * 500 < people  # the crowd of 20 crosses all the time: measured 1 in 1000
