"""What the hub may ask of vision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gymbox.requests import AskVision, CameraSight, Done, NameExercise, VisionReport

if TYPE_CHECKING:
    import asyncio

    from gymbox.bus.request import Server
    from gymbox.vision.eye import Eyes
    from gymbox.vision.watch import Watch


def open_desk(desk: Server, watching: Watch, eyes: Eyes, *, turn: asyncio.Lock, report: VisionReport) -> None:
    """Answer each request, between two turns of looking; `report` says what does not change."""

    async def name(asked: NameExercise) -> Done:
        async with turn:
            watching.say(watching.name(asked.track_id, asked.exercise))
        return Done()

    async def tell(_asked: AskVision) -> VisionReport:
        cameras = tuple(CameraSight(camera_id=eye.camera_id, seen=eye.seen, dropped=eye.dropped) for eye in eyes)
        return report.model_copy(update={"inference_ms": watching.inference_ms, "cameras": cameras})

    desk.on(NameExercise, name)
    desk.on(AskVision, tell)
