from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gymbox.config import RetentionSettings
from gymbox.errors import UnknownError
from gymbox.storage import Store, history, incidents, models, people
from gymbox.storage.files import Place
from gymbox.storage.odometer import Odometer
from tests import floor, kept

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from sqlalchemy.orm import Session

    from gymbox.bus.subscribe import Heard

DAY = 86_400
KEEP = RetentionSettings()


def run(test: Coroutine[None, None, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


def poses(seconds: int = 4) -> list[Heard]:
    return kept.live([floor.perception(t_ns=second * 1_000_000_000) for second in range(seconds)])


async def a_day(store: Store, clips: int = 1) -> None:
    """A visit bound to a phone, with a set, poses, a sentence and clips."""
    await store.record("vision", kept.heard(*kept.a_set(), kept.guidance()))
    await store.pair(kept.PHONE, token_id="1", name="phone", session_id=kept.VISIT)  # noqa: S106 -- a name of one
    await store.record("vision", poses())
    await store.keep_poses(everything=True)
    for number in range(clips):
        letter = "abcdefgh"[number]
        file = f"{letter}.mp4"
        (store.place.clips / file).write_bytes(b"clip")
        ready = kept.clip(clip_id=f"c-{letter * 12}", alert_id=f"a-{letter * 12}")
        await store.add_clip(ready, file)


async def lived(store: Store, seconds: int) -> None:
    """Let the box be older by so much."""
    store._odometer = Odometer(store._odometer.lived_s + seconds)


def count(session: Session) -> dict[str, int]:
    tables = (models.Clip, models.PoseFrame, models.Notification, models.ExerciseSet, models.RepEvent)
    return {table.__tablename__: session.query(table).count() for table in tables}


def files(store: Store) -> list[str]:
    return sorted(path.name for path in store.place.clips.iterdir())


def test_things_go_by_their_age_and_sets_never(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await a_day(store)
            everything = await store.read(count)
            assert everything == {"clips": 1, "pose_frames": 4, "notifications": 1, "exercise_sets": 1, "rep_events": 5}
            await store.sweep(KEEP)
            assert await store.read(count) == everything
            await lived(store, 8 * DAY)
            assert (await store.sweep(KEEP)).poses == 4
            assert files(store) == ["a.mp4"]
            await lived(store, 23 * DAY)
            assert (await store.sweep(KEEP)).clips == 1
            assert files(store) == []
            await lived(store, 100_000 * DAY)
            assert (await store.sweep(KEEP)).notifications == 1
            assert await store.read(count) == {
                "clips": 0,
                "pose_frames": 0,
                "notifications": 0,
                "exercise_sets": 1,
                "rep_events": 5,
            }
            assert [alert.clip_id for alert in (await store.session(kept.VISIT)).sets[0].alerts] == [None]

    run(test())


def test_a_full_disk_costs_clips_first_then_poses_then_the_operator_is_told(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await a_day(store, clips=3)
            room = iter([1.0, 4.9, 5.0])
            swept = await store.sweep(KEEP, free_percent=lambda: next(room))
            assert (swept.clips, swept.poses, swept.full, files(store)) == (2, 0, False, ["c.mp4"])
            swept = await store.sweep(KEEP, free_percent=lambda: 0.0)
            assert (swept.clips, swept.poses, swept.full, files(store)) == (1, 4, True, [])
            assert (await store.read(count))["rep_events"] == 5
            (incident,) = await store.read(incidents.unseen)
            assert (incident.kind, incident.detail.endswith("only sets are left")) == ("disk-full", True)
            await store.sweep(KEEP, free_percent=lambda: 0.0)
            assert len(await store.read(incidents.unseen)) == 1  # told once

    run(test())


def test_the_room_that_poses_took_is_given_back_to_the_disk(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await a_day(store, clips=0)
            await store.record("vision", poses(600))
            await store.keep_poses(everything=True)
            await store.checkpoint()
            before = store.place.database.stat().st_size
            await store.sweep(KEEP, free_percent=lambda: 0.0)
            assert store.place.database.stat().st_size <= before - 60_000

    run(test())


def test_a_clock_that_jumps_deletes_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        for wall in (floor.AT, floor.AT + timedelta(days=20_000), floor.AT - timedelta(days=20_000), floor.AT):
            async with await Store.open(tmp_path, now=lambda wall=wall: wall) as store:  # type: ignore[misc]
                if wall == floor.AT:
                    await a_day(store)
                await store.sweep(KEEP)
                assert (await store.read(count))["pose_frames"] == 4

    run(test())


@pytest.mark.parametrize(
    ("pause", "counts"), [(timedelta(days=3), 3 * DAY), (timedelta(days=15), 0), (-timedelta(days=1), 0)]
)
def test_a_pause_counts_by_the_wall_where_that_is_plausible(pause: timedelta, counts: int, tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path, now=lambda: floor.AT) as store:
            before = store._odometer.lived_s
        async with await Store.open(tmp_path, now=lambda: floor.AT + pause) as store:
            assert before + counts <= store._odometer.lived_s <= before + counts + 10

    run(test())


def test_a_stranger_is_forgotten_as_the_visit_ends_and_the_numbers_stay(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(*kept.a_set(), kept.guidance()))
            await store.record("vision", [*poses(), *kept.live([kept.seen((1.0,) * 256)])])
            (store.place.clips / "a.mp4").write_bytes(b"clip")
            await store.add_clip(kept.clip(), "a.mp4")
            assert (await store.session(kept.VISIT)).sets[0].alerts[0].clip_id == kept.CLIP
            assert (await store.export_person(kept.VISIT)).embeddings == 1
            await store.record("vision", kept.heard(kept.ended(), start=11))
            await store.record("vision", kept.live([kept.seen((1.0,) * 256)]))  # late, and no longer wanted
            await store.keep_poses(everything=True)
            with pytest.raises(UnknownError, match="nobody"):
                await store.add_clip(kept.clip(alert_id="a-bbbbbbbbbbbb", clip_id="c-bbbbbbbbbbbb"), "b.mp4")
            assert await store.read(count) == {
                "clips": 0,
                "pose_frames": 0,
                "notifications": 0,
                "exercise_sets": 1,
                "rep_events": 5,
            }
            assert (await store.export_person(kept.VISIT)).embeddings == 0
            assert (await store.session(kept.VISIT)).sets[0].alerts[0].clip_id is None
            assert files(store) == []

    run(test())


def test_who_gives_a_visit_up_leaves_it_to_a_stranger(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await a_day(store)
            await store.release(kept.VISIT)
            assert (await store.session(kept.VISIT)).device_id is None
            assert (await store.read(count))["clips"] == 1  # it goes on, and may be claimed by whose it is
            await store.claim(kept.PHONE, session_id=kept.VISIT)
            await store.record("vision", kept.heard(kept.ended(), start=100))
            assert (await store.read(count))["clips"] == 1
            await store.release(kept.VISIT)
            kinds = await store.read(count)
            assert (kinds["clips"], kinds["pose_frames"], kinds["exercise_sets"]) == (0, 0, 1)
            assert files(store) == []
            with pytest.raises(UnknownError, match="there is none"):
                await store.release("s-zzzzzzzzzzzz")

    run(test())


def test_a_stranger_whose_end_nobody_told_is_forgotten_after_a_day(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", [*kept.heard(*kept.a_set()), *poses()])
            await store.keep_poses(everything=True)
            await lived(store, DAY + 60)
            assert (await store.sweep(KEEP)).strangers == 1
            assert (await store.read(count))["pose_frames"] == 0

    run(test())


def test_of_who_only_walked_by_nothing_is_left_and_of_who_trained_the_numbers(tmp_path: Path) -> None:
    passer_by = "s-bbbbbbbbbbbb"

    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            walked = (kept.linked(passer_by, "rack-2"), kept.track_ended(passer_by, "rack-2"))
            left = kept.ended(passer_by, "rack-2")
            await store.record("vision", kept.heard(*kept.a_set(), kept.ended(), *walked, left))
            await lived(store, DAY - 60)
            assert (await store.sweep(KEEP)).passers_by == 0
            assert (await store.session(passer_by)).track_ids == (str(floor.track("rack-2")),)
            await lived(store, 120)
            assert (await store.sweep(KEEP)).passers_by == 1
            with pytest.raises(UnknownError):
                await store.session(passer_by)
            with pytest.raises(UnknownError):
                await store.history(str(floor.track("rack-2")))
            assert (await store.session(kept.VISIT)).sets[0].reps == 5

    run(test())


def test_a_track_whose_visit_was_not_told_belongs_to_the_one_its_end_names(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await store.record("vision", kept.heard(kept.linked(camera_id="rack-2"), floor.set_started()))
            await store.record("vision", kept.heard(kept.track_ended(), start=3))
            assert str(floor.track()) in (await store.session(kept.VISIT)).track_ids

    run(test())


def test_who_asked_to_be_forgotten_stays_so_after_a_backup_is_restored(tmp_path: Path) -> None:
    place = Place(tmp_path)

    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await a_day(store)
            assert (await store.export_person(kept.PHONE)).pose_seconds == 4
            await store.back_up(keep=3)
            await store.forget_person(kept.PHONE)
            assert files(store) == []
            with pytest.raises(UnknownError, match="no such phone or visit"):
                await store.export_person(kept.PHONE)
            assert await store.read(count) == dict.fromkeys(await store.read(count), 0)
        place.database.write_bytes(b"damaged")
        async with await Store.open(tmp_path) as store:
            assert store.repair is not None
            with pytest.raises(UnknownError):
                await store.export_person(kept.PHONE)

    run(test())


def test_a_person_is_exported_whole(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await a_day(store)
            person = await store.export_person(kept.PHONE)
            assert person.device is not None
            assert (person.device.name, [visit.id for visit in person.sessions]) == ("phone", [kept.VISIT])
            assert {set_id: len(reps) for set_id, reps in person.reps.items()} == {kept.SET: 5}
            assert [note.text for note in person.notifications] == ["Sit a little deeper."]
            assert [clip.file for clip in person.clips] == ["a.mp4"]
            assert await store.read(history.clip, kept.CLIP) == person.clips[0]
            with pytest.raises(UnknownError):
                await store.forget_person("nobody")
            assert people.Ledger(store.place.ledger).people() == []

    run(test())


def test_files_without_a_row_are_removed_at_the_next_start(tmp_path: Path) -> None:
    async def test() -> None:
        async with await Store.open(tmp_path) as store:
            await a_day(store)
            (store.place.clips / "stray.mp4.part").write_bytes(b"half a clip")
        async with await Store.open(tmp_path) as store:
            assert files(store) == ["a.mp4"]

    run(test())
