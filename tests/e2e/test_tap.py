from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAP = [sys.executable, "-c", "from gymbox.cli import main; main()", "tap"]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Path]:
    """A folder with a speaker that counts, and the settings to find it."""
    (tmp_path / "gymbox.toml").write_text('data_dir = "."\nrun_dir = "."\n')
    with (tmp_path / "log").open("wb") as log:
        speaker = subprocess.Popen([sys.executable, "-m", "tests.process.speaker", str(tmp_path)], stderr=log)
        with speaker:
            while not (tmp_path / "said").exists():  # until then nobody listens to SIGTERM
                assert speaker.poll() is None
                time.sleep(0.02)
            yield tmp_path
            speaker.send_signal(signal.SIGTERM)
            assert speaker.wait(10) == 0


@contextmanager
def tap(floor: Path, *arguments: str, stdout: int = subprocess.PIPE) -> Iterator[subprocess.Popen[str]]:
    command = [*TAP, "--config", str(floor / "gymbox.toml"), *arguments]
    with subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_on_a_pipe_it_prints_json_lines_from_the_first_that_is_kept(floor: Path) -> None:
    with tap(floor, "reps", "--kept", "--count", "5") as process:
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3, 4, 5]
    assert {line["topic"] for line in lines} == {"reps:rack-1"}
    assert [line["event"]["rep"]["number"] for line in lines] == [1, 2, 3, 4, 5]


def test_live_topics_come_when_asked_for(floor: Path) -> None:
    with tap(floor, "perceptions:rack-1", "--count", "2") as process:
        out, _ = process.communicate(timeout=30)
    assert [json.loads(line)["event"]["type"] for line in out.splitlines()] == ["perception", "perception"]


def test_on_a_terminal_a_line_reads(floor: Path) -> None:
    master, terminal = pty.openpty()
    with tap(floor, "--kept", "--count", "1", stdout=terminal) as process:
        process.wait(30)
    os.close(terminal)
    line = os.read(master, 65_536).decode()
    os.close(master)
    assert "reps:rack-1" in line
    assert "number=1" in line
    assert not line.startswith("{")


def test_a_reader_that_goes_away_ends_it_quietly(floor: Path) -> None:
    with tap(floor, "reps", "--kept") as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_interrupted_it_ends_quietly(floor: Path) -> None:
    with tap(floor, "reps", "--kept") as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert errors == ""


def test_an_unknown_topic_is_refused(floor: Path) -> None:
    with tap(floor, "rep") as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "topic 'rep': expected one of frames" in errors
