"""Whether a camera that was lost is back: asked every second, for next to nothing, and without its password."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
# A question that every server answers somehow, and that needs no password.
_QUESTIONS: Final = {"rtsp": b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "http": b"OPTIONS * HTTP/1.0\r\n\r\n"}


class Sign(StrEnum):
    """Of life."""

    NONE = "nobody is there"
    SILENT = "it accepts the connection and says nothing"
    ANSWERS = "it answers"


async def probe(url: str, *, limit_s: float = 1.0) -> Sign:
    """What sign of life `url` gives within `limit_s`; behind TLS, accepting a connection counts as an answer."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        return Sign.ANSWERS if await asyncio.to_thread(Path(url.removeprefix("file://")).exists) else Sign.NONE
    try:
        host, port = parts.hostname, parts.port or _PORTS[parts.scheme]
        reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), limit_s)
    except (OSError, TimeoutError, ValueError):
        return Sign.NONE
    try:
        if question := _QUESTIONS.get(parts.scheme):
            writer.write(question)
            if not await asyncio.wait_for(reader.read(1), limit_s):
                return Sign.SILENT
    except (OSError, TimeoutError):
        return Sign.SILENT
    finally:
        writer.transport.abort()
    return Sign.ANSWERS
