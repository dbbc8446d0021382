"""What somebody who is not trusted leaves in a file for root to read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def take(path: Path, largest: int) -> bytes | None:
    """The first bytes of the file, `largest` at most, once: it is gone from there. None where there is none.

    No link is followed and nothing waited for.

    Raises:
        OSError: what is there is no file, and gone as well; or it cannot be read.
    """
    try:
        found = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError:
        path.unlink()
        raise
    path.unlink(missing_ok=True)
    with os.fdopen(found, "rb") as file:
        return file.read(largest)
