"""A camera that goes on sending the same picture: alive on the wire, blind to the room."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import av

FROZEN_NS: Final = 2_200_000_000
"""How long every picture must be the same, bit for bit, to be frozen.

Sensors are never that quiet, but an encoder may skip a dark, empty room for a while: lower calls that frozen.
So it is said, and nothing is done about it.
"""

LOOK_NS: Final = 400_000_000
"""Between two looks; each takes a third of a millisecond at 1080p."""


class Stillness:
    """Whether the picture is frozen."""

    def __init__(self) -> None:
        self.frozen = False
        self._seen: int | None = None
        self._since_ns = 0
        self._looked_ns: int | None = None

    def look(self, picture: av.VideoFrame, t_ns: int) -> None:
        """Take note of the picture of `t_ns`."""
        if self._looked_ns is not None and t_ns - self._looked_ns < LOOK_NS:
            return
        self._looked_ns = t_ns
        plane = picture.planes[0]
        # Only the picture's own bytes: decoders leave anything between the rows.
        rows = np.frombuffer(memoryview(plane), np.uint8)[: plane.height * plane.line_size].reshape(plane.height, -1)
        seen = zlib.crc32(rows[::4, : plane.width].tobytes())
        if seen != self._seen:
            self._seen, self._since_ns = seen, t_ns
        self.frozen = t_ns - self._since_ns >= FROZEN_NS
