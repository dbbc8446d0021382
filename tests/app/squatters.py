"""People before the cameras, as vision would say them: they squat, seen from the side."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from tests import floor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gymbox.events import PerceptionEvent
    from tests.gym import Day, Lifter

SIDEWAYS: Final = (0.0, 0.12, -0.1, 0.06, -0.04)
"""Where people stand, from the middle."""


def squatting(event: PerceptionEvent, depth: float, aside: float = 0.0) -> PerceptionEvent:
    """Somebody seen from the side, `depth` from standing, 0, to their thighs level, 1."""
    hip, knee = (0.5 - 0.05 * depth, 0.5 + 0.2 * depth), (0.5 + 0.02 * depth, 0.7)
    places = {0: (0.51, 0.2), 5: (0.49, 0.3), 6: (0.51, 0.3), 7: (0.53, 0.38), 8: (0.54, 0.38), 9: (0.56, 0.33)}
    places |= {10: (0.57, 0.33), 11: hip, 12: (hip[0] + 0.01, hip[1]), 13: knee, 14: (knee[0] + 0.01, knee[1])}
    places |= {15: (0.5, 0.9), 16: (0.51, 0.9)}
    lowered = {at: (x + aside, y + (0.2 * depth if at < 11 else 0)) for at, (x, y) in places.items()}
    keypoints = tuple((*lowered.get(at, (0.5, 0.2)), 0.9 if at in lowered else 0.0) for at in range(17))
    return event.model_copy(update={"keypoints": keypoints, "bbox": (0.42 + aside, 0.15, 0.58 + aside, 0.95)})


@asynccontextmanager
async def moving(day: Day, *lifters: Lifter) -> AsyncIterator[None]:
    """They are seen ten times a second, and squat, each in their own time."""

    async def move() -> None:
        tick = 0
        while True:
            tick += 1
            for place, lifter in enumerate(lifters):
                event = floor.perception(lifter.camera_id, tick)
                depth = 0.5 - 0.5 * float(np.cos(tick / 5 + place))
                day.vision.say(squatting(event, depth, SIDEWAYS[place]))
            await asyncio.sleep(0.1)

    task = asyncio.create_task(move())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
