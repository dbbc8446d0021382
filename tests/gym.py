"""A box without cameras: the recorder's and the hub's real processes, and what a vision process would say to them."""

from __future__ import annotations

import asyncio
import socket
import urllib.request
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from json import load, loads
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import aiohttp

from gymbox.bus.endpoints import RECORDER_REQUESTS, VISION
from gymbox.bus.publish import Speaker
from gymbox.bus.request import AT_ONCE, ask
from gymbox.errors import RefusedError
from gymbox.hub.keys import Keys
from gymbox.hub.password import Password
from gymbox.hub.tokens import Tokens
from gymbox.identity import new_epoch, new_session_id
from gymbox.requests import Done, Pair
from tests import floor, kept
from tests.process.lives import start, wait_for

if TYPE_CHECKING:
    import subprocess
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from gymbox.events import Event

    Socket = aiohttp.ClientWebSocketResponse[Any]

PASSWORD: Final = "a long password"  # noqa: S105 -- of a box that lives for a test
JSON = dict[str, Any]
T = TypeVar("T")


@dataclass
class Gym:
    """One box in a folder."""

    folder: Path
    stack: ExitStack
    port: int
    hub: subprocess.Popen[bytes] = field(init=False)
    operator: str = ""
    cameras: count[int] = field(default_factory=partial(count, 1))

    @classmethod
    def open(cls, folder: Path, stack: ExitStack, *, hub: str = "") -> Self:
        """Start recorder and hub in `folder`, with these settings, and wait until both answer."""
        port = free_port()
        (folder / "gymbox.toml").write_text(
            f'data_dir = "."\nrun_dir = "."\n\n[hub]\nhost = "127.0.0.1"\nport = {port}\nmdns = false\n'
            f"requests_per_s = 1000\n{hub}\n"
            '\n[[camera]]\nid = "rack-1"\nurl = "rtsp://user:secret@10.0.0.9/stream"\nzone = "weights"\n'
        )
        Password(folder).set(PASSWORD)
        gym = cls(folder, stack, port)
        gym.begin("recorder")
        gym.hub = gym.begin("hub")
        wait_for("the hub", gym.answers, 240)
        wait_for("the recorder", (folder / "gymbox.db").exists)
        return gym

    def begin(self, part: str) -> subprocess.Popen[bytes]:
        """A new life of a process."""
        arguments = ["--config", str(self.folder / "gymbox.toml")]
        return start(self.stack, part, self.folder, module=f"gymbox.{part}.process", arguments=arguments)

    def url(self, path: str) -> str:
        """Where `path` is."""
        return f"http://127.0.0.1:{self.port}{path}"

    def answers(self) -> bool:
        """Whether the hub is there."""
        with suppress(OSError), urllib.request.urlopen(self.url("/healthz"), timeout=1) as answer:  # noqa: S310 -- ours
            return bool(load(answer) == {"status": "ok"})
        return False

    @asynccontextmanager
    async def day(self) -> AsyncIterator[Day]:
        """Vision speaks, and clients come."""
        async with (
            Speaker(VISION, run_dir=self.folder, data_dir=self.folder) as vision,
            aiohttp.ClientSession(self.url(""), connector=aiohttp.TCPConnector(limit=0)) as web,
        ):
            yield Day(self, vision, web)


@dataclass(frozen=True)
class Lifter:
    """Somebody on the floor."""

    camera_id: str
    session_id: str

    @property
    def track_id(self) -> str:
        return str(floor.track(self.camera_id))

    @property
    def set_id(self) -> str:
        return floor.track(self.camera_id).set_id(1)

    def linked(self) -> Event:
        return kept.linked(self.session_id, self.camera_id)


@dataclass(frozen=True)
class Day:
    """Some time of a gym, within one event loop."""

    gym: Gym
    vision: Speaker
    web: aiohttp.ClientSession

    def enter(self, session_id: str | None = None) -> Lifter:
        """Somebody is seen by a camera of their own, and begins a visit or goes on with one."""
        lifter = Lifter(f"cam-{next(self.gym.cameras)}", session_id or new_session_id())
        self.vision.say(lifter.linked())
        return lifter

    def lift(self, lifter: Lifter, *numbers: int) -> None:
        """They do these repetitions."""
        self.vision.say(*(floor.rep(number, lifter.camera_id) for number in numbers))

    async def ask(
        self, method: str, path: str, *, token: str | None = None, status: int | None = None, json: object = None
    ) -> JSON:
        """The JSON of an answer, held to `status`."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.web.request(method, path, headers=headers, json=json) as answer:
            text = await answer.text()
            assert status in {None, answer.status}, f"{method} {path}: expected {status}, got {answer.status}: {text}"
            return {"status": answer.status, **(loads(text) if text else {})}

    async def operator(self) -> str:
        """The operator's token."""
        if not self.gym.operator:
            answer = await self.ask("POST", "/login", json={"password": PASSWORD}, status=200)
            self.gym.operator = answer["token"]
        return self.gym.operator

    async def phone(self, lifter: Lifter | None = None) -> str:
        """The token of a phone that scanned a code, for somebody's visit of which the hub has heard."""
        operator = await self.operator()
        wanted = {"session_id": lifter.session_id} if lifter else {}
        code = await self.ask("POST", "/pairing", token=operator, json=wanted, status=201)
        token = str((await self.pair(code["token"], status=201))["token"])
        if lifter:
            await self._heard_of(lifter, token)
        return token

    async def _heard_of(self, lifter: Lifter, token: str) -> None:
        """Wait for the hub: the recorder, which admits the phone, may have heard of them first."""
        while True:
            async with self.follow(lifter, token) as socket:
                if lifter.track_id in (await heard(socket, "state"))[0]["data"]["track_ids"]:
                    return
            await asyncio.sleep(0.2)

    async def phones(self, lifters: Sequence[Lifter]) -> list[str]:
        """A phone's token for each, from the recorder's own desk: a code each would take the operator too long."""
        devices = [f"phone-{new_epoch()}" for _ in lifters]
        few = asyncio.Semaphore(AT_ONCE // 2)

        async def admit(device: str, lifter: Lifter) -> None:
            request = Pair(device_id=device, token_id=device, name="phone", session_id=lifter.session_id)
            async with few:
                await ask_until_known(request, self.gym.folder)

        await asyncio.gather(*map(admit, devices, lifters))
        tokens = Tokens(Keys.open(self.gym.folder))
        return [tokens.issue("phone", device, device, lasts_s=3_600) for device in devices]

    async def pair(self, code: str, *, status: int | None = None) -> JSON:
        """What a phone gets for a code; the recorder may have yet to hear of the visit."""
        answer = await self.ask("POST", "/pair", json={"token": code})
        while answer["status"] == 404:
            await asyncio.sleep(0.05)
            answer = await self.ask("POST", "/pair", json={"token": code})
        assert status in {None, answer["status"]}, answer
        return answer

    @asynccontextmanager
    async def follow(self, lifter: Lifter, token: str, after: str = "") -> AsyncIterator[Socket]:
        """A WebSocket for somebody's life."""
        headers = {"Authorization": f"Bearer {token}"}
        path = f"/ws/live/{lifter.track_id}?after={after}" if after else f"/ws/live/{lifter.track_id}"
        async with self.web.ws_connect(path, headers=headers, protocols=["gymbox"]) as socket:
            yield socket


async def ask_until_known(request: Pair, run_dir: Path) -> None:
    """Pair; the recorder may have yet to hear of the visit."""
    while True:
        try:
            await ask(RECORDER_REQUESTS, request, Done, run_dir=run_dir)
        except RefusedError:
            await asyncio.sleep(0.05)
        else:
            return


async def until(ask: Callable[[], Awaitable[T]], holds: Callable[[T], object]) -> T:
    """The first answer that holds; no more often than a phone may ask."""
    tries = 0
    while not holds(found := await ask()):
        tries += 1
        assert tries < 300, f"waited 30 s, and still it was {found}"
        await asyncio.sleep(0.1)
    return found


async def heard(socket: Socket, last: str) -> list[JSON]:
    """All messages up to the first of type `last`."""
    messages: list[JSON] = []
    while not messages or messages[-1]["type"] != last:
        messages.append(await socket.receive_json(timeout=20))
    return messages


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
