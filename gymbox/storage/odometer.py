"""How long the box has lived: the one measure by which stored things grow old.

A wall clock that jumps by years (no battery, a wrong NTP server) must delete nothing, so age is counted in seconds of
the box's own running, by the monotonic clock. Time switched off counts by the wall clock where that is plausible.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from gymbox.storage import models

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

LONGEST_PAUSE: Final = timedelta(days=14)
"""A pause between two starts that is believed: a gym's holidays. Longer ones, and those that run backwards, count
nothing. Raising it lets a jump of the clock age things by more; lowering it keeps things longer after a real pause."""


class Odometer:
    """Reads the box's age in seconds; `write` keeps it, now and then, in a transaction."""

    def __init__(self, lived_s: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lived_s = lived_s
        self._monotonic = monotonic
        self._since = monotonic()

    @classmethod
    def start(cls, session: Session, now: datetime, *, monotonic: Callable[[], float] = time.monotonic) -> Odometer:
        """Go on from what was written last."""
        row = session.get(models.Odometer, 1)
        if row is None:
            return cls(0, monotonic=monotonic)
        pause = now - row.written_at
        believed = timedelta() <= pause <= LONGEST_PAUSE
        return cls(row.lived_s + (int(pause.total_seconds()) if believed else 0), monotonic=monotonic)

    @property
    def lived_s(self) -> int:
        """The box's age."""
        return self._lived_s + int(self._monotonic() - self._since)

    def write(self, session: Session, now: datetime) -> None:
        """Keep the age as it is."""
        session.merge(models.Odometer(id=1, lived_s=self.lived_s, written_at=now))
