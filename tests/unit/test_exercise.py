"""The exercise core from Python: angles, medians, people in rows, and what a screen shows of somebody."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from gymbox import Pipeline
from gymbox._core import Athletes, Event, Motions, Person, compute_angle, median_smooth
from gymbox.errors import ExerciseError
from gymbox.exercises import catalogue_json, get_exercise
from tests.lifter import SHIN, SIZE, THIGH
from tests.mover import MOVES, SECOND, Seen, performed, pushing, still

WIDTH, HEIGHT = SIZE


def test_an_angle_is_that_at_the_middle_point() -> None:
    assert compute_angle((0, 0), (1, 0), (1, 1)) == 90
    assert compute_angle((0, 0), (1, 0), (2, 0)) == 180
    assert compute_angle((1, 0), (1, 0), (1, 1)) is None
    assert compute_angle((math.nan, 0), (1, 0), (1, 1)) is None


def test_a_median_ignores_the_flip() -> None:
    assert median_smooth([10, 90, 20, 30, 40]) == 30
    assert median_smooth([1, math.nan, 2]) == 1.5
    assert median_smooth([]) is None


def test_no_such_exercise_lists_those_that_exist() -> None:
    with pytest.raises(KeyError, match=r"nope.*bicep_curl, lateral_raise, push_up, squat"):
        get_exercise("nope")
    assert get_exercise("squat").name["de"] == "Kniebeuge"


def test_what_the_recogniser_has_not_learnt_is_counted_by_its_gates() -> None:
    catalogue = json.loads(catalogue_json())
    squat = next(exercise for exercise in catalogue["exercises"] if exercise["id"] == "squat")
    gates = [{"measure": "hip_drop", "none": 0.07, "full": 0.13}, {"measure": "feet_path", "none": 0.3, "full": 0.15}]
    catalogue["exercises"] = [squat | {"id": "box_squat", "recogniser": None, "gates": gates}]
    seen = performed("squat", 5)
    athletes = Athletes(json.dumps(catalogue), 1, width=WIDTH, height=HEIGHT)
    events: list[Event] = []
    for t_ns, keypoints in zip(seen.t_ns.tolist(), seen.keypoints, strict=True):
        events += athletes.step(keypoints[None], t_ns)
    events += athletes.finish(int(seen.t_ns[-1]))
    reps = [event.rep.exercise for event in events if isinstance(event, Event.RepConfirmed)]
    assert reps == ["box_squat"] * 5


def test_who_lowers_once_more_and_gets_up_has_done_no_push_up() -> None:
    seen = performed("push_up", 5, seconds=1.6)
    assert len(seen.reps()) == 5
    turn = 1.5 + 4 * 2.0 + 0.8
    into = np.clip((seen.t_ns / SECOND - turn) / 0.8, 0, 1)
    for frame in np.flatnonzero(into > 0):
        depth = float(np.cos(np.pi / 2 * into[frame])) ** 2
        seen.keypoints[frame] = pushing(depth, gathered=min(1.0, 1.3 * float(into[frame])))
    assert len(seen.reps()) == 4


def test_rows_are_people_and_their_events_carry_the_row() -> None:
    squat, curl = performed("squat", 4), performed("bicep_curl", 4)
    athletes = Athletes(catalogue_json(), 3, width=WIDTH, height=HEIGHT)
    events: list[Event] = []
    for t_ns, *rows in zip(squat.t_ns.tolist(), squat.keypoints, curl.keypoints, strict=True):
        events += athletes.step(np.stack([rows[0], np.zeros((17, 3), np.float32), rows[1]]), t_ns)
    events += athletes.finish(int(squat.t_ns[-1]))
    reps = [(event.track, event.rep.exercise) for event in events if isinstance(event, Event.RepConfirmed)]
    assert sorted(reps) == [(1, "squat")] * 4 + [(3, "bicep_curl")] * 4


def test_arrays_of_another_shape_are_refused() -> None:
    athletes = Athletes(catalogue_json(), 2, width=WIDTH, height=HEIGHT)
    with pytest.raises(ValueError, match=r"expected \(2, 17, 3\), got \[1, 17, 3\]"):
        athletes.step(np.zeros((1, 17, 3), np.float32), 0)
    with pytest.raises(ValueError, match="is not in the catalogue"):
        Athletes(catalogue_json(), 1, width=WIDTH, height=HEIGHT, exercise="nope")
    with pytest.raises(ValueError, match="picture"):
        Motions(1, width=0, height=HEIGHT)
    with pytest.raises(ExerciseError):
        Athletes("{}", 1, width=WIDTH, height=HEIGHT)


def test_motions_are_angles_and_cycles_without_a_name() -> None:
    seen = performed("squat", 3)
    motions = Motions(1, width=WIDTH, height=HEIGHT)
    knees, turns = [], []
    for t_ns, keypoints in zip(seen.t_ns.tolist(), seen.keypoints, strict=True):
        angles, cycles = motions.step(keypoints[None], t_ns)
        knees.append(angles[0, 6])
        turns += [turn * 1e-9 for _, channel, _, turn, _, _ in cycles if channel == "legs"]
    assert max(knees) == pytest.approx(180, abs=1)
    assert min(knees) == pytest.approx(180 - math.degrees(SHIN + THIGH), abs=3)
    assert turns == pytest.approx([2.85, 5.65, 8.45], abs=0.15), "half of the median's window late"


def test_what_is_unseen_has_no_angle() -> None:
    keypoints = performed("squat", 0).keypoints[:1].copy()
    keypoints[0, 13, 2] = 0.05
    angles, _ = Motions(1, width=WIDTH, height=HEIGHT).step(keypoints, 0)
    assert np.isnan(angles[0]).tolist() == [False] * 4 + [True, False, True, False]


def people(seen: Seen) -> list[Person]:
    """What a screen would have shown in each frame."""
    pipeline = Pipeline("movenet-multipose", frames=False)
    shown: list[Person] = []
    for t_ns, keypoints in zip(seen.t_ns.tolist(), seen.keypoints, strict=True):
        low, high = keypoints[:, :2].min(axis=0) - 0.02, keypoints[:, :2].max(axis=0) + 0.02
        boxes = np.array([[*low, *high, 0.8]], np.float32)
        pipeline.step_detections(boxes, keypoints[None], t_ns, width=WIDTH, height=HEIGHT)
        shown += pipeline.people
    return shown


@pytest.mark.parametrize("exercise", sorted(MOVES))
def test_thirty_frames_name_the_exercise(exercise: str) -> None:
    # A repetition of two seconds, and half a second of standing before it: the last 30 frames are the repetition.
    shown = people(performed(exercise, 1, seconds=2.0, still_s=0.5))[:38]
    assert shown[-1].exercise == exercise
    assert shown[-1].confidence > 0.6
    assert shown[-1].set is None, "one repetition is no set yet"


def test_who_stands_still_does_nothing_known() -> None:
    for person in people(still("squat", 10).noisy(0.004)):
        assert (person.exercise, person.confidence, person.phase, person.progress) == (None, 0, "rest", 0)


def test_phase_and_progress_follow_the_repetition() -> None:
    seen = performed("squat", 5, still_s=1.5)
    shown = people(seen)
    fourth = (seen.t_ns > (1.5 + 3 * 2.8 + 0.3) * SECOND) & (seen.t_ns < (1.5 + 3 * 2.8 + 2.4) * SECOND)
    fourth = fourth[-len(shown) :]  # a track begins with its second detection
    phases = [person.phase for person, inside in zip(shown, fourth.tolist(), strict=True) if inside]
    changes = [phase for phase, before in zip(phases, ["", *phases], strict=False) if phase != before]
    assert changes in (["rest", "out", "turn", "back", "rest"], ["out", "turn", "back", "rest"])
    progress = np.array([person.progress for person in shown])[fourth]
    assert progress.max() > 0.95
    assert progress.argmax() == pytest.approx(len(progress) / 2, abs=4)
    assert all(person.exercise == "squat" and person.confidence > 0.6 for person in shown[-20:])


def test_a_rep_says_how_it_was_done() -> None:
    (*_, rep) = performed("squat", 4, seconds=2.4).reps()
    assert rep.range_of_motion == pytest.approx(math.degrees(SHIN + THIGH), abs=6)
    assert rep.symmetry == pytest.approx(1, abs=0.02)
    # Shin and thigh are each 0.19 of the picture, and lean along a sine squared of 2.4 s; the lifter is 0.61 of the
    # picture from ankle to shoulder, which makes about 0.77 of it tall.
    drop = 0.19 * (2 - math.cos(SHIN) - math.cos(THIGH)) / 0.77
    assert rep.peak_velocity == pytest.approx(drop * math.pi / 2.4, rel=0.35)
    # A sine squared lingers at rest: the first and last of the way count as rest.
    assert 0.7 < rep.tempo_out <= 1.3
    assert 0.4 < rep.tempo_back <= 1.3


def test_one_lame_arm_shows_in_the_symmetry() -> None:
    seen = performed("bicep_curl", 4)
    rest = seen.keypoints[0]
    seen.keypoints[:, 9, :2] = rest[9, :2] + 0.7 * (seen.keypoints[:, 9, :2] - rest[9, :2])
    assert all(rep.symmetry == pytest.approx(0.7, abs=0.05) for rep in seen.reps() if rep.symmetry is not None)
    assert any(rep.symmetry is not None for rep in seen.reps())


def test_only_the_exercise_that_was_asked_for_is_counted() -> None:
    assert not [e for e in performed("squat", 4).events(exercise="bicep_curl") if isinstance(e, Event.RepConfirmed)]
    assert len([e for e in performed("squat", 4).events(exercise="squat") if isinstance(e, Event.RepConfirmed)]) == 4
