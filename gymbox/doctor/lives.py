"""Which processes of the box are alive, by the locks that they hold."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def alive(run_dir: Path, name: str) -> bool:
    """Whether a process serves the bus socket `name`: its lock falls with it."""
    try:
        with (run_dir / "bus" / f"{name}.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
