"""`/ws/live/{track_id}`: what happens to one person, as it happens, whatever track they are followed under."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Annotated, Final

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import Field, ValidationError

from gymbox.errors import UnknownError, in_words
from gymbox.hub import telling, words
from gymbox.hub.client import SlowError
from gymbox.hub.guests import PROTOCOL
from gymbox.hub.limits import Limit
from gymbox.hub.position import Position
from gymbox.hub.problem import Refusal, forbidden, unknown
from gymbox.hub.route import MEMBERS, In, Route
from gymbox.identity import TrackId
from gymbox.storage import owners

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.client import Client
    from gymbox.hub.guests import Guest
    from gymbox.hub.route import Call

_log = structlog.get_logger(__name__)

HEARTBEAT_S: Final = 20.0
"""Between two pings. A client that does not answer within half of it is gone. Lowering it finds dead phones sooner, and
drops those that a bad Wi-Fi silences for a moment."""
IN_KERNEL: Final = 64 << 10
"""Bytes of a socket that may lie in the kernel: it takes megabytes otherwise, and hides a client that reads nothing."""
LARGEST: Final = 4 << 10
"""Bytes of a client's message."""
SAYS_MOST: Final = 20
"""Messages of a client at once, and then two a second."""


class LivePath(In):
    """Whose life."""

    track_id: TrackId


class LiveQuery(In):
    """From where."""

    after: Annotated[str, Field(max_length=200)] = ""
    """The newest cursor that the client has; without one it begins now."""


async def live(box: Box, call: Call) -> web.StreamResponse:
    """Talk to one client until either side ends it."""
    session_id = await _session(box, call.guest, call.path.track_id)
    try:
        after = Position.parse(call.query.after)
    except ValueError as error:
        raise Refusal(422, "invalid", str(error)) from error
    ws = web.WebSocketResponse(
        protocols=[PROTOCOL],
        heartbeat=HEARTBEAT_S,
        compress=False,
        max_msg_size=LARGEST,
        timeout=2,
    )
    if not ws.can_prepare(call.request):
        raise Refusal(400, "bad request", "expected a WebSocket's handshake")
    await ws.prepare(call.request)
    pipe = _Pipe(ws, call.request)
    visit, client = box.floor.join(session_id, after, pipe)
    box.audience.add(call.guest, ws, session_id)
    writing = asyncio.create_task(_write(box, client, pipe))
    try:
        await _read(ws, client)
    finally:
        visit.clients.discard(client)
        box.audience.discard(call.guest, ws)
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
    return ws


async def _session(box: Box, guest: Guest, track_id: str) -> str:
    """The visit that the track belongs to, if `guest` may follow it."""
    session_id = box.floor.session_of(track_id)
    try:
        owner = await box.owned(guest, owners.of_track, track_id)
        session_id = owner.session_id or session_id
    except UnknownError:  # so new that the recorder has not stored it, hence nobody's yet
        if session_id is None:
            raise
        if not guest.is_operator:
            raise forbidden("it belongs to somebody else") from None
    if session_id is None:
        raise unknown(f"track {track_id}: it belongs to no visit yet")
    box.floor.link(track_id, session_id)
    return session_id


class _Pipe:
    """A WebSocket's transport, for frames that are made; aiohttp writes its own pings and its end to it, each whole."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        assert request.transport is not None, "just connected"
        self._ws, self._transport = ws, request.transport
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, IN_KERNEL)
        self.get_write_buffer_size = self._transport.get_write_buffer_size

    def write(self, frame: bytes) -> None:
        """Send the frame, unless this side has said its last word."""
        if not self._ws.closed and not self._transport.is_closing():
            self._transport.write(frame)

    def abort(self) -> None:
        """End it without waiting for the other side, who takes nothing."""
        self._transport.abort()


async def _write(box: Box, client: Client, pipe: _Pipe) -> None:
    try:
        await client.run()
    except SlowError as error:
        box.metrics.slow.inc()
        _log.info("a slow client is dropped", why=str(error))
        pipe.abort()


async def _read(ws: web.WebSocketResponse, client: Client) -> None:
    limit = Limit(SAYS_MOST, each_s=0.5)
    async for message in ws:
        if message.type is not WSMsgType.TEXT:
            await ws.close(code=WSCloseCode.UNSUPPORTED_DATA, message=b"expected text")
            return
        try:
            limit.take("")
            said = words.Taken.model_validate_json(message.data, strict=True).root
        except Refusal:
            await ws.close(code=WSCloseCode.POLICY_VIOLATION, message=b"too many messages")
            return
        except ValidationError as error:
            client.offer(telling.at_once(words.Wrong(data=words.Complaint(detail=in_words(error)))))
            continue
        match said:
            case words.Ping():
                client.offer(telling.at_once(words.Pong()))
            case words.WatchPose():
                client.wants_poses = said.data.on


ROUTES: Final = (
    Route(
        method="GET",
        path="/ws/live/{track_id}",
        handle=live,
        name="live",
        summary="What happens to one person, as it happens (WebSocket)",
        who=MEMBERS,
        path_model=LivePath,
        query=LiveQuery,
        kind="socket",
        says=words.Sent,
        hears=words.Taken,
    ),
)
