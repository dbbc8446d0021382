"""One mapping from the monotonic clock, which measures, to the wall clock, which tells people when.

Every time in gymbox is `t_ns`, a reading of `CLOCK_MONOTONIC`: the same in all processes of one boot, and blind to a
wall clock that is set while people train. Durations are differences of `t_ns`, never of wall times. The mapping is
made once and kept in the run folder, so that all processes of one start say the same wall time for the same frame.
"""

from __future__ import annotations

import fcntl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable

JUMP_NS: Final = 1_000_000_000
"""How far the wall clock may have moved before a process that starts makes a new mapping: 1 s.

Raising it keeps wrong wall times for longer after the clock was set; lowering it makes a new mapping for the slow
slewing of NTP (at most 0.5 ms a second), so that two processes could differ by that much.
"""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


class Clock(BaseModel):
    """The mapping: `t_ns + wall_minus_monotonic_ns` is nanoseconds since 1970, UTC."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    boot_id: str
    """The boot that the monotonic readings belong to."""
    wall_minus_monotonic_ns: int

    @classmethod
    def read(cls, *, wall: Callable[[], int] = time.time_ns, monotonic: Callable[[], int] = time.monotonic_ns) -> Clock:
        """The mapping as it is now: the wall clock between the two nearest of five pairs of monotonic readings."""
        spans = []
        for _ in range(5):
            before, now, after = monotonic(), wall(), monotonic()
            spans.append((after - before, now - (before + after) // 2))
        return cls(boot_id=_boot_id(), wall_minus_monotonic_ns=min(spans)[1])

    @classmethod
    def shared(cls, run_dir: Path) -> Clock:
        """The mapping of this start of the box, from `run_dir/clock.json`; made where none fits.

        One that was made in another boot does not fit, nor one from before the wall clock was set. Processes that are
        running keep theirs: within a process a wall time never jumps.
        """
        run_dir.mkdir(parents=True, exist_ok=True)
        with (run_dir / "clock.json").open("a+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # of processes that start together, one makes it
            file.seek(0)
            now = cls.read()
            try:
                kept = cls.model_validate_json(file.read())
            except (UnicodeDecodeError, ValidationError):
                kept = None
            if kept and kept.boot_id == now.boot_id and abs(kept.jump_ns(now)) <= JUMP_NS:
                return kept
            file.truncate(0)
            file.write(now.model_dump_json())
        return now

    def utc(self, t_ns: int) -> datetime:
        """The wall time of `t_ns`, to the microsecond below."""
        return _EPOCH + timedelta(microseconds=(t_ns + self.wall_minus_monotonic_ns) // 1000)

    def t_ns(self, wall: datetime) -> int:
        """The monotonic reading at `wall`, which may lie before this boot and then is negative."""
        return (wall - _EPOCH) // timedelta(microseconds=1) * 1000 - self.wall_minus_monotonic_ns

    def jump_ns(self, now: Clock | None = None) -> int:
        """How far the wall clock has moved from this mapping since it was made; positive is forward."""
        return (now or Clock.read()).wall_minus_monotonic_ns - self.wall_minus_monotonic_ns


def now_ns() -> int:
    """This moment on the clock that all of gymbox measures by."""
    return time.monotonic_ns()
