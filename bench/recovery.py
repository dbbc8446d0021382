"""A camera that is lost and comes back, beside three others: how soon it is said and back, and what they lose."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from bench.box import box
from bench.row import Row
from gymbox.bus.endpoints import CAMERA, VISION_REQUESTS
from gymbox.bus.request import ask
from gymbox.bus.subscribe import Heard, Listener, Since
from gymbox.clock import now_ns
from gymbox.events import CameraStatus, FrameMessage
from gymbox.requests import AskVision, VisionReport
from tests.capture.stage import RtspCamera, no_gstreamer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOST: Final = "rack-1"
OTHERS: Final = ("rack-2", "rack-3", "rack-4")
ROUNDS: Final = 6
AWAY_S: Final = 8
"""So long that it is tried again ever more rarely."""
NOTICED_S, BACK_S = 3, 5
PERIOD_NS: Final = 1_000_000_000 / 15


def rows() -> Iterator[Row]:
    """Real RTSP servers, one of which hangs and goes on, or ends and starts again, by turns."""
    if why := no_gstreamer():
        raise SystemExit(f"recovery: {why}")
    with ExitStack() as stack:
        cameras = [RtspCamera() for _ in (LOST, *OTHERS)]
        for camera in cameras:
            stack.callback(camera.end)
        live = stack.enter_context(box(*(f'url = "{camera.url}"' for camera in cameras)))
        noticed, back, pictures, lost, unseen = asyncio.run(_watch(live.run_dir, cameras[0]))
    of = f"slowest of {ROUNDS}"
    yield Row(f"a lost camera is said, {of}", f"{noticed:.1f} s", "", noticed, "<= 3 s", noticed <= NOTICED_S)
    yield Row(f"a camera that is there again shows, {of}", f"{back:.1f} s", "", back, "<= 5 s", back <= BACK_S)
    looked = f"of {pictures:,}; vision had no time for {unseen:,}"
    yield Row("pictures of three others lost meanwhile", str(lost), looked, lost, "none", not lost)


async def _watch(run_dir: Path, camera: RtspCamera) -> tuple[float, float, int, int, int]:
    """The slowest notice and return, in seconds; of the others, pictures, those lost, those that vision left out."""
    heard: dict[str, list[FrameMessage]] = {camera_id: [] for camera_id in OTHERS}
    others = [asyncio.create_task(_hear(run_dir, camera_id, into)) for camera_id, into in heard.items()]
    unseen = await _overwritten(run_dir)
    noticed, back = [], []
    for turn in range(ROUNDS):
        ends = bool(turn % 2)
        noticed.append(await _until(run_dir, camera.end if ends else camera.hang, "stalled", "unreachable"))
        await asyncio.sleep(AWAY_S)
        back.append(await _until(run_dir, camera.begin if ends else camera.go_on, "online"))
        await asyncio.sleep(AWAY_S)
    unseen = await _overwritten(run_dir) - unseen
    for task in others:
        task.cancel()
    lost = sum(_missing(frames) for frames in heard.values())
    return max(noticed), max(back), sum(map(len, heard.values())), lost, unseen


async def _until(run_dir: Path, act: Callable[[], None], *states: str) -> float:
    """Seconds from `act` until the camera says one of these states."""
    async with Listener(CAMERA.of(LOST), run_dir=run_dir, topics=["status"], since=Since.NOW) as listener:
        await asyncio.to_thread(act)
        acted_ns = now_ns()
        async for item in listener:
            if isinstance(item, Heard) and isinstance(item.event, CameraStatus) and item.event.state in states:
                return (item.event.t_ns - acted_ns) / 1e9
    raise AssertionError


async def _hear(run_dir: Path, camera_id: str, frames: list[FrameMessage]) -> None:
    async with Listener(CAMERA.of(camera_id), run_dir=run_dir, topics=["frames"]) as listener:
        async for item in listener:
            match item:
                case Heard(FrameMessage() as frame):
                    frames.append(frame)


def _missing(frames: list[FrameMessage]) -> int:
    """Pictures that never came into the ring, by the gaps that they leave in its times."""
    return sum(
        max(round((after.t_ns - before.t_ns) / PERIOD_NS) - (after.sequence - before.sequence), 0)
        for before, after in pairwise(frames)
    )


async def _overwritten(run_dir: Path) -> int:
    """Pictures of the others that vision has not seen, since another was there already."""
    report, _ = await ask(VISION_REQUESTS, AskVision(), VisionReport, run_dir=run_dir)
    return sum(sight.dropped for sight in report.cameras if sight.camera_id in OTHERS)
