"""The two ways in which gymbox is installed, seen alike: a package, and an image with two slots."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

from gymbox.errors import UpdateError

if TYPE_CHECKING:
    from gymbox.update.state import Book

SLOTS: Final = Path("/etc/rauc/system.conf")
PACKAGE: Final = Path("/usr/lib/gymbox")


class Way(Protocol):
    """How this box takes another version."""

    kind: Literal["package", "image"]
    restarts: bool
    """Whether a new version runs only once the machine has restarted."""

    def running(self) -> str:
        """The version that runs."""

    def version_of(self, file: Path, *, unsigned: bool) -> str:
        """The version in a file that is meant for this box and signed by the release key, or need not be."""

    def install(self, file: Path, book: Book) -> None:
        """Put it in, so that the version before can come back."""

    def before(self, book: Book) -> str:
        """The version that would come back; nothing where there is none."""

    def go_back(self, book: Book) -> None:
        """Bring the version before back."""

    def keep(self) -> None:
        """The version that runs is good."""

    def settle(self, book: Book) -> None:
        """What was installed and does not run is not to be tried again; what was cut off is mended."""


def way() -> Way:
    """How this box was installed.

    Raises:
        UpdateError: neither as a package nor as an image.
    """
    if SLOTS.exists():
        from gymbox.update.image import Image  # noqa: PLC0415 -- a package has no slots

        return Image()
    if Path(sys.prefix) == PACKAGE:
        from gymbox.update.package import Package  # noqa: PLC0415 -- an image has no dpkg to ask

        return Package()
    raise UpdateError("this gymbox was installed neither as a package nor as an image: whoever installed it updates it")
