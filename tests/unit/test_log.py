from __future__ import annotations

import io
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from gymbox import log
from gymbox.config import LogSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_pipe_every_line_is_json_and_names_the_process() -> None:
    out = io.StringIO()
    log.configure(LogSettings(), process="vision", stream=out)
    structlog.get_logger("gymbox.vision").info("set started", camera="rack-1", reps=3, none=None)
    logging.getLogger("aiohttp").warning("slow %s", "client")
    ours, theirs = map(json.loads, out.getvalue().splitlines())
    assert (
        ours.items() >= {"event": "set started", "camera": "rack-1", "reps": 3, "none": None, "level": "info"}.items()
    )
    assert ours["process"] == theirs["process"] == "vision"
    assert ours["logger"] == "gymbox.vision"
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("slow client", "warning", "aiohttp")
    assert ours["timestamp"].endswith("Z")


def test_on_a_terminal_it_reads() -> None:
    out = Terminal()
    log.configure(LogSettings(), process="vision", stream=out)
    structlog.get_logger("gymbox").info("set started", camera="rack-1")
    assert "set started" in out.getvalue()
    assert not out.getvalue().startswith("{")


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_no_credential_is_logged_wherever_it_hides(stream: type[io.StringIO]) -> None:
    out = stream()
    log.configure(LogSettings(level="debug"), process="camera", stream=out)
    logger = structlog.get_logger("gymbox")
    url = "rtsp://admin:s3cret@10.0.0.2/live"
    logger.info("opening %s", url, url=url, tried=[url, {"url": (url,)}], error=ValueError(url))
    logging.getLogger("av").error("cannot open %s", url)
    try:
        Path(url).read_bytes()
    except OSError:
        logger.exception("failed")
        logging.getLogger("av").exception("failed")
    assert "s3cret" not in out.getvalue()
    assert out.getvalue().count("/***@10.0.0.2/live") >= 8
    assert out.getvalue().count("Traceback") == 2


def test_the_level_is_kept() -> None:
    out = io.StringIO()
    log.configure(LogSettings(level="warning"), process="hub", stream=out)
    structlog.get_logger("gymbox").info("not this")
    structlog.get_logger("gymbox").warning("this")
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["this"]
