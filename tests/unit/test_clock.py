from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from gymbox.clock import Clock, now_ns

if TYPE_CHECKING:
    from pathlib import Path


def test_the_mapping_tells_the_time() -> None:
    said = Clock.read().utc(now_ns())
    assert abs((datetime.now(UTC) - said).total_seconds()) < 0.5


def test_one_mapping_for_all_processes_of_a_start(tmp_path: Path) -> None:
    first = Clock.shared(tmp_path / "run")
    assert Clock.shared(tmp_path / "run") == first


def test_processes_that_start_together_get_the_same(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        assert len(set(pool.map(Clock.shared, [tmp_path / "run"] * 16))) == 1


def test_another_boot_or_a_clock_that_was_set_makes_a_new_mapping(tmp_path: Path) -> None:
    kept = tmp_path / "clock.json"
    now = Clock.read()
    year = 365 * 86_400 * 10**9
    wrong = (
        now.model_copy(update={"boot_id": "another"}),
        now.model_copy(update={"wall_minus_monotonic_ns": now.wall_minus_monotonic_ns - 50 * year}),
        now.model_copy(update={"wall_minus_monotonic_ns": now.wall_minus_monotonic_ns + year}),
    )
    for clock in wrong:
        kept.write_text(clock.model_dump_json())
        assert abs(Clock.shared(tmp_path).jump_ns(now)) < 10**9
    kept.write_text("{torn")
    assert abs(Clock.shared(tmp_path).jump_ns(now)) < 10**9
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]


def test_of_several_readings_the_least_interrupted_counts() -> None:
    # Reading the wall clock takes 900 ns, in the third pair 20; the monotonic clock stands still otherwise.
    delays = iter([900, 900, 20, 900, 900])
    walls = iter([1_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000])
    now = 0

    def wall() -> int:
        nonlocal now
        now += next(delays)
        return next(walls)

    clock = Clock.read(wall=wall, monotonic=lambda: now)
    assert clock.wall_minus_monotonic_ns == 3_000_000 - (1_800 + 10)


@given(st.integers(0, 10**18), st.integers(0, 10**10))
def test_durations_are_kept_and_the_way_back_is_exact_to_a_microsecond(t_ns: int, duration: int) -> None:
    clock = Clock(boot_id="x", wall_minus_monotonic_ns=1_700_000_000_123_456_789)
    passed = clock.utc(t_ns + duration) - clock.utc(t_ns)
    assert abs(passed.total_seconds() * 1e9 - duration) <= 2_000
    assert 0 <= t_ns - clock.t_ns(clock.utc(t_ns)) < 1_000
