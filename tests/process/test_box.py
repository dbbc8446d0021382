"""`gymbox run`, whole: how it starts, follows its settings, and ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.process.box import SAMPLE, Box, alive, box
from tests.process.lives import wait_for

if TYPE_CHECKING:
    from pathlib import Path


def test_the_life_of_a_box(tmp_path: Path) -> None:
    """It starts in order, takes a camera in and gives it up, bears wrong settings, is alone, and ends in order."""
    with box(tmp_path, "rack-1") as running:
        running.wait("ready", process="box")
        ready = [line["process"] for line in running.said("ready")]
        assert ready[0] == "recorder"
        assert {*ready[1:4]} == {"vision", "coach", "hub"}
        assert {*ready[4:]} == {"camera-rack-1", "box"}
        follows_the_cameras_of_its_settings(running)
        bears_settings_that_are_wrong(running)
        refuses_another(running)
        before = len(running.said("stopping"))
        running.stop()
        told = [line["process"] for line in running.said("stopping")][before:]
        assert told[:2] == ["box", "camera-rack-1"]
        assert {*told[2:5]} == {"vision", "coach", "hub"}
        assert told[-1] == "recorder"
        assert running.pids() == {}


def follows_the_cameras_of_its_settings(running: Box) -> None:
    before = running.pids()
    add = running.command("camera", "add", "--id", "rack-2", "--url", str(SAMPLE))
    subprocess.run(add, check=True, capture_output=True)
    running.wait("ready", process="camera-rack-2")
    subprocess.run(running.command("camera", "remove", "rack-2"), check=True, capture_output=True)
    wait_for("its end", lambda: "camera-rack-2" not in running.pids())
    for follower in ("recorder", "coach"):  # which start again with the file
        running.wait("ready", process=follower, times=3)
    after = running.pids()
    assert all(after[untouched] == before[untouched] for untouched in ("camera-rack-1", "vision", "hub-requests"))


def bears_settings_that_are_wrong(running: Box) -> None:
    before, good = running.pids(), running.config.read_text()
    changes = len(running.said("the settings have changed"))
    running.config.write_text(good.replace("loop", "lop"))
    wrong = "the settings are wrong: the box goes on with those before"
    running.wait(wrong)
    complaint = running.said(wrong)[0]["error"]
    line = 1 + next(number for number, text in enumerate(good.splitlines()) if text.startswith("loop"))
    assert f"{running.config}:{line}: camera[1].lop: no such setting; did you mean loop?" in complaint
    running.config.write_text(good + "\n")
    time.sleep(1.5)  # it looks twice a second
    assert running.pids() == before
    assert len(running.said("the settings have changed")) == changes


def refuses_another(running: Box) -> None:
    second = subprocess.run(running.command("run"), capture_output=True, text=True, check=False, timeout=60)
    assert second.returncode == 2
    said = json.loads(second.stderr)
    assert said["error"].startswith("this box runs already: ")
    assert f"(pid {running.process.pid})" in said["error"]


def test_when_it_is_killed_all_of_it_is_gone_and_the_next_one_starts_and_may_be_ended_at_once(tmp_path: Path) -> None:
    with box(tmp_path, "rack-1") as running:
        running.wait("ready", process="camera-rack-1")
        pids = running.pids()
        running.process.kill()
        running.process.wait()
        wait_for("the end of all", lambda: not any(alive(pid) for pid in pids.values()), 5)
        again = Box(tmp_path)
        again.wait("ready", process="camera-rack-1", times=2)
        os.kill(again.pids()["camera-rack-1"], signal.SIGSTOP)  # it will not stop
        again.process.send_signal(signal.SIGTERM)
        again.wait("stopping", process="box")
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(20) == 1
        assert again.pids() == {}


@pytest.mark.parametrize("wrong", ["[hub]\nprt = 1\n", "no toml"])
def test_wrong_settings_are_refused_at_the_start(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "gymbox.toml").write_text(wrong)
    refused = Box(tmp_path)
    assert refused.process.wait(30) == 2
    assert "gymbox.toml" in refused.log.read_text()


def test_a_port_that_is_taken_is_named_and_the_rest_of_the_box_works(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with box(tmp_path, port=port) as running:
            running.wait("ready", process="box")
            died = running.said("ended, and is started again", part="hub")[0]
            assert died["why"].startswith(f"hub: cannot listen at 127.0.0.1:{port}: ")
            assert "already in use" in died["why"]
            assert running.pids().keys() >= {"recorder", "vision", "coach"}
            taken.close()
            running.wait("ready", process="hub")
            running.stop()
