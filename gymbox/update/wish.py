"""What the operator wishes: a word in a file, which systemd sees and root's `gymbox-update.service` heeds.

The hub cannot install anything, so all that it says is one of three words; what they lead to, root's own settings say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from gymbox import inbox
from gymbox.errors import UpdateError
from gymbox.output import written

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1000


class Wish(BaseModel):
    """One of three."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    do: Literal["check", "install", "rollback"]


def wish(run_dir: Path, what: Wish) -> None:
    """Leave it where it is seen."""
    with written(_path(run_dir)) as unfinished:
        unfinished.write_text(what.model_dump_json())


def take(run_dir: Path) -> Wish | None:
    """What is wished, once: it is gone from there. None where there is nothing.

    Raises:
        UpdateError: it is no wish.
    """
    try:
        text = inbox.take(_path(run_dir), LARGEST)
    except OSError as error:
        raise UpdateError(f"{_path(run_dir)}: expected a file: {error.strerror}") from error
    if text is None:
        return None
    try:
        return Wish.model_validate_json(text)
    except ValidationError as error:
        raise UpdateError("expected a wish for an update, got something else") from error


def _path(run_dir: Path) -> Path:
    return run_dir / "update.json"
