"""The rendered sample, from pixels to counts: the demo and the examples as a newcomer runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "sample.mp4"


def example(name: str, *arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "examples" / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300, check=False)


def truth() -> Counter[tuple[str, int]]:
    sets = json.loads(SAMPLE.with_suffix(".json").read_text())["sets"]
    return Counter((each["exercise"], each["reps"]) for each in sets)


def test_the_demo_counts_right_and_draws(tmp_path: Path) -> None:
    done = example("demo.py", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 of 4 sets are exactly what was rendered" in done.stdout
    drawn = ROOT / "out" / "demo.mp4"
    assert f"drawn:  {drawn}" in done.stdout
    with av.open(str(SAMPLE)) as before, av.open(str(drawn)) as after:
        assert before.duration is not None
        assert after.duration is not None
        assert abs(before.duration - after.duration) < 0.2 * av.time_base


def test_the_demo_fails_where_the_truth_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "examples")
    import demo  # noqa: PLC0415

    wrong = json.loads(SAMPLE.with_suffix(".json").read_text())
    wrong["sets"][0]["reps"] += 1
    (tmp_path / "wrong.json").write_text(json.dumps(wrong))
    monkeypatch.setattr(demo, "TRUTH", tmp_path / "wrong.json")
    monkeypatch.setattr(demo, "DRAWN", tmp_path / "out" / "demo.mp4")
    assert demo.main() == 1


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
