"""All that the doctor looks at, in one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gymbox.config import load
from gymbox.doctor import machine
from gymbox.doctor import settings as file
from gymbox.doctor.cameras import cameras
from gymbox.doctor.coach import coach
from gymbox.doctor.database import database
from gymbox.doctor.finding import Finding, fail
from gymbox.doctor.inference import inference
from gymbox.doctor.network import network
from gymbox.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path


def examine(path: Path | None) -> Iterator[Finding]:
    """Look at everything, one thing after the other; what goes wrong in a look is a finding too.

    Args:
        path: the settings' file; none where there is none.
    """
    yield machine.python()
    try:
        settings = load(path)
    except ConfigError as error:
        yield file.wrong(error)
        return
    looks: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
        ("settings", lambda: [file.readable(settings, path)]),
        ("shared memory", lambda: [machine.shared_memory(settings)]),
        ("disk", lambda: machine.disk(settings)),
        ("clock", lambda: machine.clock(settings)),
        ("database", lambda: database(settings)),
        ("model", lambda: inference(settings)),
        ("cameras", lambda: cameras(settings)),
        ("coach", lambda: coach(settings)),
        ("network", lambda: network(settings)),
    )
    for about, look in looks:
        try:
            yield from look()
        except Exception as error:  # noqa: BLE001 -- whatever a strange machine answers, the other looks go on
            came = f"{type(error).__name__}: {error}"
            yield fail(about, came, expected="an answer", remedy="report it: the doctor does not know this machine")
