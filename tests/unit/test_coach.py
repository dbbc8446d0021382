"""From what happens on the floor to what a person hears of it, without a process."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from gymbox.coach import people
from gymbox.coach.coach import Coach
from gymbox.coach.facts import Facts
from gymbox.coach.notes import Notes
from gymbox.coach.people import People
from gymbox.coach.phrases import phrases
from gymbox.storage import Reader, Store
from gymbox.wishes import Wishes
from tests import kept
from tests.lifting import Set

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from gymbox.events import Event, GuidanceMessage

FAULTS = phrases().fault("squat", "chest_drops", "en")


class Room:
    """A coach whose clock stands where the events are."""

    def __init__(self, folder: Path, wishes: Wishes) -> None:
        self.said: list[GuidanceMessage] = []
        self.now_ns = 0
        self.reader = Reader(folder)
        self.people = People(self.reader, wishes)
        self.coach = Coach(self.people, self.said.append, Notes(), None, cue_within_s=3, clock=lambda: self.now_ns)

    def run(self, test: Coroutine[Any, Any, None]) -> None:
        async def whole() -> None:
            await test
            await self.people.settle()
            await self.reader.close()

        asyncio.run(asyncio.wait_for(whole(), 120))

    async def hear(self, *events: Event, late_ns: int = 0, live: bool = True) -> list[str]:
        """The sentences that these events led to, as `kind: text`."""
        before = len(self.said)
        for event in events:
            self.now_ns = event.t_ns + late_ns
            await self.coach.hear(event, live=live)
        return [f"{one.kind}: {one.text}" for one in self.said[before:]]


@pytest.fixture(autouse=True)
def patient_with_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "READ_S", 60)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path, Wishes())


def test_a_fault_is_told_at_once_and_says_what_it_is_about(room: Room) -> None:
    async def test() -> None:
        lifter = Set()
        await room.hear(lifter.linked(), lifter.started(), lifter.rep())
        alert = lifter.alert()
        await room.hear(alert)
        (said,) = room.said
        assert said.text in FAULTS
        assert (said.kind, said.source, said.language) == ("fault", "cue", "en")
        assert (said.track_id, said.set_id, said.alert_id, said.t_ns) == (
            alert.track_id,
            alert.set_id,
            alert.alert_id,
            alert.t_ns,
        )

    room.run(test())


def test_an_alert_before_the_first_repetition_is_told_too(room: Room) -> None:
    async def test() -> None:
        assert len(await room.hear(Set().alert())) == 1

    room.run(test())


@pytest.mark.parametrize(("late_ns", "live"), [(3_000_000_001, True), (-1, True), (0, False)])
def test_what_is_late_of_another_boot_or_history_is_not_told(room: Room, late_ns: int, *, live: bool) -> None:
    async def test() -> None:
        lifter = Set()
        events: list[Event] = [lifter.linked(), lifter.started(), *(lifter.rep() for _ in range(5)), lifter.alert()]
        assert await room.hear(*events, lifter.finished(), late_ns=late_ns, live=live) == []

    room.run(test())


@pytest.mark.parametrize(("level", "gap_s"), [("quiet", 15.0), ("normal", 8.0), ("chatty", 4.0)])
def test_faults_are_told_no_more_often_than_the_level_bears(tmp_path: Path, level: Any, gap_s: float) -> None:  # noqa: ANN401
    room = Room(tmp_path, Wishes(level=level))

    async def test() -> None:
        lifter = Set()
        await room.hear(lifter.started())
        for _ in range(60):
            lifter.after(1)
            await room.hear(lifter.alert())
        times = [said.t_ns for said in room.said]
        assert len(times) == ceil(60 / gap_s)
        assert min(later - then for then, later in pairwise(times)) == gap_s * 1e9
        assert len({said.text for said in room.said[:4]}) == min(4, len(times))

    room.run(test())


@pytest.mark.parametrize(
    ("wishes", "kinds"),
    [
        (Wishes(level="quiet"), []),
        (Wishes(level="normal"), []),
        (Wishes(level="chatty"), ["encouragement"] * 2),
        (Wishes(level="quiet", counts=True), ["count"] * 8),
        (Wishes(level="chatty", counts=True), ["count"] * 3 + ["encouragement"] + ["count"] * 3 + ["encouragement"]),
    ],
)
def test_a_set_without_a_fault_is_told_as_its_person_wishes(tmp_path: Path, wishes: Wishes, kinds: list[str]) -> None:
    room = Room(tmp_path, wishes)

    async def test() -> None:
        lifter = Set()
        await room.hear(lifter.linked(), lifter.started(), *(lifter.rep() for _ in range(8)))
        assert [said.kind for said in room.said] == kinds
        assert [said.text for said in room.said if said.kind == "count"] == [
            str(number) for number, kind in enumerate(kinds, 1) if kind == "count"
        ]

    room.run(test())


def test_german_is_spoken_to_who_wants_german(tmp_path: Path) -> None:
    room = Room(tmp_path, Wishes(language="de"))

    async def test() -> None:
        lifter = Set()
        await room.hear(lifter.started(), lifter.rep(), lifter.rep(), lifter.alert(), lifter.finished())
        assert {said.language for said in room.said} == {"de"}
        assert room.said[0].text in phrases().fault("squat", "chest_drops", "de")
        assert "2 Kniebeugen" in room.said[-1].text

    room.run(test())


def test_a_fault_that_is_not_seen_again_is_praised_once(room: Room) -> None:
    async def test() -> None:
        lifter = Set()
        said = await room.hear(lifter.started(), lifter.rep(), lifter.alert(), *(lifter.rep() for _ in range(12)))
        assert [one.partition(":")[0] for one in said] == ["fault", "milestone"]
        assert room.said[1].text in phrases().milestones["improved"].en

    room.run(test())


def test_speed_that_falls_off_is_told_once(room: Room) -> None:
    async def test() -> None:
        lifter = Set()
        speeds = [1.0, 1.0, 1.0, 0.95, 0.9, 0.7, 0.7, 0.6, 0.6, 0.5]
        await room.hear(lifter.started(), *(lifter.rep(speed=speed) for speed in speeds))
        (told,) = room.said
        assert told.text in phrases().milestones["slowing"].en
        assert told.t_ns == int((1_000 + 7 * 2.5) * 1e9)  # two slow ones running

    room.run(test())


def test_after_a_set_there_are_two_sentences_from_its_facts(room: Room) -> None:
    async def test() -> None:
        lifter = Set()
        said = await room.hear(lifter.started(), *(lifter.rep() for _ in range(6)), lifter.finished(partial_reps=2))
        (summary,) = said
        assert summary.startswith("summary: ")
        assert "6 squats" in summary
        assert " 2 " in summary
        assert await room.hear(Set(number=2).finished()) == []  # a set of nothing is worth no word

    room.run(test())


async def train(store: Store, *counts: int) -> None:
    """Earlier sets of so many squats."""
    events: list[Event] = [Set().linked()]
    for number, reps in enumerate(counts, 1):
        one = Set(t_ns=(100 + 100 * number) * 10**9, number=number)
        events += [one.started(), *(one.rep(range_deg=88) for _ in range(reps)), one.finished()]
    await store.record("vision", kept.heard(*events))


def test_who_has_done_sets_before_hears_of_the_half_the_last_and_the_best(room: Room, tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await train(store, 8, 8, 9)
        lifter = Set(number=4)
        await room.hear(lifter.linked(), lifter.started())
        milestones = phrases().milestones
        told = {number: await room.hear(lifter.rep()) for number in range(1, 12)}
        assert told.pop(4)[0].removeprefix("milestone: ") in milestones["half"].en
        assert told.pop(10)[0].removeprefix("milestone: ") in milestones["best"].en
        assert not any(told.values())  # the last two are called 5 s after the half, and wait for their turn in vain
        (summary,) = await room.hear(lifter.finished())
        assert "11 squats" in summary
        assert summary.partition("full. ")[2] in phrases().summary.telling["best"].en

    room.run(test())


def test_a_set_is_held_against_the_one_before(room: Room, tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await train(store, 8)
        lifter = Set(number=2)
        events: list[Event] = [lifter.linked(), lifter.started()]
        events += [*(lifter.rep() for _ in range(5)), lifter.finished()]
        (summary,) = await room.hear(*events)
        assert "7 degrees" in summary  # from 88 to 95

    room.run(test())


def test_wishes_are_the_phone_s_and_heeded_at_once(room: Room, tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            lifter = Set()
            await store.record("vision", kept.heard(lifter.linked()))
            await room.hear(lifter.linked(), lifter.started(), lifter.rep())
            await store.pair(kept.PHONE, token_id="t", name="a phone", session_id=kept.VISIT)  # noqa: S106
            await store.wish(kept.PHONE, Wishes(language="de", counts=True))
            assert await room.hear(lifter.rep()) == ["count: 2"]
            assert room.said[-1].language == "de"

    room.run(test())


def test_facts_are_of_full_repetitions_and_counts_as_corrected() -> None:
    lifter = Set()
    reps = [lifter.rep(range_deg=90), lifter.rep(range_deg=100), lifter.rep(kind="partial", range_deg=10)]
    done = [event.rep for event in reps if event.rep]
    facts = Facts.of("squat", done, ["shallow", "shallow", "chest_drops"], reps=3, partial_reps=1, form_score=91.6)
    assert (facts.reps, facts.partial_reps, facts.range_deg, facts.form_score) == (3, 1, 95, 92)
    assert (facts.out_s, facts.back_s, facts.symmetry) == (1.0, 1.0, 0.95)
    assert facts.faults == (("shallow", 2), ("chest_drops", 1))
