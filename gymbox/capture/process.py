"""The process of one camera: `python -m gymbox.capture.process CAMERA [--config FILE]`."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING

from gymbox.bus.endpoints import CAMERA
from gymbox.bus.publish import Speaker
from gymbox.capture.camera import Camera
from gymbox.capture.rings import Rings
from gymbox.clock import Clock
from gymbox.errors import ConfigError
from gymbox.service import command_line, refuse, run

if TYPE_CHECKING:
    from gymbox.config import CameraSettings, Settings
    from gymbox.service import Service


async def watch(service: Service, *, camera: CameraSettings, settings: Settings) -> None:
    """Keep `camera` going: its pictures and packets into the rings, its state on the bus."""
    # The speaker first: it is what makes this process the only one for this camera.
    async with Speaker(CAMERA.of(camera.id), run_dir=settings.run_dir) as speaker:
        with Rings(camera, settings.run_dir) as rings:
            clock = Clock.shared(settings.run_dir)
            await Camera(camera, rings=rings, speaker=speaker, clock=clock, service=service).run()


def main() -> int:
    """Run the process named on the command line."""
    parser = argparse.ArgumentParser(prog="gymbox.capture.process", description="Runs one camera of gymbox.toml.")
    parser.add_argument("camera", help="its id")
    given, settings = command_line(parser)
    camera = next((camera for camera in settings.camera if camera.id == given.camera), None)
    if camera is None:
        known = ", ".join(camera.id for camera in settings.camera) or "none"
        refuse(ConfigError(f"camera {given.camera!r}: no such camera; there is {known}"))
    work = partial(watch, camera=camera, settings=settings)
    return run(work, name=f"camera-{camera.id}", settings=settings)


if __name__ == "__main__":
    sys.exit(main())
