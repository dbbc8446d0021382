"""Logs: JSON lines on a pipe, readable on a terminal, never a credential. All go to standard error.

`structlog.get_logger(__name__).info("what happened", camera="rack-1")`; what libraries log by `logging` goes the same
way.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog

from gymbox.redact import redact

if TYPE_CHECKING:
    from typing import TextIO

    from structlog.typing import EventDict, Processor, WrappedLogger

    from gymbox.config import LogSettings


def configure(settings: LogSettings, *, process: str, stream: TextIO = sys.stderr) -> None:
    """Log to `stream` from now on; every line names the process."""
    text = settings.format == "text" or (settings.format == "auto" and stream.isatty())
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
        structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if text
        else structlog.processors.JSONRenderer(ensure_ascii=False)
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


def redact_all(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: every text of the event, however deep, without credentials."""
    return {key: _redacted(value) for key, value in event.items()}


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
