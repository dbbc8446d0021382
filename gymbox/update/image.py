"""The image: two slots of which one runs, and RAUC, which writes the other and checks signatures."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any, Final, Literal

from gymbox.errors import UpdateError
from gymbox.update.tool import run

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.update.state import Book

WRITE_S: Final = 3600.0
"""For writing a slot to a slow card."""


class Image:
    """RAUC's two slots."""

    kind: Literal["package", "image"] = "image"
    restarts = True

    def running(self) -> str:
        """`IMAGE_VERSION` of the slot that runs."""
        try:
            return platform.freedesktop_os_release()["IMAGE_VERSION"]
        except (OSError, KeyError) as error:
            raise UpdateError("/etc/os-release: names no IMAGE_VERSION") from error

    def version_of(self, file: Path, *, unsigned: bool) -> str:
        """As its manifest says, once RAUC has found it signed and meant for this kind of box."""
        if unsigned:
            raise UpdateError("an image takes signed bundles alone")
        said, ours = _asked("info", str(file)), _asked("status")
        if said["compatible"] != ours["compatible"]:
            raise UpdateError(f"{file}: expected a bundle for {ours['compatible']}, got one for {said['compatible']}")
        return str(said["version"])

    def install(self, file: Path, _book: Book) -> None:
        """Write the slot that does not run, and make it the next to start."""
        run("rauc", "install", str(file), limit_s=WRITE_S)

    def before(self, _book: Book) -> str:
        """The version in the other slot, where that is known to start."""
        slot = self._other()
        version = slot.get("slot_status", {}).get("bundle", {}).get("version", "unknown")
        return str(version) if slot.get("boot_status") == "good" else ""

    def go_back(self, _book: Book) -> None:
        """Make the other slot the next to start."""
        run("rauc", "status", "mark-active", "other")

    def keep(self) -> None:
        """Tell the boot loader that this slot works."""
        run("rauc", "status", "mark-good")

    def settle(self, _book: Book) -> None:
        """Tell the boot loader never to try the other slot."""
        run("rauc", "status", "mark-bad", "other")
        run("rauc", "status", "mark-active", "booted")

    def _other(self) -> dict[str, Any]:
        for slots in _asked("status", "--detailed")["slots"]:
            for slot in slots.values():
                if slot.get("state") == "inactive" and slot.get("bootname"):
                    return dict(slot)
        return {}


def _asked(*words: str) -> dict[str, Any]:
    """What RAUC says."""
    return dict(json.loads(run("rauc", *words, "--output-format=json")))
