"""Whoever comes and goes, and whatever the hub forgets meanwhile, nobody misses an event or hears one twice."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox.bus.subscribe import Cursor
from gymbox.hub.floor import Floor
from gymbox.hub.position import Position
from tests import floor, kept

if TYPE_CHECKING:
    from gymbox.events import Event
    from gymbox.hub.client import Client
    from gymbox.hub.visit import Visit

EPOCHS: Final = {"vision": "v" * 12, "coach": "c" * 12, "recorder": "r" * 12}


def said(speaker: str, number: int) -> Event:
    """The speaker's `number`th event, which `number_of` knows again."""
    match speaker:
        case "vision":
            return floor.rep(number)
        case "coach":
            return kept.guidance().model_copy(update={"text": str(number)})
        case _:
            return kept.clip().model_copy(update={"duration_s": float(number)})


def number_of(message: dict[str, Any]) -> tuple[str, int]:
    """Which event of which speaker a message is."""
    data = message["data"]
    match message["type"]:
        case "rep_counted":
            return "vision", data["number"]
        case "guidance":
            return "coach", int(data["text"])
        case _:
            return "recorder", int(data["duration_s"])


class Hub:
    """A hub's picture, and the speakers' stores behind it."""

    def __init__(self) -> None:
        self.heads = dict.fromkeys(EPOCHS, 0)
        self.floor = Floor()
        self.heard = dict.fromkeys(EPOCHS, 0)
        self.floor.link(kept.TRACK, kept.VISIT)

    def say(self, speaker: str) -> None:
        self.heads[speaker] += 1
        self.hear(speaker)

    def hear(self, speaker: str, most: int = 1_000) -> None:
        """Up to `most` of what a speaker has said; a hub that began anew hears it from the beginning."""
        for _ in range(min(most, self.heads[speaker] - self.heard[speaker])):
            self.heard[speaker] = number = self.heard[speaker] + 1
            self.floor.hear(speaker, said(speaker, number), Cursor(EPOCHS[speaker], number))

    def begin_anew(self) -> None:
        self.floor = Floor()
        self.floor.link(kept.TRACK, kept.VISIT)
        self.heard = dict.fromkeys(EPOCHS, 0)


class Phone:
    """What one phone has got, by speaker and number; it is its own end of the socket."""

    def __init__(self) -> None:
        self.after = ""
        self.got: list[tuple[str, int]] = []
        self.gaps = 0
        """How often it was told that something is gone."""
        self.client: Client | None = None
        self.visit: Visit | None = None
        self.arrived: deque[bytes] = deque()

    def come(self, hub: Hub) -> None:
        """Connect; what lay in the socket before is lost."""
        self.arrived.clear()
        if self.visit and self.client:
            self.visit.clients.discard(self.client)
        self.visit, self.client = hub.floor.join(kept.VISIT, Position.parse(self.after), self)

    def read(self, most: int) -> None:
        """Take some of what comes."""
        assert self.client is not None
        while self.client._hand_on():
            pass
        while most and self.arrived:
            frame = self.arrived.popleft()
            message = json.loads(frame[frame.index(b"{") :])
            self.after = message["cursor"]
            self.gaps += message["type"] == "missed"
            if message["type"] not in {"state", "missed"}:
                self.got.append(number_of(message))
                most -= 1

    def write(self, frame: bytes) -> None:
        self.arrived.append(frame)

    def get_write_buffer_size(self) -> int:
        return 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(sorted(EPOCHS))),
        st.tuples(st.just("read"), st.integers(1, 4)),
        st.tuples(st.just("leave"), st.integers(0, 3)),
        st.tuples(st.just("hub begins anew"), st.tuples(st.permutations(sorted(EPOCHS)), st.integers(0, 3))),
    ),
    min_size=1,
    max_size=40,
)


@given(STEPS)
def test_a_phone_that_comes_back_has_everything_once(steps: list[tuple[str, object]]) -> None:
    hub, phone = Hub(), Phone()
    for speaker in EPOCHS:
        hub.say(speaker)  # so that the hub stands somewhere with each
    phone.come(hub)
    phone.read(1)
    for step, what in steps:
        match step:
            case "say":
                hub.say(str(what))
            case "read":
                assert isinstance(what, int)
                phone.read(what)
            case "leave":
                phone.come(hub)
            case _:
                assert isinstance(what, tuple)
                speakers, before = what
                hub.begin_anew()
                for speaker in speakers[:before]:
                    hub.hear(speaker)
                phone.come(hub)  # while the hub has not heard the others yet
                for speaker in speakers[before:]:
                    hub.hear(speaker)
    phone.read(1_000)
    assert phone.gaps == 0
    for speaker, head in hub.heads.items():
        assert [number for name, number in phone.got if name == speaker] == [*range(2, head + 1)]


@pytest.mark.parametrize(("first", "epoch", "gaps"), [(3, "v", 0), (4, "v", 1), (1, "w", 1)])
def test_what_vision_no_longer_tells_is_said_to_be_gone(first: int, epoch: str, gaps: int) -> None:
    """A phone has heard two repetitions; a hub that began anew is told from the `first` on."""
    hub, phone = Hub(), Phone()
    phone.after = f"vision.{EPOCHS['vision']}.2"
    phone.come(hub)
    hub.floor.hear("vision", floor.rep(first), Cursor(epoch * 12, first))
    phone.read(1_000)
    assert (phone.got, phone.gaps) == ([("vision", first)], gaps)


def test_what_the_recorder_said_before_it_was_killed_is_in_the_database_and_not_gone() -> None:
    hub, phone = Hub(), Phone()
    phone.after = f"recorder.{EPOCHS['recorder']}.2~vision.{EPOCHS['vision']}.1"
    phone.come(hub)
    hub.floor.hear("recorder", kept.clip(), Cursor("w" * 12, 1))
    phone.read(1_000)
    assert phone.gaps == 0


@given(st.dictionaries(st.sampled_from(sorted(EPOCHS)), st.integers(0, 10**15 - 1)))
def test_a_position_comes_back_as_it_was(cursors: dict[str, int]) -> None:
    position = Position.of_all({name: Cursor(EPOCHS[name], number) for name, number in cursors.items()})
    assert Position.parse(str(position)) == position
