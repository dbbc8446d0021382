"""Coaching notes written for this product, and the one that fits: what stands behind the model's words.

For a form check that has its own note nothing is searched. For what the notes do not name, such as an exercise of the
user's, they are searched by SQLite's full-text index.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from gymbox.coach.phrases import advice, exercise_name
from gymbox.coach.summary import telling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gymbox.coach.facts import Facts

WEIGHTS: Final = (3.0, 6.0, 1.0)
"""Of a word in the exercise's name, the title, the text: of notes that say the same the right exercise's wins."""
TITLES: Final = {
    "best": "progress",
    "deeper": "progress",
    "cleaner": "clean",
    "shallower": "range",
    "slower": "tired",
    "uneven": "uneven",
    "hurried": "tempo_down",
    "clean": "clean",
}
"""Which general note stands behind what is told of a set."""

_STOP: Final = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "but", "by", "do", "does", "during", "for", "from", "get", "go"}
    | {"have", "how", "if", "in", "is", "it", "me", "my", "not", "of", "on", "or", "should", "so", "than", "that"}
    | {"the", "their", "them", "they", "this", "to", "too", "up", "what", "when", "where", "which", "while", "why"}
    | {"with", "you", "your"}
)
"""Words of a question that say nothing of what is asked."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note."""

    name: str
    """Exercise and heading, such as `squat/chest_drops`; `general/rest` for all exercises."""
    title: str
    text: str


class Notes:
    """All notes, searchable."""

    def __init__(self) -> None:
        self.all = tuple(_read())
        self._by_name = {note.name: note for note in self.all}
        self._index = sqlite3.connect(":memory:")
        self._index.execute("create virtual table notes using fts5(exercise, title, text, tokenize = 'porter')")
        for number, note in enumerate(self.all):
            exercise = exercise_name(note.name.partition("/")[0], "en")
            row = (number, exercise, note.title, note.text)
            self._index.execute("insert into notes(rowid, exercise, title, text) values (?, ?, ?, ?)", row)

    def about_fault(self, exercise: str, check: str) -> str:
        """The note on a form check, or what is nearest to it; nothing where nothing is near."""
        if note := self._by_name.get(f"{exercise}/{check}"):
            return note.text
        words = f"{exercise_name(exercise, 'en')} {advice(exercise, check, 'en')} {check.replace('_', ' ')}"
        return next((note.text for note in self.search(words)), "")

    def about_set(self, facts: Facts, past: Sequence[Facts]) -> str:
        """The note on what is most worth telling of a set."""
        name, _, check = next(telling(facts, past))
        return self.about_fault(facts.exercise, check) if check else self._by_name[f"general/{TITLES[name]}"].text

    def search(self, question: str, *, most: int = 3) -> list[Note]:
        """The notes that speak most of what the question asks, best first."""
        words = [word for word in re.findall(r"[a-z]+", question.lower()) if word not in _STOP and len(word) > 1]
        if not words:
            return []
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
        rows = self._index.execute(
            "select rowid from notes where notes match ? order by bm25(notes, ?, ?, ?) limit ?",
            (query, *WEIGHTS, most),
        )
        return [self.all[number] for (number,) in rows]


def _read() -> Iterator[Note]:
    for file in sorted((files("gymbox.coach") / "notes").iterdir(), key=lambda file: file.name):
        exercise = file.name.removesuffix(".md")
        for section in file.read_text(encoding="utf-8").split("\n## ")[1:]:
            heading, _, text = section.partition("\n")
            name, _, title = heading.partition(" — ")
            yield Note(f"{exercise}/{name}", title, " ".join(text.split()))
