"""The rendered sample, from pixels to counts: the demo and the examples as a newcomer runs them."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import av
import pytest
from rich.console import Console

from tests.messages_api import KEY, LINE, messages_api

if TYPE_CHECKING:
    from tests.messages_api import Api

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "sample.mp4"
TOO_BUSY = 0.3
"""Share of the pictures without which repetitions are missed: 10 a second are left."""


def example(
    name: str, *arguments: object, folder: Path, limit_s: float = 300, **settings: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "examples" / name), *map(str, arguments)]
    env = {**os.environ, **settings}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=limit_s, check=False, env=env)


def dropped(log: Path) -> float:
    """Which share of the pictures vision did not come to look at."""
    lines = map(json.loads, log.read_text().splitlines())
    last = [line for line in lines if line["event"] == "watched"][-1]
    seen, lost = sum(last["seen"].values()), sum(last["dropped"].values())
    return float(lost / max(seen + lost, 1))


def truth() -> Counter[tuple[str, int]]:
    sets = json.loads(SAMPLE.with_suffix(".json").read_text())["sets"]
    return Counter((each["exercise"], each["reps"]) for each in sets)


async def demo_with_a_model(folder: Path) -> tuple[subprocess.CompletedProcess[str], Api]:
    async with messages_api() as api:
        model = {"GYMBOX_COACH__API_KEY": KEY, "GYMBOX_COACH__BASE_URL": api.url}
        return await asyncio.to_thread(lambda: example("demo.py", folder=folder, limit_s=600, **model)), api


@pytest.mark.alone
def test_the_demo_runs_the_box_and_draws_and_a_model_words_faults(tmp_path: Path) -> None:
    done, api = asyncio.run(demo_with_a_model(tmp_path))
    if done.returncode and (share := dropped(ROOT / "out/demo/box.log")) > TOO_BUSY:
        pytest.skip(f"this machine is too busy for a picture at its own pace: {share:.0%} were dropped")
    assert done.returncode == 0, done.stdout + done.stderr
    total = sum(
        each["reps"] + each["partial_reps"] for each in json.loads(SAMPLE.with_suffix(".json").read_text())["sets"]
    )
    assert f"phones heard {total} of {total} repetitions, the database holds {total}" in done.stdout
    assert "all of it is right" in done.stdout
    worded = [line for line in done.stdout.splitlines() if line.startswith("the language model, ")]
    # Once for each of the people who were told of a fault: a pass is shorter than the model may be asked again.
    asked = [each for each in api.asked if '"fault": ' in each["messages"][0]["content"]]
    assert 0 < len(worded) == len(asked)
    assert all(float(line.split()[3]) <= 5 and line.endswith(LINE.partition(". ")[0] + ".") for line in worded)
    drawn = ROOT / "out" / "demo.mp4"
    assert f"drawn: {drawn}" in done.stdout
    with av.open(str(SAMPLE)) as before, av.open(str(drawn)) as after:
        assert before.duration is not None
        assert after.duration is not None
        assert abs(before.duration - after.duration) < 0.2 * av.time_base


def test_the_demo_s_verdict_is_no_where_anything_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "examples")
    import demo  # noqa: PLC0415

    monkeypatch.setattr(demo, "HOME", tmp_path)
    (tmp_path / "data").mkdir()

    def verdict(*, heard: int, kept: int, clip_s: float | None, late_s: float = 3.0) -> bool:
        """On a truth of one set of two squats with one alert."""
        sets = [{"exercise": "squat", "reps": 2, "partial_reps": 0}]
        (tmp_path / "truth.json").write_text(json.dumps({"sets": sets}))
        monkeypatch.setattr(demo, "TRUTH", tmp_path / "truth.json")
        with closing(sqlite3.connect(tmp_path / "data/gymbox.db", isolation_level=None)) as database:
            database.executescript("drop table if exists rep_events; create table rep_events(exercise, kind)")
            database.executemany("insert into rep_events values(?, ?)", [("squat", "full")] * kept)
        person = demo.Person("rack-1.abcdefghijkl.1", [{"exercise": "squat", "kind": "full"}] * heard)
        person.alerts = {"a": (0.0, "Chest up")}
        if clip_s is not None:
            person.clips, person.plays = {"a": late_s}, {"a": clip_s}
        return bool(demo.judge([person], Console(quiet=True)))

    assert verdict(heard=2, kept=2, clip_s=5.5)
    assert not verdict(heard=1, kept=2, clip_s=5.5)
    assert not verdict(heard=2, kept=1, clip_s=5.5)
    assert not verdict(heard=2, kept=2, clip_s=None)
    assert not verdict(heard=2, kept=2, clip_s=5.5, late_s=16)
    assert not verdict(heard=2, kept=2, clip_s=3)


def test_the_examples_run(tmp_path: Path) -> None:
    counted = example("count_a_video.py", SAMPLE, folder=tmp_path)
    assert counted.returncode == 0, counted.stderr
    for exercise, reps in truth():
        assert f"{reps} x {exercise}" in counted.stdout

    replayed = example("replay_a_trace.py", SAMPLE, folder=tmp_path)
    assert replayed.returncode == 0, replayed.stderr
    assert (tmp_path / "sample.jsonl.gz").exists()

    live = example("live_counter.py", SAMPLE, folder=tmp_path)
    assert live.returncode == 0, live.stderr
    confirmed = Counter(line.split(": ")[1].split()[0] for line in live.stdout.splitlines() if "(full)" in line)
    assert confirmed == dict(truth().keys())
