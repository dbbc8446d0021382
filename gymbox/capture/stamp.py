"""Capture times: the stream's own stamps tell how far pictures are apart, their arrival tells when it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from gymbox.clock import now_ns

if TYPE_CHECKING:
    from fractions import Fraction

NANOS: Final = 1_000_000_000

DRIFT: Final = 0.0005
"""How much faster or slower than ours a camera's clock may run, as a share: 500 ppm, ten times a bad quartz.

Higher follows a worse clock, and lets a network that slows down move the times; lower loses a bad clock.
"""

JUMP_NS: Final = 2 * NANOS
"""From where on a step between stamps and arrival is the camera's (it set its clock, or began anew), no delay."""


class Stamper(Protocol):
    """Gives packets their capture times."""

    def stamp(self, pts: int | None, arrived_ns: int) -> int:
        """The capture time of a packet of presentation time `pts` that came at `arrived_ns`."""


class LiveStamper:
    """Times of a live stream: never after the arrival, as even as the camera's own stamps, whatever the network does.

    A packet may be late but never early. So the least time between stamp and arrival that was seen is the way itself,
    and what comes on top is delay, which is taken off again.
    """

    def __init__(self, tick_ns: Fraction) -> None:
        self._tick_ns = tick_ns
        self._offset_ns: int | None = None
        self._arrived_ns = 0

    def stamp(self, pts: int | None, arrived_ns: int) -> int:
        """The capture time; without a stamp, the arrival."""
        if pts is None:
            return arrived_ns
        own_ns = int(pts * self._tick_ns)
        offset = arrived_ns - own_ns
        if self._offset_ns is None or not 0 <= offset - self._offset_ns <= JUMP_NS:
            self._offset_ns = offset
        else:
            slack = int((arrived_ns - self._arrived_ns) * DRIFT)
            self._offset_ns += min(offset - self._offset_ns, slack)
        self._arrived_ns = arrived_ns
        return own_ns + self._offset_ns


class FileStamper:
    """Times of a file: its own, from the moment that it is opened on."""

    def __init__(self, tick_ns: Fraction, *, usual_ns: int) -> None:
        self._tick_ns = tick_ns
        self._usual_ns = usual_ns
        self._origin: int | None = None
        self._start_ns = now_ns()
        self._last_ns = self._start_ns - usual_ns

    def stamp(self, pts: int | None, arrived_ns: int) -> int:
        """The capture time; without a stamp, one usual interval after the last."""
        del arrived_ns
        if pts is None:
            t_ns = self._last_ns + self._usual_ns
        else:
            self._origin = pts if self._origin is None else self._origin
            t_ns = self._start_ns + int((pts - self._origin) * self._tick_ns)
        self._last_ns = t_ns
        return t_ns
