"""The box's own sentences, in English and German, and which of them to say next."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from gymbox.exercises import get_exercise
from gymbox.wishes import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]


class Wordings(BaseModel):
    """Several ways to say one thing, in each language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: Annotated[tuple[Wording, ...], Field(min_length=2)]
    de: Annotated[tuple[Wording, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for wordings in (self.en, self.de):
            if len(set(wordings)) < len(wordings):
                raise ValueError("expected every wording to be another")
        return self

    def of(self, language: Language) -> tuple[str, ...]:
        """Those of a language."""
        return self.en if language == "en" else self.de


class Summary(BaseModel):
    """The two sentences after a set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: dict[str, Wordings]
    telling: dict[str, Wordings]


class Phrases(BaseModel):
    """All of `phrases.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exercises: dict[str, dict[Language, str]]
    """In the plural, by id."""
    faults: dict[str, dict[str, Wordings]]
    """By exercise and form check."""
    milestones: dict[str, Wordings]
    encouragement: Wordings
    summary: Summary

    def fault(self, exercise: str, check: str, language: Language) -> tuple[str, ...]:
        """Ways to name a fault: for a form check of the user's own, its message; nothing where nobody knows it."""
        if wordings := self.faults.get(exercise, {}).get(check):
            return wordings.of(language)
        message = advice(exercise, check, language)
        return (message,) if message else ()

    def amount(self, exercise: str, reps: int, language: Language) -> str:
        """`8 squats`."""
        plural = self.exercises.get(exercise, {}).get(language)
        return f"{reps} {plural}" if plural and reps != 1 else f"{reps} × {exercise_name(exercise, language)}"


def advice(exercise: str, check: str, language: Language) -> str:
    """What to tell somebody of a fault, as the exercise's file says it; nothing where this gymbox does not know it."""
    try:
        message = get_exercise(exercise).check(check).message
    except (KeyError, StopIteration):
        return ""
    return message.get(language) or message["en"]


def exercise_name(exercise: str, language: Language) -> str:
    """What people call it."""
    try:
        name = get_exercise(exercise).name
    except KeyError:
        return exercise.replace("_", " ")
    return name.get(language) or name["en"]


@cache
def phrases() -> Phrases:
    """Those that gymbox comes with."""
    text = (files("gymbox.coach") / "phrases.yaml").read_text(encoding="utf-8")
    return Phrases.model_validate(yaml.safe_load(text))


class Repertoire:
    """What one person has been told, so that they hear every wording of a thing before one of them again."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)  # noqa: S311 -- it varies sentences
        self._left: dict[tuple[str, ...], list[str]] = {}
        self._last: dict[tuple[str, ...], str] = {}

    def choose(self, wordings: Sequence[str]) -> str:
        """The next of these, which are not none."""
        key = tuple(wordings)
        left = self._left.get(key)
        if not left:
            left = [*key]
            self._chance.shuffle(left)
            if left[-1] == self._last.get(key):  # the last of one round is not the first of the next
                left.insert(0, left.pop())
            self._left[key] = left
        self._last[key] = said = left.pop()
        return said
