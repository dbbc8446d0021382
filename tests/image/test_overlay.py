"""What the image adds to Debian: units that systemd has nothing to say about, scripts that a shell can read."""

from __future__ import annotations

import shutil
import stat
from typing import TYPE_CHECKING, Final

import pytest

from tests.image.small import FIRMWARE, OVERLAY, missing, out_of

if TYPE_CHECKING:
    from pathlib import Path

SHELL: Final = [
    path
    for path in sorted(FIRMWARE.rglob("*"))
    if path.is_file() and path.read_bytes().startswith((b"#!/bin/sh\n", b"#!/usr/bin/env bash\n"))
]
UNITS: Final = "usr/lib/systemd/system"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As much of a slot as systemd looks at: this machine's own units, the package's and the image's."""
    root = tmp_path_factory.mktemp("root")
    shutil.copytree("/usr/lib/systemd/system", root / UNITS, symlinks=True)
    shutil.copytree(FIRMWARE.parent / "systemd", root / UNITS, symlinks=True, dirs_exist_ok=True)
    shutil.copytree(OVERLAY, root, symlinks=True, dirs_exist_ok=True)
    (root / "lib").symlink_to("usr/lib")
    for program in ("usr/bin/systemctl", "usr/lib/systemd/systemd-growfs", "usr/lib/gymbox/bin/gymbox"):
        (root / program).parent.mkdir(parents=True, exist_ok=True)
        (root / program).touch(mode=0o755)
    return root


@missing("systemd-analyze")
@pytest.mark.parametrize("unit", ["data-grow.service", "slot-failed.service", "gymbox-boot-ok.service"])
def test_systemd_has_nothing_to_say(unit: str, root: Path) -> None:
    assert out_of(["systemd-analyze", "verify", "--man=no", f"--root={root}", unit]) == (0, "")


@missing("systemd-analyze")
def test_systemd_would_say_so(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path, symlinks=True, dirs_exist_ok=True)
    drop_in = tmp_path / UNITS / "gymbox-boot-ok.service.d/image.conf"
    drop_in.write_text(drop_in.read_text().replace("OnFailure", "OnFailures"))
    said = out_of(["systemd-analyze", "verify", "--man=no", f"--root={tmp_path}", "gymbox-boot-ok.service"])
    assert "OnFailures" in said[1]


@pytest.mark.parametrize("script", SHELL, ids=lambda path: str(path.relative_to(FIRMWARE)))
def test_a_shell_can_read_and_run_it(script: Path) -> None:
    shell = "bash" if b"bash" in script.read_bytes().splitlines()[0] else "sh"
    assert out_of([shell, "-n", script]) == (0, "")
    assert script.stat().st_mode & stat.S_IXUSR


def test_what_the_package_and_the_image_number_is_the_same_user() -> None:
    ours, theirs = (
        next(line.split() for line in file.read_text().splitlines() if line.startswith("u "))
        for file in (OVERLAY / "usr/lib/sysusers.d/00-image.conf", FIRMWARE.parent / "systemd/sysusers.d/gymbox.conf")
    )
    assert (ours[1], ours[3:]) == (theirs[1], theirs[3:])
    assert 0 < int(ours[2]) < 1000
