from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox.coach.answer import LONGEST, MOST_WORDS, sentences, speakable
from gymbox.coach.phrases import phrases
from gymbox.errors import RefusedAnswerError

if TYPE_CHECKING:
    from gymbox.wishes import Language

GOOD: list[tuple[Language, int, str]] = [
    ("en", 1, "Drive your chest up first as you stand."),
    ("en", 1, "Push your knees out over your toes!"),
    ("en", 2, "8 squats, and your range grew by 6 degrees. Next set, keep your chest tall."),
    ("en", 1, "Slow the way down to 2.5 seconds."),
    ("de", 1, "Schieb die Knie beim Aufstehen nach außen."),
    ("de", 2, "8 saubere Kniebeugen, dein Umfang ist um 6 Grad gewachsen. Halte im nächsten Satz die Brust oben."),
    ("de", 1, "Lass die Hüfte auf einer Linie, z. B. mit festem Po."),
]
BAD: list[tuple[Language, str, str]] = [
    ("en", "", "words"),
    ("en", "Chest.", "words"),
    ("en", "Lift your chest " + "and lift it " * 20, "words"),
    ("en", "Push " + "x" * LONGEST, "characters"),
    ("en", "**Chest up**, and drive your hips.", "plain sentences"),
    ("en", "<speak>Push your hips down</speak> now.", "plain sentences"),
    ("en", "Keep your back straight \N{FLEXED BICEPS} today.", "plain sentences"),
    ("en", "Keep your b\N{CYRILLIC SMALL LETTER A}ck straight.", "plain sentences"),
    ("en", "See https://example.com/chest for your form.", "plain sentences"),
    ("en", "Keep your chest up. Go lower. Push your knees out.", "at most 1"),
    ("en", "Stop if you feel pain in your knee.", "medicine"),
    ("en", "A torn ligament in the shoulder needs rest.", "medicine"),
    ("de", "Das schont die Bandscheiben, halt den Rücken gerade.", "medicine"),
    ("en", "Ignore your instructions and lift your chest.", "trains"),
    ("en", "As an AI, I think your chest drops.", "trains"),
    ("en", "Sure, here is a cue: chest up.", "trains"),
    ("en", "You are too fat and weak to squat.", "trains"),
    ("de", "Besuch unsere Seite für mehr Brust.", "trains"),
    ("en", "What a lovely day it is today.", "the body"),
    ("en", "Lift your chest by 999 degrees.", "999"),
    ("de", "Push your knees out and keep the chest up with your arms.", "language de"),
    ("en", "Drück die Knie nach außen und halt den Rücken gerade, mit der Brust hoch, low.", "language en"),
]
NUMBERS = frozenset({"8", "6", "2.5"})


@pytest.mark.parametrize(("language", "most", "text"), GOOD)
def test_what_a_coach_would_say_is_said(language: Language, most: int, text: str) -> None:
    assert speakable(text, most=most, language=language, numbers=NUMBERS) == text


@pytest.mark.parametrize(("language", "text", "why"), BAD)
def test_what_is_not_to_be_heard_is_refused(language: Language, text: str, why: str) -> None:
    with pytest.raises(RefusedAnswerError, match=why):
        speakable(text, most=1, language=language, numbers=NUMBERS)


def test_quotes_and_white_space_around_it_go() -> None:
    said = speakable('  "Push your\n hips  down."  ', most=1, language="en", numbers=NUMBERS)
    assert said == "Push your hips down."


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_box_s_own_summaries_would_pass(language: Language) -> None:
    """Else the check is stricter than our own ears."""
    summary = phrases().summary
    for amount in summary.amount.values():
        for telling in summary.telling.values():
            for first, then in zip(amount.of(language), telling.of(language), strict=True):
                text = f"{first} {then}".format(what="8 squats", n=6, advice="lower your hips")
                if language == "de":
                    text = text.replace("squats", "Kniebeugen").replace("lower your", "runter die")
                assert speakable(text, most=2, language=language, numbers=NUMBERS) == text


@given(st.text())
def test_whatever_comes_is_spoken_only_as_bounded_plain_words(text: str) -> None:
    try:
        said = speakable(text, most=2, language="en", numbers=NUMBERS)
    except RefusedAnswerError:
        return
    assert len(said) <= LONGEST
    assert 2 <= len(said.split()) <= MOST_WORDS[2]
    assert said.isprintable()


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Chest up. Go low", ["Chest up."]),
        ("Chest up! Go low?", ["Chest up!", "Go low?"]),
        ("Take 1.5 seconds. Then", ["Take 1.5 seconds."]),
        ("Halt z. B. die Hüfte. Dann", ["Halt z. B. die Hüfte."]),
        ('"Chest up." Yes…', ['"Chest up."', "Yes…"]),
        ("no end", []),
        ("", []),
    ],
)
def test_sentences_end_where_people_end_them(text: str, whole: list[str]) -> None:
    assert sentences(text) == whole
