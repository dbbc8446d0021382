"""One WebSocket's way out: numbered messages in order, of the rest only the newest; bounded, or it ends.

A message that is for many is framed once, and the same bytes go straight into each transport. Only what a transport
does not take waits here, with a task that looks again.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gymbox.hub.position import Position

WAITING: Final = 256
"""Numbered messages that may wait for a client, beside those it missed: minutes of training. Raising it costs memory,
and keeps a client that reads nothing for longer; one that is dropped comes back and has missed nothing."""
BUFFER: Final = 64 << 10
"""Bytes that may lie in a transport before messages wait here."""
STALLED_S: Final = 10.0
"""How long a transport may take nothing before the client is dropped. Raising it keeps dead phones for longer."""
LOOK_S: Final = 0.05
"""Between two looks at a transport that is full."""


class SlowError(Exception):
    """The client takes less than it is told."""


class Pipe(Protocol):
    """Where frames go."""

    def write(self, frame: bytes) -> None:
        """Take a frame, whole, now or later."""

    def get_write_buffer_size(self) -> int:
        """Bytes that were taken and have not left."""


def framed(text: bytes) -> bytes:
    """A WebSocket's text frame, unmasked and whole, as a server sends it (RFC 6455, 5.2)."""
    if len(text) < 126:
        return b"\x81" + len(text).to_bytes(1) + text
    if len(text) < 1 << 16:
        return b"\x81\x7e" + len(text).to_bytes(2) + text
    return b"\x81\x7f" + len(text).to_bytes(8) + text


class Client:
    """What goes to one client.

    Args:
        position: how far it had heard when it came; what is before that is not said again.
        pipe: where frames go.
        missed: frames that go out first.
    """

    def __init__(self, position: Position, pipe: Pipe, missed: Iterable[bytes] = ()) -> None:
        self.position = position
        self.wants_poses = False
        self.ahead = True
        """Whether it may have heard more, when it came, than a hub that began anew has."""
        self._pipe = pipe
        self._frames = deque(missed)
        self._most = len(self._frames) + WAITING
        self._pose: bytes | None = None
        self._slow = False
        self._waits = asyncio.Event()
        self._waits.set()

    def offer(self, frame: bytes) -> None:
        """A message that must not be lost; where too many wait, `run` ends."""
        if not self._frames and self._pipe.get_write_buffer_size() <= BUFFER:
            self._pipe.write(frame)
            return
        self._slow |= len(self._frames) >= self._most
        self._frames.append(frame)
        self._waits.set()

    def show(self, frame: bytes) -> None:
        """A pose, in the place of one that waits."""
        if not self._frames and not self._pipe.get_write_buffer_size():
            self._pipe.write(frame)
            return
        self._pose = frame
        self._waits.set()

    async def run(self) -> None:
        """Hand on what waits, for ever.

        Raises:
            SlowError: too much waited, or for too long.
        """
        while True:
            await self._waits.wait()
            self._waits.clear()
            took = time.monotonic()
            while self._frames or self._pose is not None:
                if self._slow:
                    raise SlowError(f"{len(self._frames)} messages wait")
                if self._hand_on():
                    took = time.monotonic()
                elif time.monotonic() - took > STALLED_S:
                    raise SlowError(f"its socket took nothing for {STALLED_S:g} s")
                else:
                    await asyncio.sleep(LOOK_S)

    def _hand_on(self) -> bool:
        """Write the next that waits, if there is room for it."""
        size = self._pipe.get_write_buffer_size()
        if self._frames and size <= BUFFER:
            self._pipe.write(self._frames.popleft())
            return True
        if not self._frames and self._pose is not None and not size:
            self._pipe.write(self._pose)
            self._pose = None
            return True
        return False
