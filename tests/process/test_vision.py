"""The vision's process with real cameras' processes, real rings and a real bus, killed in the middle of sets."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pytest

from gymbox.bus.endpoints import VISION
from gymbox.bus.subscribe import Heard, Listener
from gymbox.events import (
    PerceptionEvent,
    RepCountedEvent,
    SessionEndedEvent,
    SetFinishedEvent,
    TrackLinkedEvent,
)
from tests.process.lives import KILLS, reap, start, wait_for

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from gymbox.events import Event

EventT = TypeVar("EventT")
SAMPLE: Final = Path(__file__).parents[1] / "data/sample.mp4"
PEOPLE: Final = 4
LIMIT_S: Final = 300


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as processes:
        yield processes


def truth() -> Counter[tuple[str, int]]:
    """Full repetitions by exercise, as they were rendered."""
    sets = json.loads(SAMPLE.with_suffix(".json").read_text())["sets"]
    return Counter((each["exercise"], each["reps"]) for each in sets)


class Box:
    """A folder with settings, and processes that live by them."""

    def __init__(self, stack: ExitStack, folder: Path, *cameras: str, realtime: bool) -> None:
        self.folder, self._stack, self._realtime = folder, stack, realtime
        self.configure(*cameras)

    def configure(self, *cameras: str) -> None:
        lines = ["data_dir = 'data'", "run_dir = 'run'"]
        for camera in cameras:
            lines += [
                "[[camera]]",
                f"id = '{camera}'",
                f"url = '{SAMPLE}'",
                f"realtime = {str(self._realtime).lower()}",
            ]
        part = self.folder / "gymbox.part"
        part.write_text("\n".join(lines))
        part.rename(self.folder / "gymbox.toml")

    def vision(self) -> subprocess.Popen[bytes]:
        return self._start("vision", "gymbox.vision.process")

    def camera(self, camera_id: str) -> subprocess.Popen[bytes]:
        return self._start(camera_id, "gymbox.capture.process", camera_id)

    def _start(self, part: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        given = [*arguments, "--config", str(self.folder / "gymbox.toml")]
        return start(self._stack, part, self.folder, module=module, arguments=given)

    def heard(self, enough: Callable[[list[Event]], bool], *topics: str) -> list[Event]:
        """All that vision says, from the first numbered event on, until it is enough."""

        async def listen() -> list[Event]:
            events: list[Event] = []
            run_dir = self.folder / "run"
            async with Listener(VISION, run_dir=run_dir, topics=topics or sorted(VISION.numbered)) as listener:
                async for item in listener:
                    assert isinstance(item, Heard), item
                    events.append(item.event)
                    if enough(events):
                        return events
            raise AssertionError

        return asyncio.run(asyncio.wait_for(listen(), LIMIT_S))


def written(folder: Path) -> tuple[str, int]:
    """The diary, and how long it is."""
    while True:
        pages = sorted((folder / "data" / "vision").glob("*.diary"))
        with suppress(FileNotFoundError):  # another was begun just now
            return (pages[-1].name, pages[-1].stat().st_size) if pages else ("", 0)


def of(kind: type[EventT], events: list[Event]) -> list[EventT]:
    return [event for event in events if isinstance(event, kind)]


def over(visits: int) -> Callable[[list[Event]], bool]:
    return lambda events: len(of(SessionEndedEvent, events)) == visits


def counted(events: list[Event], camera_id: str = "") -> Counter[tuple[str, int]]:
    """Full repetitions by exercise, as they were told one by one; each is told once and in order."""
    sets: dict[str, list[RepCountedEvent]] = {}
    for event in of(RepCountedEvent, events):
        if event.state == "confirmed" and camera_id in {"", event.camera_id}:
            sets.setdefault(event.set_id, []).append(event)
    totals: Counter[tuple[str, int]] = Counter()
    for told in sets.values():
        numbers = [event.rep.number for event in told if event.rep and event.rep.kind == "full"]
        assert numbers == list(range(1, len(numbers) + 1))
        exercises = {event.rep.exercise for event in told if event.rep}
        assert len(exercises) == 1
        totals[exercises.pop(), len(numbers)] += 1
    return totals


def test_from_a_camera_s_pictures_to_the_right_repetitions(tmp_path: Path, stack: ExitStack) -> None:
    box = Box(stack, tmp_path, "rack-1", realtime=False)
    vision = box.vision()
    box.camera("rack-1")
    events = box.heard(over(PEOPLE))
    assert counted(events) == truth()
    assert Counter((event.exercise, event.reps) for event in of(SetFinishedEvent, events)) == truth()
    assert [event.reason for event in of(TrackLinkedEvent, events)] == ["new"] * PEOPLE
    assert {event.topic.partition(":")[2] for event in events} == {"rack-1"}
    assert reap(vision, signal.SIGTERM) == 0
    assert b"Traceback" not in (tmp_path / "vision.log").read_bytes()


def test_killed_at_any_moment_a_set_goes_on_and_every_repetition_counts_once(tmp_path: Path, stack: ExitStack) -> None:
    chance = random.Random(4)  # noqa: S311 -- the same moments each time
    box = Box(stack, tmp_path, "rack-1", realtime=False)  # it waits for vision, however slow this machine is
    vision = box.vision()
    box.camera("rack-1")
    for kill in range(max(KILLS // 2, 1)):
        if kill % 3 == 2:  # while it starts
            time.sleep(chance.uniform(0, 1))
        else:  # at work
            before = written(tmp_path)
            wait_for(f"work of life {kill}", lambda: written(tmp_path) != before)  # noqa: B023 -- called here
            time.sleep(chance.uniform(0, 0.4))
        reap(vision, signal.SIGKILL)
        vision = box.vision()
    events = box.heard(over(PEOPLE))
    assert counted(events) == truth()
    assert Counter((event.exercise, event.reps) for event in of(SetFinishedEvent, events)) == truth()
    links = of(TrackLinkedEvent, events)
    assert {event.reason for event in links} == {"new", "resumed"}
    assert len({event.track_id for event in links}) == PEOPLE
    assert len({event.session_id for event in links}) == PEOPLE


def test_cameras_come_and_go_while_it_runs(tmp_path: Path, stack: ExitStack) -> None:
    box = Box(stack, tmp_path, realtime=False)
    vision = box.vision()
    log = tmp_path / "vision.log"
    wait_for("vision", lambda: b"watching 0 cameras" in log.read_bytes())
    box.configure("rack-1", "rack-2")
    cameras = [box.camera("rack-1"), box.camera("rack-2")]
    events = box.heard(over(2 * PEOPLE))
    assert counted(events, "rack-1") == counted(events, "rack-2") == truth()
    # A camera's process that was killed is followed in its next life, and its people are others.
    reap(cameras[0], signal.SIGKILL)
    box.camera("rack-1")
    events = box.heard(over(3 * PEOPLE))
    assert counted(events, "rack-1") == truth() + truth()
    assert len({event.session_id for event in of(SessionEndedEvent, events)}) == 3 * PEOPLE
    assert vision.poll() is None


def test_a_camera_that_is_taken_away_ends_what_was_there(tmp_path: Path, stack: ExitStack) -> None:
    box = Box(stack, tmp_path, "rack-1", realtime=True)
    box.vision()
    box.camera("rack-1")
    box.heard(lambda events: any(event.state == "confirmed" for event in of(RepCountedEvent, events)))
    box.configure()
    events = box.heard(over(PEOPLE))
    told = {event.rep.exercise for event in of(RepCountedEvent, events) if event.rep and event.state == "confirmed"}
    assert told <= {event.exercise for event in of(SetFinishedEvent, events)}


def test_everybody_in_every_picture_is_perceived_and_looked_at_now_and_then(tmp_path: Path, stack: ExitStack) -> None:
    box = Box(stack, tmp_path, "rack-1", realtime=True)
    box.vision()
    box.camera("rack-1")

    def enough(events: list[Event]) -> bool:
        people = Counter(event.track_id for event in of(PerceptionEvent, events))
        return len([count for count in people.values() if count > 20]) == PEOPLE

    perceptions = of(PerceptionEvent, box.heard(enough, "perceptions"))
    assert all(event.inference_ns > 0 for event in perceptions)
    moments = Counter((event.track_id, event.t_ns) for event in perceptions)
    assert set(moments.values()) == {1}
    looks = [event.reid_embedding for event in perceptions if event.reid_embedding]
    assert PEOPLE <= len(looks) < len(perceptions) / 2
    lengths = np.linalg.norm([look.vector for look in looks], axis=1)
    assert np.allclose(lengths, 1, atol=1e-5)
