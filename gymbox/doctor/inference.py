"""The pose model and what it runs on: whether both are there, and quick enough for the cameras."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from gymbox.doctor.finding import Finding, fail, good, warn
from gymbox.errors import DeviceError, GymboxError, ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gymbox.config import Settings
    from gymbox.pipeline import Pipeline

LOOKS: Final = 10
"""Pictures to time, after a first one that warms up."""
FULL: Final = 0.85
"""Share of the time that inference may take; above it pictures are dropped whenever somebody else works."""


def inference(settings: Settings) -> Iterator[Finding]:
    """Load the model on the device that is set, and look at a few pictures."""
    from gymbox import models  # noqa: PLC0415 -- they are slow to import
    from gymbox.pipeline import Pipeline  # noqa: PLC0415

    wanted = settings.vision
    name = None if wanted.model == "auto" else wanted.model
    try:
        model = models.find(name)
    except ModelError as error:
        remedy = "gymbox models build (needs the network once), or gymbox models add FILE"
        yield fail("model", str(error), expected="weights that are whole", remedy=remedy)
        return
    yield good("model", f"{model.name}, {model.licence}, {model.path}")
    try:
        pipeline = Pipeline(name, device=wanted.device, threads=wanted.threads or 0)
        times = _times(pipeline)
    except DeviceError as error:
        remedy = 'GYMBOX_RUNTIME=gpu ./just setup for a GPU, or device = "auto" in [vision]'
        yield fail("device", str(error), expected=wanted.device, remedy=remedy)
        return
    except GymboxError as error:
        yield fail("device", str(error), expected="a model that runs", remedy=f"gymbox models build {model.name}")
        return
    each_s = median(times)
    cameras = [camera for camera in settings.camera if camera.enabled]
    share = sum(camera.fps for camera in cameras) * each_s
    came = f"{pipeline.device}, {each_s * 1e3:.0f} ms a picture"
    if cameras:
        came += f"; {_cameras(len(cameras))}: {share:.0%} of the time"
    if share <= FULL:
        yield good("device", came)
        return
    remedy = "lower fps of the cameras (10 counts as well) or input_size in [vision], or use a GPU"
    yield warn("device", came, expected=f"at most {FULL:.0%}: pictures are dropped above it", remedy=remedy)


def _cameras(count: int) -> str:
    return f"{count} camera{'' if count == 1 else 's'}"


def _times(pipeline: Pipeline) -> list[float]:
    """Seconds for each of a few grey pictures of 720p."""
    picture, times = np.full((720, 1280, 3), 127, np.uint8), []
    for look in range(LOOKS + 1):
        begun = time.perf_counter()
        pipeline.step(picture, look * 66_000_000)
        times.append(time.perf_counter() - begun)
    return times[1:]
