"""Commands of gymbox's own that the hub has run beside it, at the lowest priority."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from gymbox.hub.box import Box


async def sent(box: Box, *words: str, stdout: int, stderr: int | None = None) -> Process:
    """`gymbox WORDS` of this box, begun in a process of its own: what hangs there hangs no hub."""
    config = ["--config", str(box.roster.path)] if box.roster.path else []
    return await asyncio.create_subprocess_exec(
        *("nice", "-n", "19", sys.executable, "-c", "from gymbox.cli import main; main()"),
        *(*words, *config),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
    )
