"""Ask another process, and answer: typed questions, typed answers, a time limit."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeVar

import structlog
import zmq
import zmq.asyncio
from pydantic import ValidationError

from gymbox.bus.binding import Binding
from gymbox.bus.endpoints import Desk, address
from gymbox.errors import BusError, GymboxError, NoAnswerError, RefusedError, in_words
from gymbox.events import VERSION, Message
from gymbox.redact import redact

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path
    from types import TracebackType

_log = structlog.get_logger(__name__)

AT_ONCE: Final = 32
"""Requests under way at one desk; the next is refused, so that nothing piles up behind a slow disk."""


class Request(Message):
    """A question; its class name is its name on the wire."""

    v: Literal[1] = VERSION


RequestT = TypeVar("RequestT", bound=Request)
ReplyT = TypeVar("ReplyT", bound=Message)
Answer = Message | tuple[Message, "Sequence[bytes]"]
"""What a handler gives back: a message, or a message and bytes that are no JSON (packets, a picture)."""


class Server:
    """Answers the requests of one desk. `async with Server(…) as server: server.on(EditSet, edit)`.

    A handler's `GymboxError` is the refusal that the asker gets, credentials redacted; anything else is logged, and the
    asker hears that it failed.

    Raises:
        BusError: another process answers here already.
    """

    def __init__(self, desk: Desk, *, run_dir: Path) -> None:
        self.desk = desk
        self._binding = Binding(run_dir, desk.name)
        self._handlers: dict[bytes, tuple[type[Request], Callable[[Any], Awaitable[Answer]]]] = {}
        self._socket = zmq.asyncio.Context.instance().socket(zmq.ROUTER)
        self._socket.router_mandatory = True
        self._socket.linger = 0
        self._under_way: set[asyncio.Task[None]] = set()
        self._receiving: asyncio.Task[None] | None = None

    def on(self, request: type[RequestT], handler: Callable[[RequestT], Awaitable[Answer]]) -> None:
        """Answer requests of this type with `handler`."""
        self._handlers[request.__name__.encode()] = (request, handler)

    async def __aenter__(self) -> Self:
        self._binding.bind(self._socket)
        self._receiving = asyncio.create_task(self._receive(), name=f"{self.desk.name}: receive")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks = [task for task in (self._receiving, *self._under_way) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._socket.close()
        self._binding.close()

    async def _receive(self) -> None:
        while True:
            caller, *frames = await self._socket.recv_multipart()
            if len(self._under_way) >= AT_ONCE:
                await self._send(caller, _refusal(BusError(f"{self.desk.name}: busy with {AT_ONCE} requests")))
                continue
            task = asyncio.create_task(self._handle(caller, frames))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _handle(self, caller: bytes, frames: list[bytes]) -> None:
        try:
            answer = await self._answer(frames)
        except GymboxError as error:
            await self._send(caller, _refusal(error))
        except Exception:  # noqa: BLE001 -- whatever a handler trips over, the desk stays open
            _log.exception("request failed", desk=self.desk.name, request=_name(frames))
            await self._send(caller, _refusal(BusError(f"{self.desk.name}: failed; its log says how")))
        else:
            message, blobs = answer if isinstance(answer, tuple) else (answer, ())
            await self._send(caller, [b"ok", message.model_dump_json().encode(), *blobs])

    async def _answer(self, frames: list[bytes]) -> Answer:
        if len(frames) != 2 or frames[0] not in self._handlers:
            raise BusError(f"{self.desk.name}: knows no request {_name(frames)!r} of {len(frames)} frames")
        request, handler = self._handlers[frames[0]]
        try:
            asked = request.model_validate_json(frames[1])
        except ValidationError as error:
            raise BusError(f"{self.desk.name}: {request.__name__}: {in_words(error)}") from error
        return await handler(asked)

    async def _send(self, caller: bytes, frames: list[bytes]) -> None:
        with contextlib.suppress(zmq.ZMQError):  # the asker has gone
            await self._socket.send_multipart([caller, *frames], flags=zmq.NOBLOCK)


async def ask(
    desk: Desk, request: Request, reply: type[ReplyT], *, run_dir: Path, timeout_s: float = 5.0
) -> tuple[ReplyT, list[bytes]]:
    """The answer to `request`, and the bytes that came with it.

    Raises:
        NoAnswerError: none within `timeout_s`. Whether the request was done is not known: let it carry a key that makes
            twice the same as once, and ask again.
        RefusedError: the other side will not, and says why.
        BusError: the answer is not a `reply`.
    """
    socket = zmq.asyncio.Context.instance().socket(zmq.DEALER)
    with socket:
        socket.linger = 0
        socket.connect(address(run_dir, desk.name))
        await socket.send_multipart([type(request).__name__.encode(), request.model_dump_json().encode()])
        if not await socket.poll(timeout_s * 1e3):
            raise NoAnswerError(f"{desk.name}: no answer to {type(request).__name__} within {timeout_s:g} s")
        status, *frames = await socket.recv_multipart()
    if status != b"ok":
        kind, text = (frame.decode("utf-8", "replace") for frame in frames)
        raise RefusedError(text, kind=kind)
    try:
        return reply.model_validate_json(frames[0]), frames[1:]
    except ValidationError as error:
        raise BusError(f"{desk.name}: {reply.__name__}: {in_words(error)}") from error


def _name(frames: list[bytes]) -> str:
    return frames[0][:80].decode("ascii", "replace") if frames else ""


def _refusal(error: GymboxError) -> list[bytes]:
    return [b"refused", type(error).__name__.encode(), redact(str(error)).encode()]
