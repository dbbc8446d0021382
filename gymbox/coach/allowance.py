"""The tokens that a day may cost, across restarts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_log = structlog.get_logger(__name__)

FILE: Final = "coach.json"


class Spent(BaseModel):
    """What lies on disk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    tokens: int = Field(ge=0)


class Allowance:
    """A question first reserves the most that it may cost, so that what was spent never exceeds the budget.

    The reserve is on disk before the question goes out: a process that is killed meanwhile has spent it. The day is the
    wall clock's in UTC; a clock that is set to another day begins a new one.
    """

    def __init__(
        self, per_day: int, data_dir: Path, today: Callable[[], date] = lambda: datetime.now(UTC).date()
    ) -> None:
        self.per_day = per_day
        self._path, self._today = data_dir / FILE, today
        self._spent = self._read()

    @property
    def tokens(self) -> int:
        """Spent or reserved today."""
        return self._spent.tokens if self._spent.day == self._today() else 0

    def reserve(self, most: int) -> bool:
        """Whether so many may still be spent today; they then are, until `settle` gives back what was not needed."""
        if self.tokens + most > self.per_day:
            return False
        self._write(self.tokens + most)
        return True

    def settle(self, reserved: int, used: int) -> None:
        """The question took `used` of what it had reserved."""
        self._write(max(0, self.tokens - reserved + min(used, reserved)))

    def _read(self) -> Spent:
        try:
            return Spent.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            pass
        except (OSError, ValidationError) as error:
            _log.warning("what was spent today is not known", file=str(self._path), error=str(error))
        return Spent(day=self._today(), tokens=0)

    def _write(self, tokens: int) -> None:
        self._spent = Spent(day=self._today(), tokens=tokens)
        beside = self._path.with_suffix(".new")
        try:
            beside.write_text(self._spent.model_dump_json(), encoding="ascii")
            beside.replace(self._path)
        except OSError as error:  # a full disk: it is counted in memory, and told where disks are told
            _log.debug("what was spent is not on disk", file=str(self._path), error=str(error))
