"""The whole box: how long after a picture was taken a phone has what was seen in it, and what memory that takes."""

from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from contextlib import suppress
from statistics import median, quantiles
from typing import TYPE_CHECKING

import aiohttp

from bench.box import SHOWN, box
from bench.row import Row
from gymbox.bus.endpoints import VISION
from gymbox.bus.subscribe import Heard, Listener
from gymbox.clock import now_ns
from gymbox.events import PerceptionEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.box import Box

WATCHED_S = 40
MINUTES = float(os.environ.get("MINUTES", "10"))
"""How long memory is watched, after two in which caches fill."""


def rows() -> Iterator[Row]:
    """With one camera and with four; then memory, with one."""
    for cameras in (1, 4):
        with box(*[SHOWN] * cameras) as live:
            yield from latency(live, cameras)
            if cameras == 1:
                yield from memory(live)


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
    async with Listener(VISION, run_dir=live.run_dir, topics=["perceptions"]) as listener:
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
    before = _most(live)
    time.sleep(MINUTES * 60)
    after = _most(live)
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


def _most(live: Box) -> dict[str, float]:
    """The most that each process has within a minute: a camera's decoder takes and gives back ten MiB all the time."""
    samples = []
    for _ in range(20):
        samples.append(live.resident_mib())
        time.sleep(3)
    return {name: max(sample[name] for sample in samples) for name in samples[0]}
