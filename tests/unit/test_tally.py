"""What events add up to: sets with their reps and alerts, and people numbered as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox import Event, Pipeline
from gymbox.exercises import load
from gymbox.tally import Tally, lowers_first
from tests import lifter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gymbox.result import SetResult

SECOND = 1_000_000_000


def sets_of(events: Sequence[Event]) -> tuple[SetResult, ...]:
    tally = Tally(load())
    tally.add(events)
    return tally.sets()


def lifted(reps: int) -> list[Event]:
    """What the core says of somebody who squats."""
    pipeline = Pipeline(frames=False)
    width, height = lifter.SIZE
    events: list[Event] = []
    for frame, depth in enumerate(lifter.depths(reps)):
        t_ns = round(frame * SECOND / lifter.FPS)
        events += pipeline.step_detections(*lifter.pose(depth), t_ns, width=width, height=height)
    return [*events, *pipeline.finish()]


def alert(track: int, number: int, check: str, *, at_s: float) -> Event:
    return Event.FormAlert(track, round(at_s * SECOND), number, "squat", check, "turn", 2, 71.06, None, 60.0)


LIFTED = lifted(4)
REP = next(event for event in LIFTED if isinstance(event, Event.RepConfirmed)).rep


def finished(track: int) -> list[Event]:
    """A set of one rep."""
    return [
        Event.RepConfirmed(track, 0, REP),
        Event.SetFinished(track, 9 * SECOND, REP.set, "squat", SECOND, 2 * SECOND, 1, 0, 87.65),
    ]


def test_bodies_begin_by_going_down_and_hands_by_going_up() -> None:
    first = {exercise.id: lowers_first(exercise) for exercise in load().exercises}
    assert first == {"squat": True, "push_up": True, "bicep_curl": False, "lateral_raise": False}


def test_a_set_has_its_reps_in_order() -> None:
    (each,) = sets_of(LIFTED)
    assert (each.person, each.exercise, each.reps, each.partial_reps) == (1, "squat", 4, 0)
    assert [rep.number for rep in each.rep_list] == [1, 2, 3, 4]
    assert each.start_s == each.rep_list[0].start_s
    assert each.end_s == each.rep_list[-1].end_s
    assert each.tempo_down_s == pytest.approx(1.2, abs=0.35), "the figure goes down for 1.2 s"


def test_a_squat_goes_down_first() -> None:
    (each,) = sets_of(LIFTED)
    assert each.rep_list[0].tempo_down_s == pytest.approx(REP.tempo_out, abs=1e-3)
    assert each.rep_list[0].tempo_up_s == pytest.approx(REP.tempo_back, abs=1e-3)


def test_people_are_numbered_as_they_came_among_those_with_sets() -> None:
    alerted = alert(2, 1, load().exercises[0].form_checks[0].id, at_s=1)
    sets = sets_of([alerted, *finished(9), *finished(4), *finished(30)])
    assert [each.person for each in sets] == [1, 2, 3]


@given(st.permutations([2, 5, 7]))
def test_who_finishes_first_changes_no_number(order: list[int]) -> None:
    events = [event for track in order for event in finished(track)]
    assert [each.person for each in sets_of(events)] == [1, 2, 3]


def test_alerts_stay_with_their_set_also_those_before_it_started() -> None:
    check = load().exercises[0].form_checks[0]
    events = [alert(1, 1, check.id, at_s=2), alert(2, 1, check.id, at_s=3), *finished(1), *finished(2)]
    first, second = sets_of(events)
    assert [each.at_s for each in first.alerts] == [2.0]
    assert [each.at_s for each in second.alerts] == [3.0]
    (each,) = first.alerts
    assert (each.check, each.message) == (check.id, check.message["en"])
    assert (each.rep, each.phase, each.measured, each.min, each.max) == (2, "turn", 71.1, None, 60.0)


def test_what_was_withdrawn_is_forgotten() -> None:
    check = load().exercises[0].form_checks[0]
    events = [alert(1, 1, check.id, at_s=2), Event.RepWithdrawn(1, 3 * SECOND, 1), *finished(1)]
    (each,) = sets_of(events)
    assert each.alerts == ()


def test_a_provisional_rep_counts_nothing() -> None:
    assert sets_of([Event.RepProvisional(1, 0, REP), Event.RepWithdrawn(1, 1, 1)]) == ()
