"""How the hub and the cameras do, for Prometheus."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from gymbox.bus.endpoints import COACH_REQUESTS, VISION_REQUESTS
from gymbox.bus.request import ask
from gymbox.errors import BusError
from gymbox.hub.route import OPERATOR, Route
from gymbox.requests import AskCoach, AskVision, CoachReport, VisionReport

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp.typedefs import Handler

    from gymbox.bus.endpoints import Desk
    from gymbox.bus.request import Request
    from gymbox.hub.box import Box
    from gymbox.hub.floor import Floor
    from gymbox.hub.route import Call

ReportT = TypeVar("ReportT", VisionReport, CoachReport)


class Metrics:
    """The hub's counters, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.answers = Counter(
            "gymbox_http_responses", "Answers.", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram("gymbox_http_seconds", "Time to an answer.", ["route"], registry=self.registry)
        self.heard = Counter("gymbox_bus_events", "Numbered events heard.", ["speaker"], registry=self.registry)
        self.lost = Counter("gymbox_bus_losses", "Times that events were gone.", ["speaker"], registry=self.registry)
        self.clients = Gauge("gymbox_live_clients", "Open WebSockets.", registry=self.registry)
        self.slow = Counter("gymbox_live_dropped", "WebSockets ended as too slow.", registry=self.registry)
        self._people = Gauge("gymbox_people", "People on the floor.", registry=self.registry)
        self._online = Gauge("gymbox_camera_online", "1 where pictures come.", ["camera"], registry=self.registry)
        self._fps = Gauge("gymbox_camera_fps", "Frames a second from the camera.", ["camera"], registry=self.registry)
        self._dropped = Gauge(
            "gymbox_camera_dropped_frames", "Wanted and lost since its start.", ["camera"], registry=self.registry
        )
        self._inference = Gauge("gymbox_inference_ms", "What the model takes, lately.", registry=self.registry)
        self._seen = Gauge("gymbox_vision_seen_frames", "Looked at.", ["camera"], registry=self.registry)
        self._missed = Gauge("gymbox_vision_missed_frames", "Overwritten first.", ["camera"], registry=self.registry)
        self._said = Gauge("gymbox_coach_said", "Since its start.", ["kind", "source"], registry=self.registry)
        self._questions = Gauge(
            "gymbox_coach_questions", "To the language model, since its start.", ["outcome"], registry=self.registry
        )
        self._breaker = Gauge(
            "gymbox_coach_breaker", "1 for how the way to the language model stands.", ["state"], registry=self.registry
        )
        self._tokens = Gauge("gymbox_coach_tokens", "Of the language model, today.", registry=self.registry)
        self._reconnects = Gauge(
            "gymbox_camera_reconnects", "Since its process started.", ["camera"], registry=self.registry
        )

    def text(self, floor: Floor, vision: VisionReport | None, coach: CoachReport | None) -> bytes:
        """All of it as Prometheus reads it; of vision and the coach what they last said, where they say nothing."""
        if coach:
            for said in coach.said:
                self._said.labels(said.kind, said.source).set(said.times)
            for outcome, times in coach.questions.items():
                self._questions.labels(outcome).set(times)
            for state in ("closed", "open", "half_open"):
                self._breaker.labels(state).set(state == coach.breaker)
            self._tokens.set(coach.tokens_today)
        if vision:
            self._inference.set(vision.inference_ms)
            for sight in vision.cameras:
                self._seen.labels(sight.camera_id).set(sight.seen)
                self._missed.labels(sight.camera_id).set(sight.dropped)
        self._people.set(len(floor.people()))
        for camera_id, status in floor.cameras.items():
            self._online.labels(camera_id).set(status.state == "online")
            self._fps.labels(camera_id).set(status.fps or 0)
            self._dropped.labels(camera_id).set(status.dropped)
            self._reconnects.labels(camera_id).set(status.reconnects)
        return generate_latest(self.registry)

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count each answer by its route; a path that is none's counts as one."""
        route = request.match_info.route.name or "none"
        start = time.perf_counter()
        response = await handler(request)
        self.answers.labels(route, request.method, response.status).inc()
        if response.status != HTTPStatus.SWITCHING_PROTOCOLS:
            self.seconds.labels(route).observe(time.perf_counter() - start)
        return response


async def read(box: Box, _call: Call) -> web.Response:
    """What Prometheus fetches."""
    run_dir = box.settings.run_dir
    vision, coach = await asyncio.gather(
        _asked(VISION_REQUESTS, AskVision(), VisionReport, run_dir),
        _asked(COACH_REQUESTS, AskCoach(), CoachReport, run_dir),
    )
    return web.Response(body=box.metrics.text(box.floor, vision, coach), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _asked(desk: Desk, question: Request, reply: type[ReportT], run_dir: Path) -> ReportT | None:
    with suppress(BusError):
        return (await ask(desk, question, reply, run_dir=run_dir, timeout_s=0.5))[0]
    return None


ROUTES: Final = (
    Route(
        method="GET",
        path="/metrics",
        handle=read,
        name="metrics",
        summary="How the box does, for Prometheus",
        who=OPERATOR,
        kind="page",
        media="text/plain",
        local=True,
    ),
)
