"""Form: keypoints in, alerts and scores out."""

from __future__ import annotations

import numpy as np
import pytest

from gymbox._core import Event
from gymbox.exercises import Exercise, load
from tests.mover import ASPECT, SECOND, Seen, curling, performed

FPS = 15
REP = round(2.8 * FPS)  # frames from one turn to the next: 2.4 s and a rest of 0.4
FIRST_TURN = round((1.5 + 1.2) * FPS)


def leaning(seen: Seen, *frames: int, degrees: float = 70) -> Seen:
    """The same with the trunk thrown forward in some frames; hips and legs stay."""
    keypoints = seen.keypoints.copy()
    for frame in frames:
        hips = keypoints[frame, 11:13, :2].mean(axis=0)
        top = hips + 0.23 * np.array([np.sin(np.radians(degrees)) / ASPECT, -np.cos(np.radians(degrees))])
        keypoints[frame, :11, :2] += top - keypoints[frame, 5:7, :2].mean(axis=0)
    return Seen(seen.t_ns, keypoints)


def alerts(seen: Seen) -> list[Event.FormAlert]:
    return [event for event in seen.events() if isinstance(event, Event.FormAlert)]


def around(turn: int, frames: int) -> range:
    """Frames around the turn of a repetition, from 0."""
    middle = FIRST_TURN + turn * REP
    return range(middle - frames // 2, middle - frames // 2 + frames)


@pytest.fixture(scope="module")
def squats() -> Seen:
    return performed("squat", 6, fps=FPS)


def test_good_form_alerts_nobody_and_scores_full(squats: Seen) -> None:
    events = squats.events()
    assert not [event for event in events if isinstance(event, Event.FormAlert)]
    (finished,) = [event for event in events if isinstance(event, Event.SetFinished)]
    assert finished.form_score == 100


@pytest.mark.parametrize(("frames", "wanted"), [(1, 0), (2, 0), (3, 1), (6, 1)])
def test_three_frames_alert_once_and_two_do_not(squats: Seen, frames: int, wanted: int) -> None:
    assert len(alerts(leaning(squats, *around(3, frames)))) == wanted


def test_an_alert_in_a_running_set_comes_at_once_and_says_what_it_saw(squats: Seen) -> None:
    (alert,) = alerts(leaning(squats, *around(3, 5)))
    check = load().exercises[0].check("chest_drops")
    assert (alert.exercise, alert.check, alert.phase, alert.rep) == ("squat", "chest_drops", "turn", 4)
    assert alert.max == check.max
    assert alert.measured == pytest.approx(70, abs=4)
    # The third frame, and the two that the median lags behind.
    assert alert.at_ns == pytest.approx(squats.t_ns[around(3, 5)[2] + 2], abs=1.01 * SECOND / FPS)


def test_faults_of_reps_that_nobody_knew_to_be_any_are_told_once_they_count(squats: Seen) -> None:
    events = leaning(squats, *around(1, 6)).events()
    kinds = [type(event).__name__.removeprefix("Event_") for event in events]
    (alert,) = [event for event in events if isinstance(event, Event.FormAlert)]
    (started,) = [event for event in events if isinstance(event, Event.SetStarted)]
    assert kinds.index("FormAlert") > kinds.index("SetStarted")
    assert alert.rep == 2
    assert alert.at_ns < started.at_ns
    assert alert.set == started.set


def test_somebody_who_only_bows_is_left_alone() -> None:
    standing = performed("squat", 0, still_s=6)
    bowed = leaning(standing, *range(60, 75))
    assert alerts(bowed) == []


def test_the_same_alert_waits_ten_seconds(squats: Seen) -> None:
    everywhere = [frame for turn in range(6) for frame in around(turn, 6)]
    told = alerts(leaning(squats, *everywhere, degrees=64))
    assert [alert.rep for alert in told] == [1, 5], "2.8 s a repetition: the fifth is the first ten seconds later"
    assert told[1].at_ns - told[0].at_ns >= 10 * SECOND


def test_what_the_view_cannot_show_is_not_reported(squats: Seen) -> None:
    from_the_front = leaning(squats, *around(3, 6))
    keypoints = from_the_front.keypoints
    keypoints[:, 5:17:2, 0] += 0.22 * 0.8 / ASPECT  # the left side is to the right of the right one
    assert alerts(Seen(squats.t_ns, keypoints)) == []


def test_an_unseen_joint_gives_no_angle_and_no_alert(squats: Seen) -> None:
    seen = leaning(squats, *around(3, 8))
    seen.keypoints[around(3, 20), 5:7, 2] = 0.01
    assert alerts(seen) == []


def test_bad_form_costs_score(squats: Seen) -> None:
    seen = leaning(squats, *around(2, 12))
    (finished,) = [event for event in seen.events() if isinstance(event, Event.SetFinished)]
    assert finished.form_score is not None
    assert 100 * 4.5 / 6 < finished.form_score < 100 * 5.8 / 6


def test_a_swinging_trunk_in_a_curl_is_seen() -> None:
    curls = performed("bicep_curl", 5, fps=FPS)
    for frame in around(2, 10):
        curls.keypoints[frame] = curling(1.0, drawn=25)
    (alert,) = alerts(curls)
    assert (alert.check, alert.phase, alert.rep) == ("trunk_swings", "turn", 3)


@pytest.mark.parametrize("exercise", load().exercises, ids=lambda exercise: exercise.id)
def test_what_is_spoken_is_short_and_in_both_languages(exercise: Exercise) -> None:
    for check in exercise.form_checks:
        assert {"en", "de"} <= check.message.keys()
        assert all(len(text.split()) <= 4 for text in check.message.values())
