from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import zmq

from gymbox.bus.binding import Binding
from gymbox.bus.endpoints import CAMERA, CHANNELS, DESKS, DOMAINS, VISION, address, prefix
from gymbox.bus.publish import Speaker
from gymbox.bus.store import Numbered
from gymbox.bus.subscribe import Cursor, Heard, Listener, Lost, Since
from gymbox.errors import BusError
from tests import floor

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

RACK = CAMERA.of("rack-1")


def run(test: Coroutine[None, None, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


async def take(listener: Listener, count: int) -> list[Heard | Lost]:
    """The next `count` items, and no more."""
    items: list[Heard | Lost] = []
    while len(items) < count:
        items += await listener.batch(count - len(items))
    return items


async def hears(listener: Listener, t_ns: int) -> bool:
    """Whether an event of that time is among what it hears now."""
    try:
        items = await asyncio.wait_for(listener.batch(), 0.05)
    except TimeoutError:
        return False
    return any(isinstance(item, Heard) and item.event.t_ns == t_ns for item in items)


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 -- what a listener knows has no event
        await asyncio.sleep(0.01)


def numbers(items: list[Heard | Lost]) -> list[int]:
    return [floor.number_of(item.event) for item in items if isinstance(item, Heard)]


def test_whoever_joins_late_hears_all_that_was_numbered(tmp_path: Path) -> None:
    async def test() -> None:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            speaker.say(*(floor.rep(number) for number in range(1, 2_001)))
            async with Listener(VISION, run_dir=tmp_path, topics=["reps"]) as listener:
                items = await take(listener, 2_000)
                assert numbers(items) == list(range(1, 2_001))
                speaker.say(floor.rep(2_001))
                assert numbers(await take(listener, 1)) == [2_001]
                assert listener.cursor == Cursor(items[0].cursor.epoch if items[0].cursor else "", 2_001)

    run(test())


def test_whoever_wants_only_what_is_new_hears_nothing_old(tmp_path: Path) -> None:
    async def test() -> None:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            speaker.say(floor.rep(1), floor.rep(2))
            async with Listener(VISION, run_dir=tmp_path, topics=["reps"], since=Since.NOW) as listener:
                waiting = asyncio.create_task(take(listener, 1))
                await until(lambda: listener.cursor is not None)
                speaker.say(floor.rep(3))
                assert numbers(await waiting) == [3]

    run(test())


def test_the_last_event_is_heard_even_if_it_was_lost_on_the_way(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker,
            Listener(VISION, run_dir=tmp_path, topics=["reps"], silence_s=0.2) as listener,
        ):
            speaker.say(floor.rep(1))
            await take(listener, 1)
            listener._ear.unsubscribe(b"reps:")  # deaf
            await asyncio.sleep(0.05)
            speaker.say(floor.rep(2))
            assert numbers(await take(listener, 1)) == [2]

    run(test())


def test_a_gap_is_filled_at_once(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker,
            Listener(VISION, run_dir=tmp_path, topics=["reps", "perceptions"], silence_s=60) as listener,
        ):
            while not await hears(listener, 1):
                speaker.say(floor.perception(t_ns=1))  # until the listener is connected
            speaker.say(floor.rep(1))
            await take_reps(listener, 1)
            for topic in (b"reps:", b"perceptions:"):
                listener._ear.unsubscribe(topic)
            await asyncio.sleep(0.2)
            speaker.say(floor.rep(2), floor.rep(3))
            for topic in (b"reps:", b"perceptions:"):
                listener._ear.subscribe(topic)
            while not await hears(listener, 2):
                speaker.say(floor.perception(t_ns=2))  # until it hears again
            speaker.say(floor.rep(4))
            assert await take_reps(listener, 3) == [2, 3, 4]

    async def take_reps(listener: Listener, count: int) -> list[int]:
        reps: list[int] = []
        while len(reps) < count:
            items = await listener.batch()
            reps += numbers([item for item in items if item.cursor])
        return reps

    run(test())


def test_silence_is_noticed_while_live_events_go_on(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker,
            Listener(VISION, run_dir=tmp_path, silence_s=0.2) as listener,
        ):
            listener._ear.unsubscribe(b"reps:")
            speaker.say(floor.rep(1))
            for _ in range(200):
                speaker.say(floor.perception())
                items = await asyncio.wait_for(listener.batch(), 1)
                if any(isinstance(item, Heard) and item.event.domain == "reps" for item in items):
                    return
                await asyncio.sleep(0.01)
            pytest.fail("the lost repetition was never asked for")

    run(test())


def test_a_cursor_goes_on_where_it_stood(tmp_path: Path) -> None:
    async def test() -> None:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            speaker.say(*(floor.rep(number) for number in range(1, 11)))
            async with Listener(VISION, run_dir=tmp_path, topics=["reps"]) as listener:
                stood = (await take(listener, 4))[-1].cursor
            assert stood is not None
            async with Listener(VISION, run_dir=tmp_path, topics=["reps"], since=stood) as listener:
                assert numbers(await take(listener, 6)) == [5, 6, 7, 8, 9, 10]

    run(test())


def test_topics_end_where_they_end_and_a_count_has_no_gap_for_what_is_not_wanted(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker,
            Listener(VISION, run_dir=tmp_path, topics=["reps:rack-1"]) as listener,
        ):
            for number in range(1, 6):
                speaker.say(floor.rep(number, "rack-10"), floor.set_started(), floor.rep(number, "rack-1"))
            items = await take(listener, 5)
            assert numbers(items) == [1, 2, 3, 4, 5]
            assert {item.event.camera_id for item in items if isinstance(item, Heard)} == {"rack-1"}
            assert [item.cursor.number for item in items if item.cursor] == [3, 6, 9, 12, 15]

    run(test())


def test_what_memory_no_longer_has_is_told_exactly(tmp_path: Path) -> None:
    async def test() -> None:
        async with Speaker(RACK, run_dir=tmp_path) as speaker:
            speaker.say(floor.status(1))
            async with Listener(RACK, run_dir=tmp_path, topics=["status"]) as listener:
                stood = (await take(listener, 1))[0].cursor
            assert stood is not None
            speaker.say(*(floor.status(number) for number in range(2, 201)))
            async with Listener(RACK, run_dir=tmp_path, topics=["status"], since=stood) as listener:
                items = await take(listener, 1 + RACK.kept)
                assert items[0] == Lost(
                    199 - RACK.kept, "the speaker keeps no more", Cursor(stood.epoch, 200 - RACK.kept)
                )
                assert [item.cursor.number for item in items[1:] if item.cursor] == list(range(201 - RACK.kept, 201))

    run(test())


def test_a_speaker_that_counts_anew_says_so_and_goes_on(tmp_path: Path) -> None:
    async def test() -> None:
        async with Listener(RACK, run_dir=tmp_path, topics=["status"], silence_s=0.2) as listener:
            async with Speaker(RACK, run_dir=tmp_path) as speaker:
                speaker.say(floor.status(1), floor.status(2))
                await take(listener, 2)
                past = speaker._store.epoch
            async with Speaker(RACK, run_dir=tmp_path) as speaker:
                speaker.say(floor.status(1))
                lost, first = await take(listener, 2)
                assert isinstance(lost, Lost)
                assert lost.count is None
                assert isinstance(first, Heard)
                assert first.cursor == Cursor(speaker._store.epoch, 1)
                # What the first one said may still come, from a queue: it leads nowhere.
                listener._take_numbered(past, Numbered(1, b"status:rack-1:", b"{}"))
                assert listener.cursor == first.cursor

    run(test())


def test_a_speaker_on_disk_goes_on_counting_after_a_restart(tmp_path: Path) -> None:
    async def test() -> None:
        async with Listener(VISION, run_dir=tmp_path, topics=["reps"], silence_s=0.2) as listener:
            for number in (1, 2, 3):
                async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
                    speaker.say(floor.rep(number))
            async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path):
                assert numbers(await take(listener, 3)) == [1, 2, 3]

    run(test())


def test_the_last_words_of_a_speaker_are_heard(tmp_path: Path) -> None:
    talkative = replace(RACK, high_water=1_000)

    async def test() -> None:
        async with Listener(talkative, run_dir=tmp_path, silence_s=0.2) as listener:
            for life in (1, 2, 3):
                async with Speaker(talkative, run_dir=tmp_path) as speaker:
                    while not await hears(listener, life):
                        speaker.say(floor.frame(life))  # until the listener is connected
                    speaker.say(*(floor.status(1_000 * life + number) for number in range(500)))
                while not await hears(listener, 1_000 * life + 499):
                    pass

    run(test())


def test_an_event_of_another_version_is_told_as_a_loss_and_the_next_is_heard(tmp_path: Path) -> None:
    async def test() -> None:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            newer = floor.rep(1).model_dump_json().replace('"v":1', '"v":2').encode()
            speaker._store.append([(b"reps:rack-1:", newer)])
            speaker.say(floor.rep(2))
            async with Listener(VISION, run_dir=tmp_path, topics=["reps"]) as listener:
                lost, heard = await take(listener, 2)
                assert isinstance(lost, Lost)
                assert (lost.count, lost.cursor.number) == (1, 1)
                assert "rep_counted.v: Input should be 1, got 2" in lost.why
                assert numbers([heard]) == [2]

    run(test())


def test_a_slow_listener_misses_frames_and_counts_them_and_gets_the_newest(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            Speaker(RACK, run_dir=tmp_path) as speaker,
            Listener(RACK, run_dir=tmp_path, topics=["frames"]) as listener,
        ):
            first = asyncio.create_task(listener.latest())
            while not first.done():
                speaker.say(floor.frame(0))
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            while await listener._ear.poll(0):
                await listener.latest()
            said_before, missed_before = speaker._live[b"frames:rack-1:"], listener.missed["frames:rack-1"]
            for sequence in range(1, 20_001):
                speaker.say(floor.frame(sequence))
            await asyncio.sleep(0.1)
            speaker.say(floor.frame(20_001))
            got = 0
            newest = -1
            while newest < 20_001:
                event = (await listener.latest())["frames:rack-1"]
                newest, got = event.t_ns, got + 1
                speaker.say(floor.frame(20_001))
            said = listener._live[b"frames:rack-1:"][1] - said_before
            assert got + listener.missed["frames:rack-1"] - missed_before == said
            assert got < 100

    run(test())


def test_latest_is_not_for_what_must_not_be_lost(tmp_path: Path) -> None:
    async def test() -> None:
        async with Listener(VISION, run_dir=tmp_path, topics=["reps"]) as listener:
            with pytest.raises(BusError, match="not passed over"):
                await listener.latest()

    run(test())


def test_a_second_speaker_is_refused_and_the_first_is_heard_on(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker,
            Listener(VISION, run_dir=tmp_path, topics=["reps"]) as listener,
        ):
            with pytest.raises(BusError, match=r"another process \(pid [0-9]+\) serves it"):
                Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path)
            speaker.say(floor.rep(1))
            assert numbers(await take(listener, 1)) == [1]

    run(test())


def test_a_speaker_says_its_own_domains_from_its_own_thread(tmp_path: Path) -> None:
    async def test() -> None:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            with pytest.raises(BusError, match="says alerts, perceptions, reps, sessions, sets, not status"):
                speaker.say(floor.status(1))
            with pytest.raises(BusError, match="event loop's thread"):
                await asyncio.to_thread(speaker.say, floor.rep(1))

    run(test())


def test_a_question_that_is_none_hurts_nobody(tmp_path: Path) -> None:
    async def test() -> None:
        async with Speaker(VISION, run_dir=tmp_path, data_dir=tmp_path) as speaker:
            rude: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
            rude.linger = 1_000
            rude.connect(address(tmp_path, "vision.again"))
            for frames in ([b"\xff\x00"], [b"{}"], [b"1", b"2", b"3"], [b""]):
                rude.send_multipart(frames)
            rude.close()
            speaker.say(floor.rep(1))
            async with Listener(VISION, run_dir=tmp_path, topics=["reps"]) as listener:
                assert numbers(await take(listener, 1)) == [1]

    run(test())


def test_the_socket_folder_is_ours_alone(tmp_path: Path) -> None:
    Binding(tmp_path, "vision").close()
    assert (tmp_path / "bus").stat().st_mode & 0o777 == 0o700
    (tmp_path / "bus").chmod(0o755)
    with pytest.raises(BusError, match="mode 0700"):
        Binding(tmp_path, "vision")
    (tmp_path / "bus").rename(tmp_path / "elsewhere")
    (tmp_path / "bus").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BusError, match="mode 0700"):
        Binding(tmp_path, "vision")


def test_a_path_too_long_for_a_socket_is_named() -> None:
    with pytest.raises(BusError, match=r"at most 107 bytes, got [0-9]+: choose a shorter run_dir"):
        address(Path("/" + "x" * 100), "vision")


def test_a_topic_that_nobody_says_is_named() -> None:
    assert prefix("reps:rack-1") == b"reps:rack-1:"
    assert prefix("") == b""
    with pytest.raises(BusError, match="expected one of frames"):
        prefix("rep")


def test_every_domain_has_one_speaker_and_every_row_its_cost() -> None:
    said = [domain for channel in CHANNELS for domain in channel.domains]
    assert sorted(said) == sorted(DOMAINS)
    assert all(row.loss and row.binds for row in (*CHANNELS, *DESKS))
    assert len({row.name for row in (*CHANNELS, *DESKS)}) == len(CHANNELS) + len(DESKS)
