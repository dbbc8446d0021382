from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox import _core, models
from gymbox.bus.endpoints import VISION
from gymbox.bus.publish import Speaker
from gymbox.bus.subscribe import Heard, Listener
from gymbox.clock import Clock, now_ns
from gymbox.config import Settings, load
from gymbox.config.roster import Roster
from gymbox.errors import BusError, ExerciseError, StateError
from gymbox.events import (
    PerceptionEvent,
    RepCountedEvent,
    SessionEndedEvent,
    SetFinishedEvent,
    SetStartedEvent,
    TrackEndedEvent,
    TrackLinkedEvent,
)
from gymbox.vision import watch as watching
from gymbox.vision.diary import Diary
from gymbox.vision.eye import Eye, Picture
from gymbox.vision.looks import Colours
from gymbox.vision.record import Ended, Looked, Named, Seen, pack, unpack
from gymbox.vision.watch import Watch
from tests.lifter import SIZE
from tests.stroller import Moment, Stay, moments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from gymbox.events import Event
    from gymbox.vision.record import Record

MODEL = models.Model(
    "movenet-multipose",
    models.weights_dir(),
    models.described().head,
    "",
    "0" * 64,
    models.described().thresholds,
    256,
    None,
)
CAMERA = "rack-1"


class Dreamer:
    """A pose model that sees what it is told to."""

    def __init__(self) -> None:
        self.sees: list[Moment] = []

    def detect_batch(self, frames: list[_core.Frame]) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(moment.boxes, moment.keypoints) for moment, _ in zip(self.sees, frames, strict=True)]


class Life:
    """One life of vision, without the process around it."""

    def __init__(self, folder: Path, speaker: Speaker) -> None:
        self.model, self.speaker = Dreamer(), speaker
        self.diary = Diary(folder / "vision")
        self.settings = Settings(data_dir=folder, run_dir=folder)
        self.watch = Watch(
            MODEL,
            self.model,  # type: ignore[arg-type]
            Colours(),
            settings=self.settings,
            speaker=speaker,
            diary=self.diary,
        )
        self.watch.resume()
        self.left = self.watch.absent(set())
        self.eye = Eye(CAMERA, run_dir=folder, wake=lambda: None)

    def see(self, moment: Moment, *, say: bool = True) -> list[Event]:
        frame = _core.Frame(np.full((SIZE[1], SIZE[0], 3), 99, np.uint8))
        self.model.sees = [moment]
        self.eye.missed = iter([Picture(CAMERA, moment.t_ns, frame)])
        outcomes = self.watch.look([self.eye])
        if say:
            self.watch.say(outcomes)
        return [event for outcome in outcomes for event in outcome.perceptions]


def is_in_trouble(diary: Diary) -> bool:
    return diary.trouble is not None


async def said(folder: Path, count: int) -> list[Event]:
    """The first `count` numbered events."""
    events: list[Event] = []
    async with Listener(VISION, run_dir=folder, topics=sorted(VISION.numbered), silence_s=0.1) as listener:
        while len(events) < count:
            for item in await asyncio.wait_for(listener.batch(), 10):
                assert isinstance(item, Heard)
                events.append(item.event)
    return events


def lives(folder: Path, frames: Iterable[Moment], *, killed: Callable[[int], str]) -> list[Event]:
    """All that is said of these frames; before each one vision is killed, where `killed` says so and how."""

    async def live() -> list[Event]:
        async with Speaker(VISION, run_dir=folder, data_dir=folder) as speaker:
            life = Life(folder, speaker)
            for number, moment in enumerate(frames):
                how = killed(number)
                life.see(moment, say=how != "dumb")
                if how:
                    life.diary.close()
                    life = Life(folder, speaker)
            life.watch.say(life.watch.give_up([CAMERA]))
            return await said(folder, speaker.head)

    return asyncio.run(live())


def outline(events: list[Event]) -> list[tuple[object, ...]]:
    """What is the same in any life: all but names, and that tracks were resumed."""
    told: list[tuple[object, ...]] = []
    for event in events:
        match event:
            case RepCountedEvent():
                told.append(("rep", event.t_ns, event.state, event.rep))
            case SetFinishedEvent():
                told.append(("set", event.t_ns, event.reps, event.partial_reps, event.form_score))
            case TrackLinkedEvent(reason="resumed"):
                pass
            case _:
                told.append((event.type, event.t_ns))
    return told


@pytest.mark.parametrize("how", ["plain", "dumb"])
def test_killed_between_any_two_pictures_all_is_said_once(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "ANEW_S", 0.05)  # so that some lives begin with records, and some without
    people = [Stay(0, 3, 0.3, 0), Stay(2, 2, 0.7, 12)]
    frames = list(moments(people, until_s=20))
    whole = lives(tmp_path / "whole", frames, killed=lambda _: "")
    assert len([event for event in whole if isinstance(event, RepCountedEvent) and event.state == "confirmed"]) == 5
    chance = random.Random(how)  # noqa: S311 -- the same moments each time
    cut = lives(tmp_path / "cut", frames, killed=lambda _: how if chance.random() < 0.15 else "")
    assert outline(cut) == outline(whole)
    links = [event for event in cut if isinstance(event, TrackLinkedEvent)]
    assert {event.reason for event in links} == {"new", "resumed"}
    assert len({event.track_id for event in links}) == len({event.session_id for event in links}) == 2


def test_after_another_boot_what_was_open_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = list(moments([Stay(0, 3, 0.5, 0)], until_s=12))

    async def live() -> list[Event]:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            life = Life(tmp_path, speaker)
            for moment in frames:
                life.see(moment)
            life.diary.close()
            before = Clock.shared(tmp_path)
            later = before.model_copy(update={"boot_id": "another"})
            monkeypatch.setattr(Clock, "shared", lambda _: later)
            life = Life(tmp_path, speaker)
            assert life.left == set()
            assert life.watch.left_off_ns(CAMERA) is None
            life.see(frames[3])
            return await said(tmp_path, speaker.head)

    events = asyncio.run(live())
    finished = [event for event in events if isinstance(event, SetFinishedEvent)]
    assert [event.reps for event in finished] == [3]
    assert isinstance(events[-1], SessionEndedEvent)


@pytest.mark.parametrize("left", ["another version's", "damaged", "gone"])
def test_what_cannot_be_gone_on_with_is_over(left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = list(moments([Stay(0, 3, 0.5, 0), Stay(2, 3, 0.2, 0)], until_s=9))

    async def live() -> tuple[list[Event], int]:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            life = Life(tmp_path, speaker)
            for moment in frames:
                life.see(moment)
            life.diary.close()
            same = Life(tmp_path, speaker)
            assert same.left == {CAMERA}
            same.diary.close()
            before = speaker.head
            if left == "another version's":
                monkeypatch.setattr(Colours, "id", "others")
            for path in (tmp_path / "vision").glob("*.diary"):
                if left == "damaged":
                    path.write_bytes(b"rubbish")
                elif left == "gone":
                    path.unlink()
            assert Life(tmp_path, speaker).left == set()
            ended = speaker.head
            assert Life(tmp_path, speaker).left == set()
            assert speaker.head == ended, "it is said once"
            return await said(tmp_path, speaker.head), before

    events, before = asyncio.run(live())
    visits = {event.session_id for event in events if isinstance(event, TrackLinkedEvent)}
    assert {event.session_id for event in events[before:] if isinstance(event, SessionEndedEvent)} == visits
    tracks = {event.track_id for event in events if isinstance(event, TrackLinkedEvent)}
    assert {event.track_id for event in events if isinstance(event, TrackEndedEvent)} == tracks
    counted = Counter(event.set_id for event in events if isinstance(event, RepCountedEvent) and is_full(event))
    finished = {event.set_id: event.reps for event in events[before:] if isinstance(event, SetFinishedEvent)}
    assert finished == counted
    assert counted.total() > 0


def is_full(event: RepCountedEvent) -> bool:
    return event.state == "confirmed" and event.rep is not None and event.rep.kind == "full"


def test_a_life_takes_up_pictures_where_the_one_before_left_off(tmp_path: Path) -> None:
    async def live() -> None:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            life = Life(tmp_path, speaker)
            assert life.watch.left_off_ns(CAMERA) is None
            frames = list(moments([Stay(0, 1, 0.5, 0)], until_s=3))
            for moment in frames:
                life.see(moment)
            life.diary.close()
            life = Life(tmp_path, speaker)
            assert life.watch.left_off_ns(CAMERA) == frames[-1].t_ns
            begun = now_ns()
            life.watch.say(life.watch.give_up([CAMERA]))
            life.diary.close()
            life = Life(tmp_path, speaker)
            for camera in (CAMERA, "rack-9"):  # nobody is there, nobody ever was
                left_off = life.watch.left_off_ns(camera)
                assert left_off is not None
                assert begun - 3e9 < left_off < now_ns()
            assert life.watch.left_off_ns(CAMERA, paced=False) == frames[-1].t_ns
            assert life.watch.left_off_ns("rack-9", paced=False) == 0

    asyncio.run(live())


def test_somebody_is_perceived_in_every_picture_and_may_say_what_they_do(tmp_path: Path) -> None:
    async def live() -> list[Event]:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            life = Life(tmp_path, speaker)
            perceptions: list[Event] = []
            for moment in moments([Stay(0, 2, 0.5, 0)], until_s=7):
                perceptions += life.see(moment)
            assert len(perceptions) == 7 * 15 - 1
            (person,) = {event.track_id for event in perceptions if isinstance(event, PerceptionEvent)}
            life.watch.say(life.watch.name(person, "bicep_curl"))
            with pytest.raises(ExerciseError, match="expected one of squat"):
                life.watch.name(person, "napping")
            with pytest.raises(BusError, match="nobody is there"):
                life.watch.name(f"{person}9", "squat")
            with pytest.raises(BusError, match="nobody is there"):
                life.watch.name(person.replace(CAMERA, "rack-9"), "squat")
            return await said(tmp_path, speaker.head)

    events = asyncio.run(live())
    kinds = [event for event in events if isinstance(event, SetStartedEvent | SetFinishedEvent)]
    assert [event.exercise for event in kinds] == ["squat", "squat"], "what was not a curl is over"


numbers = st.floats(0, 1, width=32)
cameras = st.sampled_from(["rack-1", "a"])
tracks = st.integers(1, 2**40)
looks = st.lists(numbers, min_size=256, max_size=256).map(lambda row: np.array(row, np.float32))
people = st.integers(0, 3)
records = st.one_of(
    st.builds(
        lambda camera, t_ns, count, seed: Seen(
            camera,
            t_ns,
            1280,
            720,
            1.0,
            np.random.default_rng(seed).random((count, 5), np.float32),
            np.random.default_rng(seed + 1).random((count, 17, 3), np.float32),
        ),
        cameras,
        st.integers(0, 2**62),
        people,
        st.integers(0, 2**32),
    ),
    st.builds(Looked, cameras, tracks, st.none() | looks),
    st.builds(Named, cameras, tracks, st.none() | st.just("squat")),
    st.builds(Ended, cameras),
)


def same(one: Record, other: Record) -> bool:
    return type(one) is type(other) and pack(one) == pack(other)


@given(records)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    assert same(unpack(pack(record)), record)


@pytest.mark.parametrize("data", [b"", b"[]", b'["slept","rack-1"]\n', b'["seen","rack-1",1,2,3,1.0]\n123', b"\xff\n"])
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(StateError):
        unpack(data)


def test_a_diary_cut_off_anywhere_is_read_up_to_there(tmp_path: Path) -> None:
    written = [Named(CAMERA, number, "squat") for number in range(1, 6)]

    async def live() -> bytes:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            diary = Life(tmp_path, speaker).diary
            for record in written:
                diary.add(record)
            diary.close()
            (path,) = (tmp_path / "vision").iterdir()
            return path.read_bytes()

    whole = asyncio.run(live())
    (path,) = (tmp_path / "vision").iterdir()
    begun = whole.index(b'["named"') - 8
    for end in range(begun, len(whole) + 1):
        path.write_bytes(whole[:end])
        left = Diary(tmp_path / "vision").read()
        assert left
        assert left[2] == written[: len(left[2])]
        assert len(left[2]) == whole[:end].count(b'"squat"]\n')
    for end in range(begun):
        path.write_bytes(whole[:end])
        assert Diary(tmp_path / "vision").read() is None


def test_a_full_disk_stops_the_diary_and_not_the_counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "no space left on device")

    async def live() -> int:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            life = Life(tmp_path, speaker)
            frames = list(moments([Stay(0, 2, 0.5, 0)], until_s=8))
            for moment in frames[:30]:
                life.see(moment)
            with monkeypatch.context() as patch:
                patch.setattr("gymbox.vision.diary.os.write", full)
                for moment in frames[30:]:
                    life.see(moment)
                assert is_in_trouble(life.diary)
            monkeypatch.setattr(watching, "ANEW_S", 0.0)
            life.see(frames[-1])
            assert not is_in_trouble(life.diary)
            return len([event for event in await said(tmp_path, speaker.head) if isinstance(event, RepCountedEvent)])

    assert asyncio.run(live()) > 1


def test_a_settings_file_that_is_wrong_keeps_the_cameras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymbox.config.roster.EVERY_S", 0)
    path = tmp_path / "gymbox.toml"

    def configured(*cameras: str) -> str:
        return "\n".join(f'[[camera]]\nid = "{camera}"\nurl = "/dev/video0"' for camera in cameras)

    path.write_text(configured("a"))
    roster = Roster(load(path), path)
    assert not roster.changed()
    for text, changes, ids in [
        (configured("a", "b"), True, {"a", "b"}),
        ("camera = 1", False, {"a", "b"}),
        (configured("b") + "\nenabled = false", True, set[str]()),
    ]:
        path.write_text(text)
        assert roster.changed() == changes
        assert roster.ids() == ids
