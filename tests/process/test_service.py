from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Supervisor:
    """As systemd listens to a service of `Type=notify`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1) if address.startswith("@") else address)
        self._socket.settimeout(30)

    def next(self) -> str:
        return self._socket.recv(4096).decode()

    def within(self, seconds: float) -> list[str]:
        told, until = [], time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                told.append(self.next())
            except TimeoutError:
                break
        self._socket.settimeout(30)
        return told

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def supervisor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Supervisor]:
    listening = Supervisor(str(tmp_path / "notify") if request.param == "path" else f"@gymbox-test-{os.getpid()}")
    yield listening
    listening.close()


@contextmanager
def served(how: str, supervisor: Supervisor, **more: str) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"NOTIFY_SOCKET": supervisor.address} | more
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.process.served", how], env=environment, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_it_is_ready_feeds_the_watchdog_by_work_and_stops_when_told(supervisor: Supervisor) -> None:
    with served("work", supervisor, WATCHDOG_USEC="400000") as process:
        assert supervisor.next() == "READY=1\nSTATUS=working hard"
        told = supervisor.within(1.0)
        assert 2 <= told.count("WATCHDOG=1") <= 11  # at most every 0.1 s, however often it works
        process.send_signal(signal.SIGTERM)
        while (last := supervisor.next()) == "WATCHDOG=1":
            pass
        assert last == "STOPPING=1"
        assert process.wait(10) == 0
        assert "STATUS=put away" in supervisor.within(0.2)


def test_no_work_no_watchdog(supervisor: Supervisor) -> None:
    with served("idle", supervisor, WATCHDOG_USEC="100000"):
        assert supervisor.next().startswith("READY=1")
        assert supervisor.within(0.6) == []


def test_another_process_s_watchdog_is_not_fed(supervisor: Supervisor) -> None:
    with served("work", supervisor, WATCHDOG_USEC="100000", WATCHDOG_PID="1"):
        assert supervisor.next().startswith("READY=1")
        assert "WATCHDOG=1" not in supervisor.within(0.6)[1:]


def test_a_second_signal_ends_what_will_not_stop(supervisor: Supervisor) -> None:
    with served("stubborn", supervisor) as process:
        assert supervisor.next().startswith("READY=1")
        process.send_signal(signal.SIGINT)
        assert supervisor.next() == "STOPPING=1"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


@pytest.mark.parametrize(("how", "code", "said"), [("refuse", 2, "cannot go on"), ("fail", 1, "failed")])
def test_what_ends_it_is_logged_once_and_is_its_exit_code(
    how: str, code: int, said: str, supervisor: Supervisor
) -> None:
    with served(how, supervisor) as process:
        _, log = process.communicate(timeout=30)
    assert process.returncode == code
    (line,) = map(json.loads, log.splitlines())
    assert (line["event"], line["process"]) == (said, "served")
    assert "a:b" not in log
    assert ("ZeroDivisionError" in log) == (how == "fail")
