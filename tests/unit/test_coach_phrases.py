from __future__ import annotations

import string
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox.coach.answer import sentences
from gymbox.coach.phrases import Repertoire, Wordings, phrases
from gymbox.exercises import load
from gymbox.wishes import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
CHECKS = [(exercise.id, check.id) for exercise in load().exercises for check in exercise.form_checks]
SAID = phrases()
ALL: list[Wordings] = [
    *(wordings for checks in SAID.faults.values() for wordings in checks.values()),
    *SAID.milestones.values(),
    SAID.encouragement,
    *SAID.summary.amount.values(),
    *SAID.summary.telling.values(),
]


@pytest.mark.parametrize(("exercise", "check"), CHECKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_check_has_several_wordings_in_every_language(exercise: str, check: str, language: Language) -> None:
    assert len(SAID.fault(exercise, check, language)) >= 4


def test_no_phrase_is_left_of_an_exercise_or_a_check_that_is_none() -> None:
    assert {(exercise, check) for exercise, checks in SAID.faults.items() for check in checks} <= set(CHECKS)
    assert set(SAID.exercises) == {exercise.id for exercise in load().exercises}


@pytest.mark.parametrize("language", LANGUAGES)
def test_cues_are_short_enough_to_be_heard_within_a_repetition(language: Language) -> None:
    cues = [*SAID.milestones.values(), SAID.encouragement]
    cues += [wordings for checks in SAID.faults.values() for wordings in checks.values()]
    assert max(len(wording.split()) for cue in cues for wording in cue.of(language)) <= 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_blank_of_a_wording_is_one_that_is_filled(language: Language) -> None:
    parts = [
        part for wordings in ALL for wording in wordings.of(language) for part in string.Formatter().parse(wording)
    ]
    assert {field for _, field, *_ in parts if field} == {"n", "what", "advice"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_half_of_a_summary_is_one_sentence(language: Language) -> None:
    for wordings in (*SAID.summary.amount.values(), *SAID.summary.telling.values()):
        assert all(len(sentences(wording)) == 1 for wording in wordings.of(language))


def test_a_check_of_the_user_s_own_is_told_by_its_message_and_an_unknown_one_not_at_all() -> None:
    bare = SAID.model_copy(update={"faults": {}})
    assert bare.fault("squat", "shallow", "de") == ("Tiefer gehen",)
    assert bare.fault("squat", "no_such", "de") == ()
    assert bare.fault("no_such", "shallow", "en") == ()


def test_an_amount_reads_as_people_say_it() -> None:
    assert SAID.amount("squat", 8, "en") == "8 squats"
    assert SAID.amount("push_up", 12, "de") == "12 Liegestütze"
    assert SAID.amount("squat", 1, "de") == "1 × Kniebeuge"
    assert SAID.amount("deadlift", 5, "en") == "5 × deadlift"


@given(st.lists(st.text(min_size=1, max_size=5), min_size=2, max_size=6, unique=True), st.integers())
def test_every_wording_is_heard_before_one_of_them_again_and_none_twice_running(wordings: list[str], seed: int) -> None:
    repertoire, most = Repertoire(seed), len(wordings)
    said = [repertoire.choose(wordings) for _ in range(4 * most)]
    rounds = [said[start : start + most] for start in range(0, len(said), most)]
    assert all(sorted(one) == sorted(wordings) for one in rounds)
    assert all(before != after for before, after in pairwise(said))
