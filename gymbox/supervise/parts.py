"""The box's processes, in one table: what each runs, in which order, and how soon a silent one is hung."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.config import CameraSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A kind of process."""

    name: str
    """`{camera}` stands for the id of its camera: there is one for each."""
    module: str
    stage: int
    """Started once the stage before is ready, stopped before it."""
    watchdog_s: float
    """How long it may do no work until it is ended as hung. The systemd units say the same."""
    rereads: bool = False
    """Whether it follows cameras that come and go by itself."""


ROWS: Final = (
    # Its sign of life on a quiet night is a write every 15 s, which a slow disk may delay.
    Row(name="recorder", module="gymbox.recorder.process", stage=0, watchdog_s=90),
    Row(name="vision", module="gymbox.vision.process", stage=1, watchdog_s=30, rereads=True),
    Row(name="coach", module="gymbox.coach.process", stage=1, watchdog_s=30),
    Row(name="hub", module="gymbox.hub.process", stage=1, watchdog_s=30, rereads=True),
    # Last, so that nothing is shown before somebody looks. It sees most hangs by itself, after 20 s.
    Row(name="camera-{camera}", module="gymbox.capture.process", stage=2, watchdog_s=30),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A process of this box."""

    name: str
    command: tuple[str, ...]
    stage: int
    watchdog_s: float
    heeds: tuple[object, ...]
    """The settings that it took at its start: where they change it is started again."""


def parts(settings: Settings, config: Path | None) -> list[Part]:
    """Every process of a box with these settings, in the order of their start."""
    cameras = [camera for camera in settings.camera if camera.enabled]
    return [
        _part(row, settings, config, camera)
        for row in sorted(ROWS, key=lambda row: row.stage)
        for camera in (cameras if "{camera}" in row.name else [None])
    ]


def _part(row: Row, settings: Settings, config: Path | None, camera: CameraSettings | None) -> Part:
    command = [sys.executable, "-m", row.module, *([camera.id] if camera else [])]
    command += ["--config", str(config)] if config else []
    # A camera heeds its own table only, so that it loses no picture when another one comes or goes.
    others = settings.model_copy(update={"camera": ()}) if camera or row.rereads else settings
    others = others.model_copy(update={"backup": None})  # nobody's here: they are made by a process of their own
    name = row.name.format(camera=camera.id) if camera else row.name
    return Part(name, tuple(command), row.stage, row.watchdog_s, (camera, others))
