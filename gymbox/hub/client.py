"""One WebSocket's queue: numbered messages in order, of the rest only the newest; bounded, or it ends."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gymbox.hub.position import Position

WAITING: Final = 256
"""Numbered messages that may wait for a client, beside those it missed: minutes of training. Raising it costs memory,
and keeps a client that reads nothing for longer; one that is dropped comes back and has missed nothing."""


class SlowError(Exception):
    """The client takes less than it is told."""


class Client:
    """What waits for one client.

    Args:
        position: how far it had heard when it came; what is before that is not said again.
        missed: messages that go out first.
    """

    def __init__(self, position: Position, missed: Iterable[bytes] = ()) -> None:
        self.position = position
        self.wants_poses = False
        self._frames = deque(missed)
        self._most = len(self._frames) + WAITING
        self._pose: bytes | None = None
        self._slow = False
        self._wake = asyncio.Event()

    def offer(self, frame: bytes) -> None:
        """A message that must not be lost; with too many the client is slow, and hears so from `take`."""
        if len(self._frames) >= self._most:
            self._slow = True
        else:
            self._frames.append(frame)
        self._wake.set()

    def show(self, frame: bytes) -> None:
        """A pose, in the place of one that was not taken yet."""
        self._pose = frame
        self._wake.set()

    async def take(self) -> bytes:
        """The next message.

        Raises:
            SlowError: too many waited.
        """
        while True:
            if self._slow:
                raise SlowError(f"{self._most} messages wait")
            if self._frames:
                return self._frames.popleft()
            if self._pose is not None:
                pose, self._pose = self._pose, None
                return pose
            self._wake.clear()
            await self._wake.wait()
