"""The system's own tools that install: dpkg, apt, rauc, openssl, systemctl."""

from __future__ import annotations

import os
import subprocess
from typing import Final

from gymbox.errors import UpdateError

_QUIET: Final = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


LAST_LINES: Final = 3
"""Of what a tool that failed has said: the reason is seldom the very last one."""
LONGEST: Final = 400


def run(*words: str, limit_s: float = 60) -> str:
    """What `words` print.

    Raises:
        UpdateError: the tool is not there, failed, or took longer; the message ends with its last words.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- words of our own, no shell
            words,
            env={**os.environ, **_QUIET},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
        )
    except FileNotFoundError as error:
        raise UpdateError(f"{words[0]}: is not on this machine") from error
    except subprocess.TimeoutExpired as error:
        raise UpdateError(f"{words[0]}: took longer than {limit_s:g} s") from error
    if done.returncode:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        why = "; ".join(said[-LAST_LINES:]) or f"exit code {done.returncode}"
        raise UpdateError(f"{' '.join(words[:2])}: {why[-LONGEST:]}")
    return done.stdout


def is_newer(version: str, than: str) -> bool:
    """Whether `version` comes after `than`, as Debian orders them: `0.2.0~rc1` before `0.2.0`."""
    try:
        run("dpkg", "--compare-versions", version, "gt", than)
    except UpdateError:
        return False
    return True
