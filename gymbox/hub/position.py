"""How far a client has heard: one number for each of the box's speakers, as a text that a client keeps and gives back.

The numbers are the speakers' own, so that they hold beyond the hub's life: one that is killed and started again goes on
with every client where it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from gymbox.bus.endpoints import COACH, RECORDER, VISION
from gymbox.bus.subscribe import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEAKERS: Final = (VISION, COACH, RECORDER)
"""Whose numbered events reach clients."""
_TEXT: Final = re.compile(r"(?:(vision|coach|recorder)\.([a-z2-7]{12})\.([0-9]{1,15}))")


@dataclass(frozen=True, slots=True)
class Position:
    """Where each speaker stands; one that was not heard yet has no entry."""

    cursors: tuple[tuple[str, Cursor], ...] = ()

    @classmethod
    def of_all(cls, cursors: Mapping[str, Cursor]) -> Self:
        """The position of these, by speaker; two that mean the same are equal."""
        return cls(tuple(sorted(cursors.items())))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The position that `str` gave.

        Raises:
            ValueError: it is none.
        """
        found = {}
        for part in filter(None, text.split("~")):
            match = _TEXT.fullmatch(part)
            if match is None or match[1] in found:
                raise ValueError("cursor: expected one that the box sent")
            found[match[1]] = Cursor(match[2], int(match[3]))
        return cls.of_all(found)

    def __str__(self) -> str:
        return "~".join(f"{speaker}.{cursor.epoch}.{cursor.number}" for speaker, cursor in self.cursors)

    def of(self, speaker: str) -> Cursor | None:
        """How far this speaker was heard."""
        return next((cursor for name, cursor in self.cursors if name == speaker), None)

    def moved(self, speaker: str, cursor: Cursor) -> Self:
        """The position once `speaker` was heard up to `cursor`."""
        return self.of_all(dict(self.cursors) | {speaker: cursor})

    def joined(self, newer: Self) -> Self:
        """Where a client stands that had heard this, and now hears from one who stands at `newer`."""
        joined = dict(self.cursors)
        for speaker, cursor in newer.cursors:
            known = joined.get(speaker)
            if known is None or known.epoch != cursor.epoch or known.number < cursor.number:
                joined[speaker] = cursor
        return self.of_all(joined)
