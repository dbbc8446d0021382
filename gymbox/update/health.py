"""Whether a box does what a box must, seen from outside its processes: as phones and readers of the database do."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import aiohttp
from sqlalchemy import select

from gymbox import _core
from gymbox.bus.endpoints import COACH_REQUESTS, VISION_REQUESTS
from gymbox.bus.request import ask
from gymbox.capture.rings import frames_name
from gymbox.clock import now_ns
from gymbox.errors import GymboxError, RingError, UpdateError
from gymbox.hub.guests import PROTOCOL
from gymbox.hub.keys import Keys
from gymbox.hub.password import Password
from gymbox.hub.tokens import Tokens
from gymbox.hub.words import Ping
from gymbox.owner import as_owner
from gymbox.requests import AskCoach, AskVision, CoachReport, VisionReport
from gymbox.storage import Reader
from gymbox.storage.models import Odometer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from gymbox.config import Settings

ANSWER_S: Final = 10.0
"""For one answer, on a machine that is busy starting."""
LOOK_S: Final = 2.0
"""Between two looks."""
FRESH_S: Final = 10.0
"""How old a camera's newest picture may be."""
TWICE: Final = 2
"""Looks in a row that must find all well: what answers once may be about to die."""


class Signs:
    """The signs of a box at work; each is a method that raises a `GymboxError` where it is missing.

    Args:
        settings: the box's.
        cameras: of which one must give pictures, where any is still there; none need where it is empty.
    """

    def __init__(self, settings: Settings, cameras: Sequence[str]) -> None:
        self._settings = settings
        enabled = {camera.id for camera in settings.camera if camera.enabled}
        self._cameras = [camera for camera in cameras if camera in enabled]
        self._lived_s: int | None = None
        self._written = False
        hub = settings.hub
        host = f"[{hub.own_host}]" if ":" in hub.own_host else hub.own_host
        self._address = f"{'https' if hub.tls_certificate else 'http'}://{host}:{hub.port}"

    @property
    def all(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """By name."""
        looks = (self.hub, self.live, self.database, self.vision, self.coach, self.camera)
        return {look.__name__: look for look in looks}

    async def hub(self) -> None:
        """It answers."""
        async with self._client() as client, client.get(f"{self._address}/healthz", ssl=False) as answer:
            if answer.status != 200:
                raise UpdateError(f"it answers {answer.status}")

    async def live(self) -> None:
        """A WebSocket answers a ping, for whoever has a token that this box has made."""
        data_dir = self._settings.data_dir
        with as_owner(data_dir):
            token = Tokens(Keys.open(data_dir)).issue(
                "operator", "operator", Password(data_dir).generation, lasts_s=2 * ANSWER_S
            )
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self._address}/ws/floor"
        async with (
            self._client() as client,
            client.ws_connect(url, headers=headers, protocols=(PROTOCOL,), ssl=False) as socket,
            asyncio.timeout(ANSWER_S),
        ):
            await socket.send_str(Ping(type="ping").model_dump_json())
            while (await socket.receive_json()).get("type") != "pong":
                pass

    async def database(self) -> None:
        """It was written since the first look: the recorder keeps the box's age there, every few seconds."""
        if self._written:
            return
        async with Reader(self._settings.data_dir) as reader:
            lived_s = await reader.read(_lived_s)
        before, self._lived_s = self._lived_s, lived_s
        if before is None or lived_s <= before:
            raise UpdateError("nothing has been written yet")
        self._written = True

    async def vision(self) -> None:
        """It answers: its model is loaded."""
        await ask(VISION_REQUESTS, AskVision(), VisionReport, run_dir=self._settings.run_dir)

    async def coach(self) -> None:
        """It answers."""
        await ask(COACH_REQUESTS, AskCoach(), CoachReport, run_dir=self._settings.run_dir)

    async def camera(self) -> None:
        """One of the cameras gives pictures."""
        if self._cameras and not seeing(self._settings, self._cameras):
            raise UpdateError(f"no picture from {', '.join(self._cameras)}")

    @staticmethod
    def _client() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S))


async def missing(signs: Signs, *, limit_s: float, say: Callable[[str], None]) -> dict[str, str]:
    """What is missing at the end, by sign, and why; nothing as soon as all signs were there twice in a row."""
    until, well, last = time.monotonic() + limit_s, 0, ""
    while True:
        found = {name: why for name, look in signs.all.items() if (why := await _why_not(look))}
        well = 0 if found else well + 1
        if well >= TWICE:
            return {}
        if (text := "; ".join(f"{name}: {why}" for name, why in found.items())) != last:
            last = text
            say(text or "all signs are there; once more")
        if time.monotonic() >= until:
            return found or {"box": "it was well only at the very end"}
        await asyncio.sleep(LOOK_S)


def seeing(settings: Settings, cameras: Sequence[str]) -> list[str]:
    """Which of the cameras give pictures now."""
    found = []
    for camera in cameras:
        try:
            newest = _core.FrameReader(frames_name(settings.run_dir, camera)).newest()
        except RingError:
            continue
        if newest and now_ns() - newest[1] < FRESH_S * 1e9:
            found.append(camera)
    return found


async def _why_not(look: Callable[[], Awaitable[None]]) -> str:
    try:
        async with asyncio.timeout(2 * ANSWER_S):
            await look()
    except (GymboxError, OSError, TimeoutError, ValueError, TypeError, aiohttp.ClientError) as error:
        return str(error) or type(error).__name__
    return ""


def _lived_s(session: Session) -> int:
    return session.scalar(select(Odometer.lived_s)) or 0
