"""The parts of a camera's process, each by itself."""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox.capture.fault import SILENT, Fault, SourceError, fault_of
from gymbox.capture.probe import Sign, probe
from gymbox.capture.sample import Sampler
from gymbox.capture.stamp import JUMP_NS, FileStamper, LiveStamper
from gymbox.capture.still import FROZEN_NS, Stillness

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SECOND = 1_000_000_000
TICK = Fraction(SECOND, 90_000)


def taken(fps: float, times: Iterable[float]) -> list[int]:
    sampler = Sampler(fps)
    return [number for number, t_s in enumerate(times) if sampler.takes(round(t_s * SECOND))]


@pytest.mark.parametrize(
    ("rate", "fps", "gaps"),
    [(30, 15, {2}), (25, 15, {1, 2}), (60, 15, {4}), (15, 15, {1}), (10, 15, {1}), (50, 15, {3, 4}), (24, 15, {1, 2})],
)
def test_rates_come_down_evenly(rate: int, fps: int, gaps: set[int]) -> None:
    wanted = taken(fps, (number / rate for number in range(rate * 10)))
    assert abs(len(wanted) - min(rate, fps) * 10) <= 1
    assert {b - a for a, b in itertools.pairwise(wanted)} <= gaps


@pytest.mark.parametrize("rate", [15, 30])
def test_jitter_of_live_times_costs_no_picture(rate: int) -> None:
    chance = random.Random(1)  # noqa: S311 -- the same jitter each time
    times = [number / rate + chance.uniform(-0.3, 0.3) / rate for number in range(rate * 20)]
    assert len(taken(15, times)) >= 15 * 20 * 0.98


@given(
    fps=st.floats(1, 60),
    steps=st.lists(st.integers(1, SECOND) | st.integers(1, SECOND // 60), min_size=1, max_size=200),
)
def test_never_more_than_asked_for(fps: float, steps: list[int]) -> None:
    times = [step / SECOND for step in itertools.accumulate(steps)]
    wanted = taken(fps, times)
    assert wanted[0] == 0
    assert len(wanted) <= (times[-1] - times[0]) * fps + 2
    # A picture that is alone within two beats is taken, however uneven the rest is.
    threes = enumerate(zip(times, times[1:], times[2:], strict=False), 1)
    assert {number for number, (a, b, c) in threes if min(b - a, c - b) > 2 / fps} <= set(wanted)


def test_time_that_stands_or_runs_back_takes_nothing() -> None:
    assert taken(15, [1.0, 1.0, 0.5, 0.99, 1.07]) == [0, 4]


def test_the_network_s_delays_do_not_move_capture_times() -> None:
    chance = random.Random(2)  # noqa: S311 -- the same delays each time
    stamper, way, times = LiveStamper(TICK), 40_000_000, []
    for number in range(900):
        sent = 1_000 * SECOND + number * SECOND // 30
        delay = int(chance.choice([0, 0, chance.uniform(0, 5e6), chance.uniform(0, 4e8)]))
        t_ns = stamper.stamp(number * 3_000, sent + way + delay)
        assert t_ns <= sent + way + delay
        times.append(t_ns - sent - way)
    settled = times[60:]
    assert max(settled) - min(settled) < 2_000_000  # of up to 400 ms of delay


def test_a_camera_s_clock_may_drift_and_may_be_set() -> None:
    stamper = LiveStamper(TICK)
    for second in range(600):  # 100 ppm slow: arrivals are later and later by its stamps
        arrived = second * SECOND + second * 100_000
        assert arrived - stamper.stamp(second * 90_000, arrived) < 1_000_000
    arrived = 601 * SECOND
    for pts in (10**9, 0):  # forward, back
        arrived += SECOND
        assert stamper.stamp(pts, arrived) == arrived
    assert stamper.stamp(None, arrived + 5) == arrived + 5
    late = arrived + JUMP_NS // 2
    assert stamper.stamp(45_000, late) < late, "late, not set anew"


def test_a_file_s_times_are_its_own_from_its_opening_on() -> None:
    stamper = FileStamper(TICK, usual_ns=40_000_000)
    first = stamper.stamp(900_000, 0)
    assert stamper.stamp(990_000, 0) - first == SECOND
    assert stamper.stamp(None, 0) - first == SECOND + 40_000_000


def picture(value: int) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(np.full((48, 50), value, np.uint8), format="gray")


def test_only_the_same_picture_for_long_is_frozen() -> None:
    still = Stillness()
    for t_ns in range(0, FROZEN_NS + SECOND, SECOND // 15):
        still.look(picture(t_ns // SECOND % 256), t_ns)
        assert not still.frozen
    start = FROZEN_NS + 2 * SECOND
    for t_ns in range(start, start + FROZEN_NS + SECOND, SECOND // 15):
        still.look(picture(9), t_ns)
    assert still.frozen
    still.look(picture(10), start + FROZEN_NS + 2 * SECOND)
    assert not still.frozen


def test_a_fault_s_words_hold_no_password() -> None:
    refused = fault_of(av.HTTPUnauthorizedError(0, "401", "rtsp://ann:sesame@host/x"))
    assert refused.state == "unauthorised"
    assert refused.first_s == refused.longest_s == 30
    odd = fault_of(av.FFmpegError(0, "rtsp://ann:sesame@host/x: odd"))
    assert odd == Fault("unreachable", "rtsp://***@host/x: odd")
    assert fault_of(SourceError(SILENT)) is SILENT
    assert fault_of(ConnectionRefusedError(111, "Connection refused")).detail == "Connection refused"


def test_waits_double_up_to_the_longest_for_days_on_end() -> None:
    gone = Fault("unreachable", "nobody is there")
    assert [gone.wait_s(tries) for tries in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert gone.wait_s(100_000) == 30


def test_signs_of_life(tmp_path: Path) -> None:
    def sign(url: str) -> Sign:
        return asyncio.run(probe(url, limit_s=0.3))

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert sign(f"rtsp://127.0.0.1:{port}/x") is Sign.SILENT
        assert sign(f"rtsps://127.0.0.1:{port}/x") is Sign.ANSWERS
    assert sign(f"rtsp://127.0.0.1:{port}/x") is Sign.NONE
    assert sign("rtsp://127.0.0.1:99999/x") is Sign.NONE
    assert sign("http://no-such-host.invalid/") is Sign.NONE
    (tmp_path / "video").touch()
    assert sign(f"file://{tmp_path}/video") is Sign.ANSWERS
    assert sign(f"{tmp_path}/other") is Sign.NONE
