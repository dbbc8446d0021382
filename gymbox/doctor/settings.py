"""The settings' file."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from gymbox.doctor.finding import Finding, fail, good, warn

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.config import Settings
    from gymbox.errors import ConfigError


def readable(settings: Settings, path: Path | None) -> Finding:
    """Settings that could be read: where from, and who else can read them."""
    cameras = len(settings.camera)
    came = f"{path or 'defaults, as there is no gymbox.toml'}, {cameras} camera{'' if cameras == 1 else 's'}"
    secret = any("***" in str(camera.url) for camera in settings.camera)
    if path and secret and path.stat().st_mode & stat.S_IROTH:
        expected = "a file with passwords that only its owner reads"
        return warn("settings", f"{path} is readable by everybody", expected=expected, remedy=f"chmod 600 {path}")
    return good("settings", came)


def wrong(error: ConfigError) -> Finding:
    """Settings that could not."""
    remedy = "correct the line or variable that is named; `gymbox config schema` says what can be set"
    return fail("settings", str(error), expected="settings without a mistake", remedy=remedy)
