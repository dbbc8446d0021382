"""How often the coach's search finds the right note, first and among three, on a written set of questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from bench.row import Row, at_least
from gymbox.coach.notes import Notes

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTIONS = Path(__file__).with_name("questions.yaml")


def questions() -> list[tuple[str, str]]:
    """Each with the name of its note."""
    asked: dict[str, list[str]] = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    return [(question, note) for note, them in asked.items() for question in them]


def rows() -> Iterator[Row]:
    """By SQLite's full-text search; `notes_by_embedding.py` asks a sentence embedding the same."""
    notes, asked = Notes(), questions()
    places = [[note.name for note in notes.search(question)] for question, _ in asked]
    first = sum(found[:1] == [note] for found, (_, note) in zip(places, asked, strict=True)) / len(asked)
    three = sum(note in found for found, (_, note) in zip(places, asked, strict=True)) / len(asked)
    target, met = at_least(0.4, first)
    yield Row(
        f"notes found first, {len(asked)} questions", f"{first:.0%}", f"among three: {three:.0%}", first, target, met
    )


def missed() -> Iterator[tuple[str, str, list[str]]]:
    """Questions whose note is not found first, the note, and what is."""
    notes = Notes()
    for question, note in questions():
        found = [one.name for one in notes.search(question)]
        if found[:1] != [note]:
            yield question, note, found


if __name__ == "__main__":
    for question, note, found in missed():
        print(f"{question!r}: expected {note}, got {', '.join(found) or 'nothing'}")
