"""A ring's writer and reader are killed with SIGKILL at random moments: what is read is whole, and counting goes on."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from gymbox import _core
from gymbox.errors import RingError

KILLS: Final = int(os.environ.get("KILLS", "5"))
"""Of each end; `KILLS=100` for a long run."""


def start(stack: ExitStack, end: str, names: tuple[str, str], log: Path) -> subprocess.Popen[bytes]:
    output = stack.enter_context(log.open("ab"))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.process.ringer", end, *names], stdout=output, stderr=output
    )
    stack.callback(kill, process)
    return process


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(10)


def numbers(log: Path, kind: str) -> list[int]:
    # A line of which the kill left only the beginning runs into the next life's first.
    whole = (re.fullmatch(rf"{kind} (\d+)", line) for line in log.read_text().splitlines()[:-1])
    return [int(line[1]) for line in whole if line]


def wait_for_more(log: Path, process: subprocess.Popen[bytes], chance: random.Random) -> None:
    """Until the reader took something that was new to it."""
    before = {kind: max(numbers(log, kind), default=0) for kind in ("frame", "packet")}
    until = time.monotonic() + 30
    while any(max(numbers(log, kind), default=0) <= last for kind, last in before.items()):
        assert process.poll() is None, log.read_text()[-2_000:]
        assert time.monotonic() < until, f"nothing new after {before}"
        time.sleep(0.02)
    time.sleep(chance.uniform(0, 0.05))


@pytest.mark.parametrize("killed", ["write", "read"])
def test_either_end_may_be_killed(killed: str, tmp_path: Path) -> None:
    names = (f"gymbox-test-{os.getpid()}-{killed}-frames", f"gymbox-test-{os.getpid()}-{killed}-packets")
    chance = random.Random(killed)  # noqa: S311 -- the same moments each time
    logs = {end: tmp_path / f"{end}.log" for end in ("write", "read")}
    with ExitStack() as stack:
        for name in names:
            stack.callback(Path("/dev/shm", name).unlink, missing_ok=True)  # noqa: S108 -- where rings are
        processes = {end: start(stack, end, names, logs[end]) for end in logs}
        wait_for_more(logs["read"], processes["read"], chance)
        for _ in range(KILLS):
            assert all(process.poll() is None for process in processes.values()), logs["write"].read_text()
            kill(processes[killed])
            processes[killed] = start(stack, killed, names, logs[killed])
            wait_for_more(logs["read"], processes["read"], chance)
        kill(processes["write"])
        # Counting went on from life to life, and what the last one left is there for the next.
        frames = numbers(logs["read"], "frame")
        assert frames == sorted(frames)
        assert "torn" not in logs["read"].read_text()
        newest = _core.FrameReader(names[0]).newest()
        assert newest is not None
        assert newest[0] >= frames[-1]
        assert _core.PacketReader(names[1]).cut(0, time.monotonic_ns())[0].keyframe


def test_a_ring_has_one_writer_and_an_end() -> None:
    name = f"gymbox-test-{os.getpid()}-one"
    ring = _core.FrameRing(name, slot_bytes=100)
    with pytest.raises(RingError, match=f"`{name}`: another process writes it"):
        _core.FrameRing(name, slot_bytes=100)
    reader = _core.FrameReader(name)
    ring.remove()
    assert reader.over
    with pytest.raises(RingError, match="No such file"):
        _core.FrameReader(name)
    with pytest.raises(ValueError, match="closed"):
        ring.head  # noqa: B018 -- it raises
