"""Processes with several lives, ended by signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack
    from pathlib import Path


KILLS: Final = int(os.environ.get("KILLS", "20"))
"""Of each process, or half as many where a start takes long; `./just soak` has more."""


def start(
    stack: ExitStack, part: str, folder: Path, *, module: str | None = None, arguments: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """`part` as a process, its log in `folder`, over with `stack`."""
    log = stack.enter_context((folder / f"{part}.log").open("ab"))
    command = [sys.executable, "-m", module or f"tests.process.{part}", *(arguments or [str(folder)])]
    process = subprocess.Popen(command, stderr=log)
    stack.callback(reap, process, signal.SIGKILL)
    return process


def reap(process: subprocess.Popen[bytes], number: signal.Signals) -> int:
    if process.poll() is None:
        process.send_signal(number)
    return process.wait(20)


def said(folder: Path) -> list[int]:
    path = folder / "said"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def wait_for(what: str, holds: object, limit_s: float = 60) -> None:
    assert callable(holds)
    until = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < until, f"waited {limit_s} s for {what}"
        time.sleep(0.05)
