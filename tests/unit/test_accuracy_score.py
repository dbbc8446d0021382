from __future__ import annotations

from pathlib import Path

import pytest

from accuracy.score import CountedSet, Scored, Target, labelled_targets, rendered_targets, totals, unseen_targets
from accuracy.truth import NOTHING, Truth


def scored(
    low: int, high: int, *sets: CountedSet, exercise: str = "squat", partial: int | None = None, seconds: float = 60.0
) -> Scored:
    return Scored(Truth("clip", Path("clip.mp4"), exercise, low, high, partial, seconds), sets)


def squats(full: int, partial: int = 0) -> CountedSet:
    return CountedSet("squat", full, partial)


@pytest.mark.parametrize(("full", "error"), [(7, 1), (8, 0), (9, 0), (10, 1), (0, 8)])
def test_an_error_is_the_way_to_the_range(full: int, error: int) -> None:
    assert scored(8, 9, squats(full)).error == error


def test_sets_of_all_people_add_up() -> None:
    each = scored(8, 8, squats(3, 1), squats(5))
    assert (each.full, each.partial, each.error) == (8, 1, 0)


def test_the_exercise_found_is_the_one_with_most_reps() -> None:
    assert scored(5, 5, squats(2), CountedSet("lunge", 2, 1)).found == "lunge"
    assert scored(5, 5, squats(2), CountedSet("lunge", 1, 0)).recognised


def test_nothing_counted_is_no_exercise() -> None:
    assert scored(5, 5).found == "-"
    assert not scored(5, 5).recognised
    assert not scored(5, 5, squats(0)).recognised


def test_kinds_need_the_partial_ones_right_too_where_they_are_known() -> None:
    assert scored(5, 5, squats(5, 2)).kinds_right
    assert scored(5, 5, squats(5, 2), partial=2).kinds_right
    assert not scored(5, 5, squats(5, 2), partial=1).kinds_right
    assert not scored(5, 5, squats(4, 1), partial=1).kinds_right


def test_ghosts_are_full_or_partial_and_only_where_nothing_is() -> None:
    assert scored(0, 0, squats(2, 1), exercise=NOTHING).ghosts == 3
    assert scored(3, 3, squats(5, 1)).ghosts == 0


def test_singles_stand_apart_unless_the_truth_is_exact() -> None:
    clips = [scored(0, 1), scored(1, 1, squats(1)), scored(4, 4, squats(3))]
    apart = totals(clips)
    assert (apart.clips, apart.exact, apart.within_one, apart.singles, apart.singles_right) == (1, 0, 1, 2, 2)
    together = totals(clips, singles_apart=False)
    assert (together.clips, together.exact, together.singles) == (3, 2, 0)


def test_the_mean_error_is_relative() -> None:
    assert totals([scored(4, 4, squats(3)), scored(10, 10, squats(10))]).error == pytest.approx(0.125)


def kept(targets: list[Target]) -> list[bool]:
    return [target.kept for target in targets]


def test_labelled_clips_may_miss_one_by_one() -> None:
    right = [scored(5, 5, squats(5))] * 13
    for last, expected in ((squats(4), True), (squats(3), False)):
        clips = [*right, scored(5, 5, last)]
        assert kept(labelled_targets(totals(clips), clips))[0] is expected
    two = [*right[1:], scored(5, 5, squats(4)), scored(5, 5, squats(4))]
    assert kept(labelled_targets(totals(two), two))[0] is False


def test_a_ghost_misses_a_target_of_labelled_and_unseen_clips() -> None:
    clips = [scored(5, 5, squats(5)), scored(0, 0, squats(0, 1), exercise=NOTHING)]
    assert kept(labelled_targets(totals(clips), clips)) == [True, True, False]
    assert kept(unseen_targets(totals(clips))) == [True, True, False]


def test_idling_may_have_one_ghost_in_half_an_hour() -> None:
    idle = [scored(0, 0, exercise=NOTHING)] * 29
    sets = [scored(5, 5, squats(5), partial=0)] * 20
    for ghosts, expected in ((0, True), (1, True), (2, False)):
        clips = [*sets, *idle, scored(0, 0, squats(ghosts), exercise=NOTHING)]
        assert kept(rendered_targets(totals(clips, singles_apart=False))) == [True, True, True, expected]


def test_rendered_shares_are_of_the_sets() -> None:
    sets = [scored(5, 5, squats(5), partial=0)] * 18 + [scored(5, 5, squats(4, 1), partial=0)] * 2
    assert kept(rendered_targets(totals(sets, singles_apart=False))) == [False, True, False, True]
