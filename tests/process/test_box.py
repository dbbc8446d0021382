"""`gymbox run`, whole: how it starts, follows its settings, and ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.process.lives import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE: Final = Path(__file__).parents[1] / "data/sample.mp4"
BOX: Final = 'data_dir = "data"\nrun_dir = "run"\n[hub]\nhost = "127.0.0.1"\nport = 0\nmdns = false\n'
CAMERA: Final = '[[camera]]\nid = "{camera}"\nurl = "{sample}"\nloop = true\n'


class Box:
    """A box that runs, and what it says."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "gymbox.toml"
        self.log = folder / "box.log"
        self.run_dir = folder / "run"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command("run"), stderr=log)

    def command(self, *words: str) -> list[str]:
        return [str(Path(sys.executable).with_name("gymbox")), *words, "--config", str(self.config)]

    def said(self, event: str, **more: object) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if line["event"] == event and line.items() >= more.items()]

    def wait(self, event: str, *, times: int = 1, **more: object) -> None:
        wait_for(f"{event} {more}", lambda: len(self.said(event, **more)) >= times)

    def pids(self) -> dict[str, int]:
        """The live processes, by name."""
        locks = {path.stem: path.read_text().strip() for path in (self.run_dir / "bus").glob("*.lock")}
        return {name: int(pid) for name, pid in locks.items() if pid and alive(int(pid))}

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@contextmanager
def box(folder: Path, *cameras: str) -> Iterator[Box]:
    config = BOX + "".join(CAMERA.format(camera=camera, sample=SAMPLE) for camera in cameras)
    (folder / "gymbox.toml").write_text(config)
    running = Box(folder)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def test_it_starts_in_order_and_ends_in_order(tmp_path: Path) -> None:
    with box(tmp_path, "rack-1", "rack-2") as running:
        running.wait("ready", process="box")
        ready = [line["process"] for line in running.said("ready")]
        assert ready[0] == "recorder"
        assert {*ready[-3:]} == {"camera-rack-1", "camera-rack-2", "box"}
        assert running.stop() == 0
        told = [line["process"] for line in running.said("stopping")]
        assert told[0] == "box"
        assert {*told[1:3]} == {"camera-rack-1", "camera-rack-2"}
        assert told[-1] == "recorder"
        assert running.pids() == {}


def test_a_camera_that_is_added_starts_and_no_other_is_touched(tmp_path: Path) -> None:
    with box(tmp_path, "rack-1") as running:
        running.wait("ready", process="box")
        before = running.pids()["camera-rack-1"]
        add = running.command("camera", "add", "--id", "rack-2", "--url", str(SAMPLE))
        subprocess.run(add, check=True, capture_output=True)
        running.wait("ready", process="camera-rack-2")
        subprocess.run(running.command("camera", "remove", "rack-2"), check=True, capture_output=True)
        wait_for("its end", lambda: "camera-rack-2" not in running.pids())
        assert running.pids()["camera-rack-1"] == before
        assert running.stop() == 0


def test_settings_that_are_wrong_change_nothing(tmp_path: Path) -> None:
    with box(tmp_path, "rack-1") as running:
        running.wait("ready", process="box")
        before = running.pids()
        good = running.config.read_text()
        running.config.write_text(good.replace("loop", "lop"))
        wrong = "the settings are wrong: the box goes on with those before"
        running.wait(wrong)
        (complaint,) = running.said(wrong)
        assert f"{running.config}:10: camera[1].lop: no such setting; did you mean loop?" in complaint["error"]
        running.config.write_text(good + "\n")
        time.sleep(1.5)  # it looks twice a second
        assert running.pids() == before
        assert running.stop() == 0
        assert not running.said("the settings have changed")


def test_when_it_is_killed_all_of_it_is_gone_and_it_may_start_again(tmp_path: Path) -> None:
    with box(tmp_path, "rack-1") as running:
        running.wait("ready", process="box")
        pids = running.pids()
        running.process.kill()
        running.process.wait()
        wait_for("the end of all", lambda: not any(alive(pid) for pid in pids.values()), 5)
        again = Box(tmp_path)
        again.wait("ready", process="box", times=2)
        assert again.stop() == 0


def test_a_box_runs_once(tmp_path: Path) -> None:
    with box(tmp_path) as running:
        running.wait("ready", process="box")
        second = subprocess.run(running.command("run"), capture_output=True, text=True, check=False, timeout=30)
        assert second.returncode == 2
        said = json.loads(second.stderr)
        assert said["error"].startswith("this box runs already: ")
        assert f"(pid {running.process.pid})" in said["error"]
        assert running.stop() == 0


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with box(tmp_path, "rack-1") as running:
        running.wait("ready", process="box")
        pids = running.pids()
        os.kill(pids["camera-rack-1"], signal.SIGSTOP)  # it will not stop
        running.process.send_signal(signal.SIGTERM)
        running.wait("stopping", process="box")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(5) == 1
        assert running.pids() == {}


@pytest.mark.parametrize("wrong", ["[hub]\nprt = 1\n", "no toml"])
def test_wrong_settings_are_refused_at_the_start(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "gymbox.toml").write_text(wrong)
    refused = Box(tmp_path)
    assert refused.process.wait(30) == 2
    assert "gymbox.toml" in refused.log.read_text()
