"""The open WebSockets, by whose they are: ended with the right to them, and bounded for each phone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import WSCloseCode

if TYPE_CHECKING:
    from collections.abc import Container

    from aiohttp import web

    from gymbox.hub.guests import Guest
    from gymbox.hub.metrics import Metrics

MOST_EACH: Final = 8
"""Of one phone. Its oldest ends where it opens another: one that lost its Wi-Fi does not know that it is still open."""
GONE: Final = 4401
"""Close code: the token is no longer good; pair again."""
RELEASED: Final = 4403
"""Close code: the visit was given up."""
REPLACED: Final = 4409
"""Close code: the same phone has opened others."""


class Audience:
    """Who is connected."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._sockets: dict[Guest, dict[web.WebSocketResponse, str]] = {}
        """Each with the visit that it follows."""
        self._ending: set[asyncio.Task[bool]] = set()

    def add(self, guest: Guest, ws: web.WebSocketResponse, session_id: str) -> None:
        """One more, who follows that visit."""
        sockets = self._sockets.setdefault(guest, {})
        sockets[ws] = session_id
        self._metrics.clients.inc()
        if len(sockets) > MOST_EACH and not guest.is_operator:
            self._end(next(iter(sockets)), REPLACED, b"opened elsewhere")

    def discard(self, guest: Guest, ws: web.WebSocketResponse) -> None:
        """One less."""
        self._sockets[guest].pop(ws)
        if not self._sockets[guest]:
            del self._sockets[guest]
        self._metrics.clients.dec()

    def keep_only(self, active: Container[str]) -> None:
        """End those of devices that may no longer come in."""
        for guest, sockets in self._sockets.items():
            if not guest.is_operator and guest.id not in active:
                for ws in sockets:
                    self._end(ws, GONE, b"the token is no longer good")

    def release(self, device_id: str, session_id: str) -> None:
        """End those of a device that follow a visit which is no longer its own."""
        for guest, sockets in self._sockets.items():
            if guest.id == device_id:
                for ws in [ws for ws, followed in sockets.items() if followed == session_id]:
                    self._end(ws, RELEASED, b"the visit is no longer yours")

    async def close(self) -> None:
        """End all: the hub stops."""
        for sockets in self._sockets.values():
            for ws in sockets:
                self._end(ws, WSCloseCode.GOING_AWAY, b"the box stops")
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _end(self, ws: web.WebSocketResponse, code: int, why: bytes) -> None:
        task = asyncio.create_task(ws.close(code=code, message=why, drain=False))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
