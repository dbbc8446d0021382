"""The vision process: `python -m gymbox.vision.process [--config FILE]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import structlog

from gymbox import _core, models
from gymbox.bus.endpoints import VISION, VISION_REQUESTS
from gymbox.bus.publish import Speaker
from gymbox.bus.request import Server
from gymbox.config.roster import Roster
from gymbox.requests import VisionReport
from gymbox.runtime import runtime_library
from gymbox.service import command_line, run
from gymbox.vision.desk import open_desk
from gymbox.vision.diary import Diary
from gymbox.vision.eye import Eyes
from gymbox.vision.looks import chosen
from gymbox.vision.missed import missed
from gymbox.vision.watch import Watch

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.config import Settings, VisionSettings
    from gymbox.models import Model
    from gymbox.service import Service

_log = structlog.get_logger(__name__)

TICK_S: Final = 0.25
"""How often rings are looked at that nobody speaks of: a message may be lost, and a file waits until it is watched."""
REPORT_S: Final = 60.0
"""Between two lines in the log of how much was seen."""


async def watch(service: Service, *, settings: Settings, config: Path | None) -> None:
    """Look at all cameras, and say who is there and what they do, until told to stop."""
    model = models.find(None if settings.vision.model == "auto" else settings.vision.model)
    pose = await asyncio.to_thread(open_model, model, settings.vision, cache=engines(settings.data_dir))
    looks = await asyncio.to_thread(chosen, settings.vision)
    roster = Roster(settings, config)
    async with (
        Speaker(VISION, run_dir=settings.run_dir, data_dir=settings.data_dir) as speaker,
        Server(VISION_REQUESTS, run_dir=settings.run_dir) as desk,
    ):
        diary = Diary(settings.data_dir / "vision")
        watching = Watch(model, pose, looks, settings=settings, speaker=speaker, diary=diary)
        watching.resume()
        eyes = Eyes(settings.run_dir)
        eyes.watch(roster.ids())
        turn = asyncio.Lock()
        watching.say(watching.give_up(watching.absent(roster.ids())))
        for eye in eyes:
            camera = roster.cameras[eye.camera_id]
            if (last_ns := watching.left_off_ns(camera.id, paced=camera.realtime)) is not None:
                eye.missed = missed(camera, settings.run_dir, last_ns, eye.newest_ns)
        report = VisionReport(model=model.name, device=pose.device, inference_ms=0, cameras=())
        open_desk(desk, watching, eyes, turn=turn, report=report)
        service.ready(f"watching {len(eyes)} cameras by {model.name} on {pose.device}, people by {looks.space[0]}")
        try:
            await _look(service, eyes, watching, roster, turn)
        finally:
            _report(eyes, watching)
            await eyes.close()
            diary.close()


async def _look(service: Service, eyes: Eyes, watching: Watch, roster: Roster, turn: asyncio.Lock) -> None:
    loop = asyncio.get_running_loop()
    report_at = loop.time() + REPORT_S
    while not service.stopping:
        async with turn:
            outcomes = await asyncio.to_thread(watching.look, list(eyes))
            watching.say(outcomes + watching.rest(list(eyes)))
            if roster.changed():
                watching.say(watching.give_up(eyes.watch(roster.ids())))
        service.worked()
        if loop.time() > report_at:
            report_at = loop.time() + REPORT_S
            _report(eyes, watching)
        if not outcomes:
            await eyes.wait(TICK_S)


def _report(eyes: Eyes, watching: Watch) -> None:
    _log.info(
        "watched",
        seen={eye.camera_id: eye.seen for eye in eyes},
        dropped={eye.camera_id: eye.dropped for eye in eyes},
        inference_ms=round(watching.inference_ms, 1),
    )


def engines(data_dir: Path) -> Path:
    """Where TensorRT keeps what it has built, so that it does so once for each model and not at each start."""
    folder = data_dir / "engines"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def open_model(model: Model, settings: VisionSettings, *, cache: Path | None = None) -> _core.PoseModel:
    """The pose model on its device, warm: it has looked once."""
    size = settings.input_size or (0 if model.input_size else model.long_side)
    pose = _core.PoseModel(
        model.path,
        runtime_library=runtime_library(),
        device=settings.device,
        threads=settings.threads or 0,
        long_side=size,
        cache=cache,
        **model.thresholds.model_dump(),
    )
    for reason in pose.passed_over:
        _log.warning("a better device is passed over", reason=reason)
    pose.detect(_core.Frame(np.zeros((64, 64, 3), np.uint8)))
    return pose


def main() -> int:
    """Run the process."""
    parser = argparse.ArgumentParser(prog="gymbox.vision.process", description="Watches all cameras of gymbox.toml.")
    given, settings = command_line(parser)
    if settings.models_dir:
        os.environ["GYMBOX_MODELS_DIR"] = str(settings.models_dir)
    return run(partial(watch, settings=settings, config=given.config), name="vision", settings=settings)


if __name__ == "__main__":
    sys.exit(main())
