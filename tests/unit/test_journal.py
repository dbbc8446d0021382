from __future__ import annotations

import resource
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymbox.bus import journal
from gymbox.bus.journal import Journal
from gymbox.bus.store import Numbered, Ring
from gymbox.errors import BusError

EVENTS = [(b"reps:rack-1:", b"body %d" % number) for number in range(1, 11)]
ALL = {"rows": 1_000, "size": 1 << 20}


def newest_segment(folder: Path) -> Path:
    return max(folder.glob("*.log"))


def test_what_was_kept_is_there_after_a_restart_and_the_count_goes_on(tmp_path: Path) -> None:
    first = Journal(tmp_path, kept=1_000)
    said = first.append(EVENTS[:4]) + first.append(EVENTS[4:6])
    first.close()
    second = Journal(tmp_path, kept=1_000)
    assert (second.epoch, second.first, second.head) == (first.epoch, 1, 6)
    assert second.read(0, **ALL) == said
    assert second.append(EVENTS[6:7]) == [Numbered(7, *EVENTS[6])]
    second.close()


def test_a_record_torn_at_any_byte_is_cut_away_and_all_before_it_stays(tmp_path: Path) -> None:
    kept = Journal(tmp_path, kept=1_000)
    kept.append(EVENTS[:3])
    before = newest_segment(tmp_path).stat().st_size
    kept.append(EVENTS[3:4])
    kept.close()
    whole = newest_segment(tmp_path).read_bytes()
    for cut in range(before, len(whole)):
        newest_segment(tmp_path).write_bytes(whole[:cut])
        again = Journal(tmp_path, kept=1_000)
        assert again.head == 3, cut
        assert [event.body for event in again.read(0, **ALL)] == [b"body 1", b"body 2", b"body 3"]
        assert again.set_aside is None
        assert newest_segment(tmp_path).stat().st_size == before
        assert again.append(EVENTS[4:5]) == [Numbered(4, *EVENTS[4])]
        again.close()


def test_a_power_cut_that_leaves_zeros_is_a_torn_end(tmp_path: Path) -> None:
    kept = Journal(tmp_path, kept=1_000)
    kept.append(EVENTS[:3])
    kept.close()
    with newest_segment(tmp_path).open("ab") as file:
        file.write(bytes(200))
    again = Journal(tmp_path, kept=1_000)
    assert (again.epoch, again.head, again.set_aside) == (kept.epoch, 3, None)
    again.close()


def test_a_crash_while_a_segment_was_begun_loses_nothing(tmp_path: Path) -> None:
    kept = Journal(tmp_path, kept=1_000)
    kept.append(EVENTS)
    kept.close()
    (tmp_path / f"{11:020}.log").write_bytes(b"gymbox jou")
    again = Journal(tmp_path, kept=1_000)
    assert (again.epoch, again.head) == (kept.epoch, 10)
    again.close()


def test_damage_in_the_middle_sets_all_aside_and_no_number_is_used_twice(tmp_path: Path) -> None:
    kept = Journal(tmp_path, kept=1_000)
    kept.append(EVENTS)
    kept.close()
    path = newest_segment(tmp_path)
    whole = path.read_bytes()
    for place in (5, 20, 40, 60, len(whole) // 2):  # magic, epoch, length, body, anywhere
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        again = Journal(tmp_path, kept=1_000)
        assert again.epoch != kept.epoch
        assert (again.first, again.head) == (1, 0)
        assert again.set_aside is not None
        assert (again.set_aside / path.name).read_bytes() != whole
        again.close()
        assert not list(tmp_path.glob("*.log"))


def test_at_least_the_newest_are_kept_and_the_disk_is_bounded(tmp_path: Path) -> None:
    kept = Journal(tmp_path, kept=16)
    for number in range(1, 201):
        kept.append([(b"t:", b"%d" % number)])
        assert min(number, 16) <= kept.head - kept.first + 1 <= 18
    assert len(list(tmp_path.glob("*.log"))) <= 9
    assert [event.number for event in kept.read(0, **ALL)] == list(range(kept.first, 201))
    kept.close()


def test_two_processes_cannot_write_one_journal(tmp_path: Path) -> None:
    kept = Journal(tmp_path, kept=80)
    with pytest.raises(BusError, match="another process"):
        Journal(tmp_path, kept=80)
    kept.close()
    Journal(tmp_path, kept=80).close()


def test_events_wait_in_memory_while_the_disk_takes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Journal(tmp_path, kept=1_000)
    kept.append(EVENTS[:2])
    size = newest_segment(tmp_path).stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, hard))  # the next record is cut off in its middle
    try:
        said = kept.append(EVENTS[2:5])
        assert "File too large" in str(kept.trouble)
        assert (kept.head, [event.number for event in said]) == (5, [3, 4, 5])
        assert [event.body for event in kept.read(1, **ALL)] == [body for _, body in EVENTS[1:5]]
        assert newest_segment(tmp_path).stat().st_size == size
        monkeypatch.setattr(journal, "PENDING", 4)
        with pytest.raises(BusError, match="3 events wait for the disk"):
            kept.append(EVENTS[5:7])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    kept.append(EVENTS[5:6])
    assert kept.trouble is None
    kept.close()
    again = Journal(tmp_path, kept=1_000)
    assert [event.body for event in again.read(0, **ALL)] == [body for _, body in EVENTS[:6]]
    again.close()


@settings(deadline=None, max_examples=50)  # a disk may take its time
@given(
    steps=st.lists(st.lists(st.binary(max_size=200), min_size=1, max_size=6), max_size=12),
    reopen=st.sets(st.integers(0, 11)),
    after=st.integers(0, 80),
    rows=st.integers(1, 20),
    size=st.integers(0, 600),
)
def test_disk_and_memory_answer_alike(
    steps: list[list[bytes]], reopen: set[int], after: int, rows: int, size: int
) -> None:
    with TemporaryDirectory() as folder:
        disk, memory = Journal(Path(folder), kept=1_000), Ring(1_000)
        for place, step in enumerate(steps):
            events = [(b"t:", body) for body in step]
            assert disk.append(events) == memory.append(events)
            if place in reopen:
                disk.close()
                disk = Journal(Path(folder), kept=1_000)
        assert (disk.first, disk.head) == (memory.first, memory.head)
        answer = disk.read(after, rows=rows, size=size)
        expected = memory.read(after, rows=rows, size=size)
        # Disk counts a record's frame too, so it may give fewer; never others, and at least one.
        assert answer == expected[: len(answer)]
        assert bool(answer) == bool(expected)
        disk.close()
