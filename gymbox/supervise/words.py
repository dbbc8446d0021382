"""The processes' logs, one after the other on our own."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

from gymbox import log
from gymbox.redact import redact

if TYPE_CHECKING:
    from asyncio import StreamReader
    from typing import TextIO

    from gymbox.config import LogSettings

LONGEST: Final = 1 << 16
"""Bytes of a line; what is longer is cut there, so that a process that floods its log costs no memory."""


class Words:
    """Hands each line that a process writes on, as one log: JSON on a pipe, readable on a terminal.

    Args:
        settings: how the box logs.
        stream: where to.
    """

    def __init__(self, settings: LogSettings, stream: TextIO = sys.stderr) -> None:
        self._stream, self._text = stream, log.is_text(settings, stream)

    async def hand_on(self, name: str, stream: StreamReader) -> str:
        """All that `name` writes, to its end; returns the last thing it said was wrong, or printed past the log."""
        wrong, rest = "", b""
        while data := await stream.read(LONGEST):
            *lines, rest = (rest + data).split(b"\n")
            if len(rest) > LONGEST:
                lines, rest = [*lines, rest], b""
            for line in lines:
                wrong = self._line(name, line[:LONGEST]) or wrong
        return (self._line(name, rest) if rest else "") or wrong

    def _line(self, name: str, line: bytes) -> str:
        event = _event(name, line.decode(errors="replace"))
        if event is None:
            return ""
        shown = log.line_of(event, self._stream) if self._text else json.dumps(event, ensure_ascii=False)
        self._stream.write(f"{shown}\n")
        self._stream.flush()
        said = str(event.get("error") or event.get("exception") or event["event"]).strip()
        return said.rpartition("\n")[2] if event.get("level") in {None, "error", "critical"} else ""


def _event(name: str, line: str) -> dict[str, Any] | None:
    """The log event that `line` is; what a library printed past the log becomes one."""
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if isinstance(event, dict) and "event" in event:
        return event
    return {"event": redact(line.rstrip()), "process": name} if line.strip() else None
