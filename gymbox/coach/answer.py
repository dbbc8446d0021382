"""What of a model's answer may be spoken to a person in the middle of a lift, and what is refused.

The text of a model is not trusted: it is one or two plain sentences about how to move, or it is nothing. The box's own
cue was said already, so that refusing costs little.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

import yaml

from gymbox.errors import RefusedAnswerError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from gymbox.wishes import Language

LONGEST: Final = 200
"""Characters; 15 s of speech."""
MOST_WORDS: Final = {1: 20, 2: 36}
"""By number of sentences."""
UNENDED: Final = 400
"""Characters without a sentence's end after which an answer is none."""

_QUOTES: Final = "\"'\N{RIGHT SINGLE QUOTATION MARK}“”„«»"
_SENTENCE: Final = re.compile(rf"\S.*?(?<!\b[a-zA-Z])[.!?…]+[{_QUOTES})]*(?=\s|\Z)", re.DOTALL)
"""Up to its end, which is not the dot of `z. B.` or of `1.5`."""
_PLAIN: Final = re.compile(rf"[A-Za-zÀ-ÖØ-öø-ÿ0-9 .,;:!?°%…()×{_QUOTES}\-\N{{EN DASH}}—]")
"""What a voice can read in these languages; so no markup, no address, no emoji."""
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")


class Judge(NamedTuple):
    """The words by which one language's answers are judged."""

    medicine: re.Pattern[str]
    off_stage: re.Pattern[str]
    about: re.Pattern[str]
    small: frozenset[str]


def sentences(text: str) -> list[str]:
    """The whole sentences of a text; what has no end is left out."""
    return _SENTENCE.findall(text)


def speakable(text: str, *, most: int, language: Language, numbers: AbstractSet[str]) -> str:
    """The text as it is spoken.

    Args:
        text: the model's.
        most: how many sentences it may be.
        language: that it must be in.
        numbers: those that it may name; others are made up.

    Raises:
        RefusedAnswerError: it is not to be spoken.
    """
    plain = " ".join(unicodedata.normalize("NFC", text).split()).strip(f"{_QUOTES} ")
    words = plain.split()
    if not 2 <= len(words) <= MOST_WORDS[most] or len(plain) > LONGEST:
        raise RefusedAnswerError(f"expected 2 to {MOST_WORDS[most]} words, got {len(words)} ({len(plain)} characters)")
    if odd := _PLAIN.sub("", plain):
        raise RefusedAnswerError(f"expected plain sentences, got {odd[:20]!r}")
    if len(sentences(f"{plain}.")) > most:
        raise RefusedAnswerError(f"expected at most {most} sentences")
    if not _reads_as(language, plain):
        raise RefusedAnswerError(f"expected the language {language}")
    judge = judges()[language]
    for pattern, what in ((judge.medicine, "no word of medicine"), (judge.off_stage, "words to somebody who trains")):
        if found := pattern.search(plain):
            raise RefusedAnswerError(f"expected {what}, got {found[0]!r}")
    if not judge.about.search(plain):
        raise RefusedAnswerError("expected a word about the body or the exercise")
    if made_up := set(_NUMBER.findall(plain)) - numbers:
        raise RefusedAnswerError(f"expected numbers that were measured, got {', '.join(sorted(made_up))}")
    return plain


@cache
def judges() -> dict[Language, Judge]:
    """By language."""
    text = (files("gymbox.coach") / "answer.yaml").read_text(encoding="utf-8")
    lists: dict[str, dict[Language, list[str]]] = yaml.safe_load(text)
    return {
        language: Judge(
            medicine=_any(lists["medicine"][language]),
            off_stage=_any(lists["off_stage"][language]),
            about=_any(lists["about"][language]),
            small=frozenset(lists["small"][language]),
        )
        for language in lists["small"]
    }


def _any(words: Iterable[str]) -> re.Pattern[str]:
    """Matches any of these words; `*` is any letters."""
    patterns = [re.escape(word).replace(r"\*", r"\w*") for word in words]
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


def _reads_as(language: Language, text: str) -> bool:
    """Whether it is not rather another language: a voice of the one cannot speak the other."""
    words = re.findall(r"\w+", text.lower())
    count = {known: sum(word in judge.small for word in words) for known, judge in judges().items()}
    return max(count.values()) <= count[language] + 1
