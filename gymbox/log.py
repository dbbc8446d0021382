"""Logs: JSON lines on a pipe, readable on a terminal, never a credential. All go to standard error.

`structlog.get_logger(__name__).info("what happened", camera="rack-1")`; what libraries log by `logging` goes the same
way.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import structlog

from gymbox.redact import redact

if TYPE_CHECKING:
    from typing import TextIO

    from structlog.typing import EventDict, Processor, WrappedLogger

    from gymbox.config import LogSettings


def configure(settings: LogSettings, *, process: str, stream: TextIO = sys.stderr) -> None:
    """Log to `stream` from now on; every line names the process."""
    text = is_text(settings, stream)
    structlog.configure(
        processors=[*_every_line(text=text), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(process=process)
    handler = logging.StreamHandler(stream)
    last: Processor = (
        _readable(colours=stream.isatty()) if text else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_every_line(text=text),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    logging.captureWarnings(capture=True)


def is_text(settings: LogSettings, stream: TextIO) -> bool:
    """Whether a log on `stream` is for people."""
    return settings.format == "text" or (settings.format == "auto" and stream.isatty())


def line_of(event: EventDict, stream: TextIO) -> str:
    """A line that another process logged as JSON, as it reads on a terminal."""
    try:
        when = datetime.fromisoformat(event["timestamp"])
    except (KeyError, TypeError, ValueError):
        when = datetime.now(UTC)
    shown = {**event, "timestamp": when.astimezone().strftime("%H:%M:%S")}
    return _readable(colours=stream.isatty())(None, "", shown)


def redact_all(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: every text of the event, however deep, without credentials."""
    return {key: _redacted(value) for key, value in event.items()}


_LEVELS: Final = {"debug": "2", "warning": "33", "error": "1;31", "critical": "1;31"}
"""ANSI styles of the event's words; the usual level has none."""


def _readable(*, colours: bool) -> structlog.dev.ConsoleRenderer:
    """When, who, what, then the rest as `key=value`."""

    def styled(style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if colours and style else text

    def key_value(key: str, value: object) -> str:
        return styled("2", f"{key}=") + (value if isinstance(value, str) else repr(value)) if value != "" else ""

    level = [""]  # of the line at hand: its column comes first, and shows as the colour of the words

    def seen(key: str, value: object) -> str:
        del key
        level[0] = str(value)
        return styled(_LEVELS[level[0]], level[0]) if level[0] in {"warning", "error", "critical"} else ""

    columns = [
        structlog.dev.Column("timestamp", lambda _, value: styled("2", str(value))),
        structlog.dev.Column("process", lambda _, value: styled("36", f"{value!s:<14}")),
        structlog.dev.Column("level", seen),
        structlog.dev.Column("event", lambda _, value: styled(_LEVELS.get(level[0], "1"), str(value))),
        structlog.dev.Column("logger", lambda *_: ""),
        structlog.dev.Column("", key_value),
    ]
    return structlog.dev.ConsoleRenderer(
        columns=columns, exception_formatter=structlog.dev.plain_traceback, sort_keys=False
    )


def _every_line(*, text: bool) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if text else "iso", utc=not text),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # to text before it is redacted
        redact_all,
    ]


def _redacted(value: Any) -> Any:  # noqa: ANN401 -- a log event holds anything
    match value:
        case str():
            return redact(value)
        case dict():
            return {key: _redacted(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_redacted(inner) for inner in value]
        case None | bool() | int() | float():
            return value
        case _:
            return redact(str(value))
