"""Sealed backups for the operator: the key, shown once and asked back; how the last one went; one now."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import StringConstraints

from gymbox.config import load
from gymbox.config.edit import change_table
from gymbox.hub.errand import sent
from gymbox.hub.install import edit
from gymbox.hub.problem import Refusal
from gymbox.hub.route import OPERATOR, In, Out, Route
from gymbox.storage import elsewhere, sealed

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.config import BackupSettings
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call

KEY_LASTS_S: Final = 3600.0
"""How long somebody may take to write a new key down."""
WISH: Final = "backup"
"""A file in `run_dir`: while it is there a backup is wished for, or made. `gymbox-backup.path` watches it."""


class Backups(Out):
    """How things stand."""

    key: bool
    """Whether there is one: without, no backup leaves the box."""
    folder: str
    running: bool
    made_at: datetime | None
    """The newest that is good."""
    size_bytes: int
    failed_at: datetime | None
    error: str
    """Of the last one, where it failed."""
    own_disk: bool
    """Whether they lie on the box's own disk, and die with it."""


class NewKey(Out):
    """What opens backups from now on, once it was confirmed."""

    key: str
    asked_back: int
    """How many of its last letters confirm it."""


class Confirmation(In):
    """A new key's last letters, as its owner wrote them down."""

    letters: Annotated[str, StringConstraints(min_length=1, max_length=100)]


@dataclass(slots=True)
class PendingKey:
    """A key that was shown and not yet confirmed."""

    key: str = ""
    until: float = 0.0


async def state(box: Box, _call: Call) -> Backups:
    """How sealed backups stand."""
    settings = _settings(box)
    last = await asyncio.to_thread(elsewhere.outcome, box.reader.place)
    told = {name: getattr(last, name) for name in ("made_at", "size_bytes", "failed_at", "error", "own_disk")}
    running = (box.settings.run_dir / WISH).exists()
    return Backups(key=settings.recipient is not None, folder=str(settings.folder), running=running, **told)


async def make_key(box: Box, _call: Call) -> NewKey:
    """A new key, shown this once."""
    box.new_key.key, box.new_key.until = sealed.new_key(), time.monotonic() + KEY_LASTS_S
    return NewKey(key=box.new_key.key, asked_back=sealed.ASKED_BACK)


async def confirm(box: Box, call: Call) -> None:
    """Close backups for the new key, whose owner has it in writing."""
    if not box.new_key.key or time.monotonic() > box.new_key.until:
        raise Refusal(409, "conflict", "there is no new key, or it was shown too long ago: make one again")
    if not sealed.is_end_of(call.body.letters, box.new_key.key):
        raise Refusal(409, "wrong letters", f"these are not its last {sealed.ASKED_BACK} letters")
    recipient = sealed.closing_half(box.new_key.key)
    await edit(box, lambda path: change_table(path, "backup", {"recipient": recipient}))
    box.new_key.key = ""


async def start(box: Box, _call: Call) -> None:
    """Begin a backup; `state` says what became of it. Without systemd it is over when this returns."""
    if _settings(box).recipient is None:
        raise Refusal(409, "no key", "there is no key yet")
    wish = box.settings.run_dir / WISH
    wish.touch(mode=0o600)
    if "RUNTIME_DIRECTORY" not in os.environ:  # no systemd watches it
        await _make(box, wish)


async def _make(box: Box, wish: Path) -> None:
    """Make one in a process of its own: a stick that hangs hangs no hub."""
    try:
        await (await sent(box, "backup", "now", stdout=asyncio.subprocess.DEVNULL)).wait()
    finally:
        await asyncio.to_thread(wish.unlink, missing_ok=True)


def _settings(box: Box) -> BackupSettings:
    """As the file says now: `gymbox backup key` may have changed it."""
    return load(box.roster.path).backup if box.roster.path else box.settings.backup


ROUTES: Final = (
    Route(
        method="GET",
        path="/backups",
        handle=state,
        name="backups",
        summary="How the encrypted backups outside the box stand",
        who=OPERATOR,
        reply=Backups,
    ),
    Route(
        method="POST",
        path="/backups",
        handle=start,
        name="startBackup",
        summary="Begin an encrypted backup outside the box",
        who=OPERATOR,
        errors=(409,),
    ),
    Route(
        method="POST",
        path="/backups/key",
        handle=make_key,
        name="makeBackupKey",
        summary="A new key, shown this once",
        who=OPERATOR,
        reply=NewKey,
    ),
    Route(
        method="POST",
        path="/backups/key/confirmation",
        handle=confirm,
        name="confirmBackupKey",
        summary="Encrypt backups for the new key from now on",
        who=OPERATOR,
        body=Confirmation,
        errors=(409,),
    ),
)
