"""Which cameras there are: as the settings' file says now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog

from gymbox.config import find, load
from gymbox.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.config import CameraSettings, Settings

_log = structlog.get_logger(__name__)

EVERY_S: Final = 1.0
"""Between two looks at the file's date."""


class Roster:
    """The cameras of the settings' file, read again whenever it was written; a file that is wrong changes nothing."""

    def __init__(self, settings: Settings, config: Path | None) -> None:
        self._settings, self.path = settings, config or find()
        self._looked = time.monotonic()
        self._date = self._dated()

    @property
    def all(self) -> tuple[CameraSettings, ...]:
        """As the file lists them, also those that are not to be looked at."""
        return self._settings.camera

    @property
    def cameras(self) -> dict[str, CameraSettings]:
        """Those that are to be looked at, by id."""
        return {camera.id: camera for camera in self._settings.camera if camera.enabled}

    def ids(self) -> set[str]:
        """Of those."""
        return set(self.cameras)

    def changed(self) -> bool:
        """Whether there are others now."""
        if self.path is None or time.monotonic() - self._looked < EVERY_S:
            return False
        before = self.ids()
        self.look()
        return self.ids() != before

    def look(self) -> None:
        """Read the file again, if it was written since."""
        self._looked = time.monotonic()
        if self.path is None or (date := self._dated()) == self._date:
            return
        self._date = date
        try:
            self._settings = load(self.path)
        except ConfigError as error:
            _log.warning("the settings are wrong: the cameras stay as they are", error=str(error))

    def _dated(self) -> tuple[int, int] | None:
        try:
            about = self.path.stat() if self.path else None
        except OSError:
            return None
        return (about.st_mtime_ns, about.st_ino) if about else None
