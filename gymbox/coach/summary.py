"""Two sentences about a set that is over, by the box itself: how much, and the one thing worth knowing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gymbox.coach.phrases import advice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gymbox.coach.facts import Facts
    from gymbox.coach.phrases import Phrases, Repertoire
    from gymbox.wishes import Language

DEEPER_DEG: Final = 5
"""More range than in the set before is told from here on; the pose model is unsure by two or three."""
SHALLOWER_DEG: Final = 8
SLOWER: Final = 0.35
"""Share of speed lost from which on somebody should rest well; sets to failure lose about half."""
UNEVEN: Final = 0.85
HURRIED_S: Final = 0.8
"""A way down that took less is hurried."""


def summarise(facts: Facts, past: Sequence[Facts], phrases: Phrases, repertoire: Repertoire, language: Language) -> str:
    """Both sentences.

    Args:
        facts: of the set, which has repetitions.
        past: earlier sets of the exercise, newest first.
        phrases: the box's wordings.
        repertoire: what this person has heard.
        language: theirs.
    """
    amount = phrases.summary.amount["partial" if facts.partial_reps else "full"].of(language)
    what = phrases.amount(facts.exercise, facts.reps, language)
    first = repertoire.choose(amount).format(what=what, n=facts.partial_reps)
    name, number, check = next(telling(facts, past))
    told = repertoire.choose(phrases.summary.telling[name].of(language))
    return f"{first} {told.format(n=number, advice=advice(facts.exercise, check, language))}"


def telling(facts: Facts, past: Sequence[Facts]) -> Iterator[tuple[str, int, str]]:
    """What is worth telling, the best first: its name, a number, a form check."""
    if past:
        yield from _beside(facts, past)
    for check, _ in facts.faults:
        if advice(facts.exercise, check, "en"):
            yield "fault", 0, check
    if facts.slowdown >= SLOWER:
        yield "slower", 0, ""
    if facts.symmetry is not None and facts.symmetry < UNEVEN:
        yield "uneven", 0, ""
    if facts.out_s is not None and facts.out_s < HURRIED_S:
        yield "hurried", 0, ""
    yield "clean", 0, ""


def _beside(facts: Facts, past: Sequence[Facts]) -> Iterator[tuple[str, int, str]]:
    """What is worth telling of a set beside those before."""
    if len(past) > 1 and facts.reps > max(each.reps for each in past):
        yield "best", 0, ""
    before = past[0]
    gained = facts.range_deg - before.range_deg if facts.range_deg and before.range_deg else 0
    if gained >= DEEPER_DEG:
        yield "deeper", gained, ""
    if facts.fault_count < before.fault_count:
        yield "cleaner", 0, ""
    if gained <= -SHALLOWER_DEG:
        yield "shallower", -gained, ""
