"""Root's side, for a moment: `python -m gymbox.system.process RUN_DIR` takes one request, does it, and answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from gymbox import inbox
from gymbox.errors import GymboxError, SystemChangeError
from gymbox.output import written
from gymbox.system import wifi
from gymbox.system.desk import ANSWER, REQUEST
from gymbox.system.words import LARGEST, Answer, Join, ListNetworks, Network, Request, SetHostName, SetTimeZone

COMMAND_S: Final = 30


def main() -> int:
    """Do what is asked for in the hub's folder; the answer goes to root's own, `$RUNTIME_DIRECTORY`."""
    try:
        request = take(Path(sys.argv[1]))
    except GymboxError as error:
        sys.stderr.write(f"gymbox: {error}\n")
        return 2
    if request is None:
        return 0
    try:
        answer = Answer(id=request.id, networks=do(request))
    except SystemChangeError as error:
        sys.stderr.write(f"gymbox: {error}\n")
        answer = Answer(id=request.id, error=str(error))
    with written(Path(os.environ["RUNTIME_DIRECTORY"]) / ANSWER) as unfinished:
        unfinished.write_text(answer.model_dump_json())
        unfinished.chmod(0o644)
    return 0


def take(run_dir: Path) -> Request | None:
    """The request, once: it is gone from there. None where there is none.

    Whoever wrote it is not trusted: nothing but a small file is read, and no more than four things can be said in it.

    Raises:
        SystemChangeError: it is no request.
    """
    path = run_dir / REQUEST
    try:
        text = inbox.take(path, LARGEST + 1)
    except OSError as error:
        raise SystemChangeError(f"{path}: expected a file: {error.strerror}") from error
    if text is None:
        return None
    try:
        return Request.model_validate_json(text)
    except ValidationError as error:  # of which nothing is repeated: a password may be in it
        raise SystemChangeError(f"{path}: expected a request, got something else") from error


def do(request: Request) -> tuple[Network, ...]:
    """What is asked; the networks, where they were asked for.

    Raises:
        SystemChangeError: it cannot be done; the message says why.
    """
    match request.wanted:
        case SetTimeZone(zone=zone):
            _system("timedatectl", "set-timezone", zone)
        case SetHostName(name=name):
            _system("hostnamectl", "set-hostname", name)
        case ListNetworks():
            return wifi.heard()
        case Join() as wanted:
            wifi.join(wanted)
    return ()


def _system(*words: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 -- no shell, and words that were held to their kind
            words, capture_output=True, text=True, timeout=COMMAND_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SystemChangeError(f"{words[0]}: {error}") from error
    if done.returncode:
        raise SystemChangeError(f"{words[0]}: {done.stderr.strip()[:200] or 'failed without a word'}")


if __name__ == "__main__":
    sys.exit(main())
