"""Who is who: what holds of visits, whoever comes and goes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.stroller import Heard, Stay, floor, heard, moments, step

few = settings(max_examples=25)
hues = st.integers(0, 23)
places = st.floats(0.15, 0.85)


@few
@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 2), places, st.integers(0, 3)), min_size=1, max_size=4))
def test_two_who_are_seen_at_once_are_never_one(people: list[tuple[float, int, float, int]]) -> None:
    stays = [Stay(start, reps, place, 6 * hue) for start, reps, place, hue in people]
    hall, whose = floor(), dict[int, int]()
    for moment in moments(stays, until_s=max(stay.end_s for stay in stays)):
        whose |= {link.track: link.visit for link in step(hall, moment).linked}
        here = [whose[person.track] for person in hall.people if person.track in whose]
        assert len(here) == len(set(here))


@few
@given(hues, hues, st.floats(1.5, 50), places)
def test_who_comes_after_another_is_somebody_else(one: int, other: int, away_s: float, place: float) -> None:
    assume(min((one - other) % 24, (other - one) % 24) > 1)
    first = Stay(0, 3, 0.5, one)
    second = Stay(first.end_s + away_s, 3, place, other)
    told = heard([first, second], until_s=second.end_s)
    assert len(told.visits) == 2
    assert [number for _, _, number in told.reps()] == [1, 2, 3, 1, 2, 3]


@few
@given(hues, st.floats(6, 50), places)
def test_who_comes_back_goes_on_counting_in_the_same_set(hue: int, away_s: float, place: float) -> None:
    first = Stay(0, 3, 0.5, hue)
    second = Stay(first.end_s + away_s, 3, place, hue)
    told = heard([first, second], until_s=second.end_s)
    assert len(told.visits) == 1
    assert len(told.links) == 2
    assert told.links[1].score is not None
    assert [number for _, _, number in told.reps()] == [1, 2, 3, 4, 5, 6]
    assert len({set_ for _, set_, _ in told.reps()}) == 1


@few
@given(hues, st.floats(5, 30), st.floats(0.5, 20))
def test_who_was_away_too_long_is_new_and_the_visit_is_over(hue: int, away_s: float, more_s: float) -> None:
    first = Stay(0, 2, 0.5, hue)
    second = Stay(first.end_s + away_s + more_s, 2, 0.5, hue)
    told = heard([first, second], until_s=second.end_s, away_s=away_s)
    assert len(told.visits) == 2
    assert told.over[0] == told.links[0].visit


@few
@given(
    st.lists(st.tuples(st.floats(0, 20), st.integers(1, 3), hues), min_size=1, max_size=3),
    st.lists(st.floats(0, 1), min_size=1, max_size=3),
)
def test_wherever_a_life_is_cut_off_the_next_tells_the_rest(
    people: list[tuple[float, int, int]], cuts: list[float]
) -> None:
    stays = [Stay(start, reps, 0.2 + 0.3 * place, hue) for place, (start, reps, hue) in enumerate(people)]
    until_s = max(stay.end_s for stay in stays) + 8
    whole = heard(stays, until_s=until_s)
    frames = list(moments(stays, until_s=until_s))
    ends = [0, *sorted(round(cut * len(frames)) for cut in cuts), len(frames)]
    told, hall = Heard(), floor()
    for start, end in pairwise(ends):
        hall = floor(hall.state())
        for moment in frames[start:end]:
            told.take(step(hall, moment))
    told.take(hall.finish())
    assert told == whole
