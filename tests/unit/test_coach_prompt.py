"""What the model is told, held against files that people read. `UPDATE=1` writes them again."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox.coach.facts import Facts
from gymbox.coach.notes import Notes
from gymbox.coach.prompt import Prompt, about_fault, about_set
from tests import kept
from tests.lifting import Set

if TYPE_CHECKING:
    from gymbox.wishes import Language

PROMPTS = Path(__file__).parents[1] / "data/prompts"
NOTES = Notes()


FACTS = Facts(
    exercise="squat",
    reps=8,
    partial_reps=1,
    range_deg=95,
    out_s=1.2,
    back_s=1.0,
    slowdown=0.28,
    symmetry=0.94,
    faults=(("chest_drops", 2), ("shallow", 1)),
    form_score=88,
)


def some_facts(reps: int, **more: Any) -> Facts:  # noqa: ANN401 -- any of its fields
    return replace(FACTS, reps=reps, **more)


def of_fault(language: Language = "en") -> Prompt:
    lifter = Set(reps=5)
    past = [some_facts(8), some_facts(9, faults=(), partial_reps=0, range_deg=None), some_facts(8), some_facts(99)]
    return about_fault(
        lifter.alert(),
        some_facts(5, form_score=None),
        past,
        cue="Chest up",
        note=NOTES.about_fault("squat", "chest_drops"),
        language=language,
    )


def of_set(language: Language = "de") -> Prompt:
    facts, past = some_facts(9), [some_facts(8, range_deg=88)]
    return about_set(facts, past, note=NOTES.about_set(facts, past), language=language)


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("fault", of_fault()),
        ("set", of_set()),
        ("first_fault", about_fault(Set().alert("none"), some_facts(0), [], cue="", note="", language="de")),
    ],
)
def test_the_prompt_is_what_it_was(name: str, prompt: Prompt) -> None:
    file = PROMPTS / f"{name}.txt"
    text = f"{prompt.system}\n---\n{prompt.user}\n"
    if os.environ.get("UPDATE"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_nobody_is_named() -> None:
    lifter = Set()
    names = (str(lifter.track), lifter.camera_id, lifter.set_id, lifter.alert().alert_id, kept.VISIT, "2026", "1000")
    for prompt in (of_fault(), of_set()):
        assert not any(name in prompt.system + prompt.user for name in names)


def test_no_more_than_three_earlier_sets_are_told() -> None:
    assert '"reps": 99' not in of_fault().user


@given(st.floats(-1e6, 1e6), st.integers(0, 10**6), st.floats(0, 1e4))
def test_numbers_that_were_told_may_be_said_as_either_language_writes_them(
    measured: float, reps: int, tempo: float
) -> None:
    alert = Set().alert().model_copy(update={"measured": measured})
    facts = some_facts(reps, out_s=round(tempo, 1))
    prompt = about_fault(alert, facts, [facts], cue="Chest up", note="", language="de")
    assert {str(abs(round(measured))), "58"} <= prompt.numbers
    if tempo >= 0.05:
        assert str(round(tempo, 1)).replace(".", ",") in prompt.numbers


@given(st.integers(0, 60), st.integers(0, 20))
def test_a_question_costs_no_more_than_is_reserved(reps: int, sets: int) -> None:
    prompt = about_fault(
        Set().alert(), some_facts(reps), [some_facts(reps)] * sets, cue="ü" * 50, note="x" * 600, language="en"
    )
    assert prompt.most_tokens > len((prompt.system + prompt.user).encode())
    assert prompt.most_tokens < 5_000
