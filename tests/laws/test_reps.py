"""What counting obeys, whoever moves and however badly they are seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymbox import Pipeline
from gymbox._core import Event
from tests.lifter import SIZE
from tests.mover import MOVES, SECOND, Seen, performed, still

exercises = st.sampled_from(sorted(MOVES))
tempos = st.floats(1.5, 5.0)  # seconds; a quicker squat is a bounce
depths = st.floats(0.8, 1.1)  # of the lifter's own
rates = st.floats(8, 30)
noises = st.floats(0, 0.005)  # picture heights: somebody of 300 pixels is seen to within two or so
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=40)


def outcome(seen: Seen) -> list[tuple[str, int, str]]:
    return [(rep.exercise, rep.number, rep.kind) for rep in seen.reps()]


@few
@given(exercises, tempos, depths, rates, st.tuples(noises, seeds))
def test_ten_cycles_count_ten(
    exercise: str, seconds: float, depth: float, fps: float, noise: tuple[float, int]
) -> None:
    seen = performed(exercise, 10, seconds=seconds, depth=depth, fps=fps).noisy(*noise)
    assert outcome(seen) == [(exercise, number, "full") for number in range(1, 11)]


@few
@given(exercises, st.integers(2, 6), tempos, noises, seeds)
def test_a_mirror_changes_nothing(exercise: str, reps: int, seconds: float, noise: float, seed: int) -> None:
    seen = performed(exercise, reps, seconds=seconds).noisy(noise, seed)
    assert outcome(seen.mirrored()) == outcome(seen)


@few
@given(exercises, st.integers(2, 6), st.floats(0, 10**6))
def test_another_time_shifts_the_events_and_changes_nothing_else(exercise: str, reps: int, seconds: float) -> None:
    seen = performed(exercise, reps)
    later = seen.later(seconds)
    assert outcome(later) == outcome(seen)
    shift = round(seconds * SECOND)
    assert [rep.turn_ns - shift for rep in later.reps()] == [rep.turn_ns for rep in seen.reps()]


@few
@given(st.permutations(range(3)), st.integers(2, 4))
def test_the_order_of_detections_changes_nothing(order: list[int], reps: int) -> None:
    people = [performed("squat", reps), performed("bicep_curl", reps), still("squat", 12)]
    frames = min(len(each.t_ns) for each in people)
    counts = []
    for rows in (list(range(3)), order):
        pipeline = Pipeline("movenet-multipose", frames=False)
        events: list[Event] = []
        for frame in range(frames):
            keypoints = np.stack([people[row].keypoints[frame] for row in rows])
            keypoints[..., 0] += np.array([(row - 1) / 3 for row in rows], np.float32)[:, None]
            low, high = keypoints[..., :2].min(axis=1) - 0.02, keypoints[..., :2].max(axis=1) + 0.02
            boxes = np.concatenate([low, high, np.full((3, 1), 0.8)], axis=1).astype(np.float32)
            t_ns = int(people[0].t_ns[frame])
            events += pipeline.step_detections(boxes, keypoints, t_ns, width=SIZE[0], height=SIZE[1])
        events += pipeline.finish()
        counts.append(sorted(e.rep.exercise for e in events if isinstance(e, Event.RepConfirmed)))
    assert counts[0] == counts[1]
    assert set(counts[0]) == {"squat", "bicep_curl"}


@few
@given(exercises, st.floats(0, 0.01), rates, seeds)
def test_jitter_counts_nothing(exercise: str, noise: float, fps: float, seed: int) -> None:
    assert still(exercise, 20, fps=fps).noisy(noise, seed).reps() == []


@few
@given(
    exercises,
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["nan", "inf", "twice", "back", "gap", "nobody"]))),
)
def test_nothing_that_a_camera_sends_panics(exercise: str, faults: list[tuple[int, str]]) -> None:
    seen = performed(exercise, 4)
    t_ns, keypoints = seen.t_ns.copy(), seen.keypoints.copy()
    for frame, fault in ((frame % (len(t_ns) - 1) + 1, fault) for frame, fault in faults):
        match fault:
            case "nan":
                keypoints[frame, ::2] = np.nan
            case "inf":
                keypoints[frame, :, 1] = np.inf
            case "twice":
                t_ns[frame] = t_ns[frame - 1]
            case "back":
                t_ns[frame] = 0
            case "gap":
                t_ns[frame:] += 100 * SECOND
            case _:
                keypoints[frame, :, 2] = 0
    events = replace(seen, t_ns=t_ns, keypoints=keypoints).events()
    numbers = [event.rep.number for event in events if isinstance(event, Event.RepConfirmed)]
    assert len(numbers) <= 4
    assert all(isinstance(event.at_ns, int) for event in events)


@pytest.mark.parametrize("exercise", sorted(MOVES))
def test_a_count_never_goes_down(exercise: str) -> None:
    reps = performed(exercise, 10).noisy(0.004).reps()
    assert [rep.number for rep in reps] == sorted(rep.number for rep in reps)
