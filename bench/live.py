"""The whole box: how long after a picture was taken a phone has what was seen in it, and what memory that takes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import aiohttp

from bench.row import Row
from gymbox.bus.endpoints import VISION
from gymbox.bus.subscribe import Heard, Listener
from gymbox.clock import now_ns
from gymbox.events import PerceptionEvent
from gymbox.hub.password import Password

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = Path(__file__).parents[1] / "tests" / "data" / "sample.mp4"
BOX = """
data_dir = "data"
run_dir = "run"
[hub]
host = "127.0.0.1"
port = {port}
mdns = false
[vision]
input_size = 192
"""
CAMERA = '[[camera]]\nid = "rack-{number}"\nurl = "{sample}"\nloop = true\n'
READY = {"process": "box", "event": "ready"}
WARM_S, WATCHED_S = 5, 40
MINUTES = float(os.environ.get("MINUTES", "10"))
"""How long memory is watched, after two in which caches fill."""


def rows() -> Iterator[Row]:
    """With one camera and with four; then memory, with one."""
    for cameras in (1, 4):
        with TemporaryDirectory(prefix="gymbox-") as folder, box(Path(folder), cameras) as live:
            yield from latency(live, cameras)
            if cameras == 1:
                yield from memory(live)


class Box:
    """A box that runs."""

    def __init__(self, folder: Path, port: int, password: str, process: subprocess.Popen[bytes]) -> None:
        self.folder, self.password, self.process = folder, password, process
        self.url = f"http://127.0.0.1:{port}"

    def resident_mib(self) -> dict[str, float]:
        """Of each process, what is its own: shared memory and files are left out."""
        locks = {path.stem: path.read_text().strip() for path in (self.folder / "run/bus").glob("*.lock")}
        pids = {"supervisor": self.process.pid} | {
            name: int(pid) for name, pid in locks.items() if "requests" not in name
        }
        pids["hub"] = int(locks["hub-requests"])
        return {name: anonymous_mib(pid) for name, pid in sorted(pids.items())}


@contextmanager
def box(folder: Path, cameras: int) -> Iterator[Box]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tables = "".join(CAMERA.format(number=number, sample=SAMPLE) for number in range(1, cameras + 1))
    (folder / "gymbox.toml").write_text(BOX.format(port=port) + tables)
    password, log = Password(folder / "data").invent(), folder / "box.log"
    command = [str(Path(sys.executable).with_name("gymbox")), "run", "--config", str(folder / "gymbox.toml")]
    with log.open("wb") as out, subprocess.Popen(command, stderr=out) as process:
        try:
            while not any(line.items() >= READY.items() for line in map(json.loads, log.read_text().splitlines())):
                time.sleep(0.2)
            time.sleep(WARM_S)
            yield Box(folder, port, password, process)
        finally:
            process.send_signal(signal.SIGINT)


def latency(live: Box, cameras: int) -> Iterator[Row]:
    """From a picture's capture until a WebSocket client has a skeleton that was seen in it."""
    with_inference, seen = asyncio.run(_watch(live, cameras))
    overhead = [
        (heard_ns - t_ns - seen[camera][t_ns]) / 1e6
        for camera, t_ns, heard_ns in with_inference
        if t_ns in seen[camera]
    ]
    p50, p99 = median(overhead), quantiles(overhead, n=100)[98]
    inference = median(ns for times in seen.values() for ns in times.values()) / 1e6
    name = f"captured to a phone, {cameras} camera{'s' * (cameras > 1)}"
    against = f"beside {inference:.0f} ms of inference"
    yield Row(f"{name}: half of all", f"{p50:.1f} ms", against, p50, "<= 15 ms", p50 <= 15)
    yield Row(f"{name}: 99 of 100", f"{p99:.1f} ms", against, p99, "<= 50 ms", p99 <= 50)
    slowest = min(len(times) for times in seen.values()) / WATCHED_S
    yield Row(f"{name}: looked at", f"{slowest:.1f} a second", "15 a second", slowest, ">= 13", slowest >= 13)


async def _watch(live: Box, cameras: int) -> tuple[list[tuple[str, int, int]], dict[str, dict[int, int]]]:
    """What a client heard (camera, capture, arrival), and what vision looked at: inference by camera and capture."""
    heard: list[tuple[str, int, int]] = []
    seen: dict[str, dict[int, int]] = defaultdict(dict)
    async with aiohttp.ClientSession() as http:
        answer = await http.post(f"{live.url}/login", json={"password": live.password})
        http.headers["Authorization"] = f"Bearer {(await answer.json())['token']}"
        tracks: dict[str, str] = {}
        while len(tracks) < cameras:
            await asyncio.sleep(0.5)
            people = (await (await http.get(f"{live.url}/floor")).json())["people"]
            tracks |= {one["figure"]["camera_id"]: one["figure"]["track_id"] for one in people if one["session_id"]}
        with suppress(TimeoutError):
            async with asyncio.timeout(WATCHED_S), asyncio.TaskGroup() as listening:
                listening.create_task(_hear_vision(live, seen))
                for track_id in tracks.values():
                    listening.create_task(_hear_poses(live, http, track_id, heard))
    return heard, seen


async def _hear_vision(live: Box, seen: dict[str, dict[int, int]]) -> None:
    async with Listener(VISION, run_dir=live.folder / "run", topics=["perceptions"]) as listener:
        async for item in listener:
            if isinstance(item, Heard) and isinstance(item.event, PerceptionEvent):
                seen[item.event.camera_id][item.event.t_ns] = item.event.inference_ns


async def _hear_poses(live: Box, http: aiohttp.ClientSession, track_id: str, heard: list[tuple[str, int, int]]) -> None:
    async with http.ws_connect(f"{live.url}/ws/live/{track_id}") as phone:
        await phone.send_json({"type": "pose", "data": {"on": True}})
        async for message in phone:
            arrived = now_ns()
            if (said := message.json())["type"] == "pose":
                heard.append((said["data"]["camera_id"], said["data"]["t_ns"], arrived))


def memory(live: Box) -> Iterator[Row]:
    """What each process has after the minutes, and how fast that grows once caches are full."""
    time.sleep(120)
    before = live.resident_mib()
    time.sleep(MINUTES * 60)
    after = live.resident_mib()
    for name, mib in after.items():
        growth = (mib - before[name]) / MINUTES
        yield Row(
            f"memory of {name}, {MINUTES + 2:g} min",
            f"{mib:.0f} MiB",
            f"{growth:+.2f} a minute",
            growth,
            "<= 1",
            growth <= 1,
        )


def anonymous_mib(pid: int) -> float:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
    return int(lines["RssAnon"].split()[0]) / 1024
