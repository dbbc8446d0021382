"""What is known of updates: a file that root writes, and the hub and `gymbox update status` read."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gymbox.errors import UpdateError, in_words
from gymbox.storage.files import write_synced

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path("/var/lib/gymbox-update")
"""Root's own, and no setting: what the box's processes may write must not say where root installs from."""
REMEMBERED: Final = 20
"""What happened, at most; the oldest goes."""

Doing = Literal["nothing", "looking", "downloading", "installing", "trying"]
Outcome = Literal["installed", "kept", "fell back", "went back", "restored", "refused", "failed"]


class Kept(BaseModel):
    """Anything in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Happening(Kept):
    """Something that happened."""

    at: datetime
    what: Outcome
    version: str
    """Which was installed, kept or refused; of a way back, which one is there again."""
    why: str = ""


class Offer(Kept):
    """A newer version that can be had."""

    version: str
    notes: str = ""
    size_bytes: Annotated[int, Field(ge=0)] = 0
    found_at: datetime


class State(Kept):
    """All that is known."""

    kind: Literal["", "package", "image"] = ""
    """How gymbox was installed; nothing until its gate has run for the first time."""
    running: str = ""
    """The version that ran when its gate was last run."""
    before: str = ""
    """The version that a way back leads to; nothing where there is none."""
    doing: Doing = "nothing"
    progress: Annotated[float, Field(ge=0, le=1)] | None = None
    """Of a download."""
    good: str = ""
    """The version that has shown last that it works; one that runs and is another is on trial."""
    installed: str = ""
    """The version that was installed and has not shown yet that it works."""
    cameras: tuple[str, ...] = ()
    """Those that gave pictures when it was installed: one of them must again."""
    offer: Offer | None = None
    happened: tuple[Happening, ...] = ()
    """Newest first."""


class Book:
    """The file, and the right to change it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._path = folder / "state.json"

    def read(self) -> State:
        """What it says; nothing is known where there is none.

        Raises:
            UpdateError: it is not one of ours.
        """
        try:
            return State.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return State()
        except ValidationError as error:
            raise UpdateError(f"{self._path}: is damaged, and may be removed: {in_words(error)}") from error

    def write(self, **changes: object) -> State:
        """Change what is given; on disk when it returns."""
        state = State.model_validate({**self.read().model_dump(), **changes})
        self.folder.mkdir(parents=True, exist_ok=True)
        write_synced(self._path, state.model_dump_json(indent=1).encode())
        self._path.chmod(0o644)
        return state

    def note(self, what: Outcome, version: str, why: str = "") -> None:
        """Keep what happened, and that it is over."""
        happening = Happening(at=datetime.now(UTC), what=what, version=version, why=why)
        happened = (happening, *self.read().happened)[:REMEMBERED]
        self.write(doing="nothing", progress=None, happened=happened)

    @contextmanager
    def alone(self) -> Iterator[Self]:
        """One installation at a time.

        Raises:
            UpdateError: another is under way, or this is not root.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UpdateError(f"{self.folder}: cannot be written ({error.strerror}): updates need root") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield self
        except BlockingIOError as error:
            raise UpdateError("another update is under way: gymbox update status") from error
        finally:
            os.close(lock)
