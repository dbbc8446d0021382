"""What systemd is to do once `gymbox.toml` has changed: the same that `gymbox run` would. `gymbox.service` runs it.

Cameras that are there now are started, those that are gone are stopped, and whose settings changed is started again.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

from gymbox.config import load
from gymbox.errors import ConfigError
from gymbox.output import written
from gymbox.supervise.parts import parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gymbox.supervise.parts import Part

CAMERAS: Final = "gymbox-camera@*.service"


def main() -> int:
    """Bring the units to what the settings say; 2 where these are wrong, and then nothing changes.

    What each process has heeded is kept in `$RUNTIME_DIRECTORY`, as systemd makes it.
    """
    try:
        wanted = {unit(part): heeded(part) for part in parts(load(), None)}
    except ConfigError as error:
        print(f"the settings are wrong, and nothing changes: {error}", file=sys.stderr)  # noqa: T201 -- for the journal
        return 2
    kept = Path(os.environ["RUNTIME_DIRECTORY"], "heeded.json")
    before = json.loads(kept.read_text()) if kept.exists() else {}
    cameras = [one for one in wanted if "@" in one]
    _do("stop", [one for one in _loaded() if one not in wanted])
    _do("try-restart", [one for one, heeds in wanted.items() if before.get(one, heeds) != heeds])
    _do("start", cameras)
    with written(kept) as unfinished:
        unfinished.write_text(json.dumps(wanted))
    return 0


def unit(part: Part) -> str:
    """What systemd calls a process."""
    kind, _, camera = part.name.partition("-")
    return f"gymbox-{kind}@{camera}.service" if camera else f"gymbox-{kind}.service"


def heeded(part: Part) -> str:
    """A digest of the settings that a process takes at its start, secrets among them."""
    return hashlib.sha256(repr([_plain(one) for one in part.heeds]).encode()).hexdigest()


def _plain(value: object) -> object:
    if hasattr(value, "get_secret_value"):
        return value.get_secret_value()
    if isinstance(value, BaseModel):
        return {name: _plain(one) for name, one in value}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _loaded() -> list[str]:
    listed = subprocess.run(  # noqa: S603 -- with these words alone
        ["systemctl", "list-units", "--all", "--plain", "--no-legend", CAMERAS],  # noqa: S607 -- the system's own
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split()[0] for line in listed.stdout.splitlines()]


def _do(what: str, units: Sequence[str]) -> None:
    if units:
        subprocess.run(["systemctl", "--no-block", what, *units], check=True)  # noqa: S603, S607 -- the system's own


if __name__ == "__main__":
    sys.exit(main())
