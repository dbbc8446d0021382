"""A server that speaks Anthropic's Messages API by streaming, as well or as badly as a test wants."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LINE: Final = "Drive your chest up first as you stand. Then breathe."
KEY: Final = "sk-ant-of-a-test"

EVENTS: Final = "text/event-stream"
PROBLEMS: Final[dict[str, tuple[int, str, dict[str, str]]]] = {
    "401": (401, "authentication_error", {}),
    "404": (404, "not_found_error", {}),
    "429": (429, "rate_limit_error", {"retry-after": "60"}),
    "429 for a moment": (429, "rate_limit_error", {"retry-after": "0"}),
    "500": (500, "api_error", {}),
    "529": (529, "overloaded_error", {}),
}
ODD: Final = {
    "html": ("text/html", "<html>a hotel's Wi-Fi wants your room number</html>"),
    "garbage": (EVENTS, "event: message_start\ndata: {\0nonsense\n\n"),
    "not an object": (EVENTS, "event: message_start\ndata: [1, 2]\n\n"),
}


@dataclass
class Api:
    """What it answers, and what it was asked."""

    how: list[str] = field(default_factory=list)
    """Of the next requests, one each; the last of it holds for all that follow."""
    text: str = LINE
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""

    def _next(self) -> str:
        return self.how.pop(0) if len(self.how) > 1 else (self.how or ["well"])[0]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        headers = request.headers
        self.keys.append(headers.get("x-api-key") or headers.get("Authorization", "").removeprefix("Bearer "))
        how = self._next()
        if how in PROBLEMS:
            status, kind, more = PROBLEMS[how]
            body = {"type": "error", "error": {"type": kind, "message": kind}}
            return web.json_response(body, status=status, headers=more)
        if how in ODD:
            kind, text = ODD[how]
            return web.Response(text=text, content_type=kind)
        if how == "silent":
            await asyncio.sleep(3_600)
        return await self._stream(request, how)

    async def _stream(self, request: web.Request, how: str) -> web.StreamResponse:  # noqa: C901 -- ways to go wrong
        out = web.StreamResponse(headers={"Content-Type": EVENTS})
        await out.prepare(request)

        async def say(kind: str, **more: object) -> None:
            await out.write(f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n".encode())

        async def delta(text: str) -> None:
            await say("content_block_delta", index=0, delta={"type": "text_delta", "text": text})

        usage = {"input_tokens": 600, "output_tokens": 1}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "m"}
        await say("message_start", message={**message, "stop_reason": None, "stop_sequence": None, "usage": usage})
        await say("content_block_start", index=0, content_block={"type": "text", "text": ""})
        await say("ping")
        if how == "overloaded inside":
            await say("error", error={"type": "overloaded_error", "message": "Overloaded"})
            return out
        if how == "huge":
            while True:
                await delta("word " * 1_000)
        if how == "huge line":
            await out.write(b"event: content_block_delta\ndata: " + b"x" * (4 << 20) + b"\n\n")
        for word in self.text.split(" "):
            await delta(word + " ")
            if how == "slow":
                await asyncio.sleep(1)
            if how == "cut off":
                assert request.transport is not None
                request.transport.abort()
                return out
            if how == "stuck after a sentence" and word.endswith("."):
                await asyncio.sleep(3_600)
        await say("content_block_stop", index=0)
        why = {"refusal": "refusal", "too long": "max_tokens"}.get(how, "end_turn")
        await say("message_delta", delta={"stop_reason": why, "stop_sequence": None}, usage={"output_tokens": 20})
        await say("message_stop")
        return out


@asynccontextmanager
async def messages_api(*how: str, text: str = LINE, port: int = 0) -> AsyncIterator[Api]:
    """The server, at a port of this machine."""
    api = Api([*how], text)
    app = web.Application()
    app.router.add_post("/v1/messages", api.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield api
    finally:
        await runner.cleanup()
