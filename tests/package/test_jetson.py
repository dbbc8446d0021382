"""What a Jetson's provisioning refuses before it does anything; the rest of it needs a Jetson."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

PROVISION: Final = Path(__file__).parents[2] / "jetson/provision"


def provision(folder: Path, *words: str, release: str = "# R36 (release), REVISION: 4.3") -> tuple[int, str]:
    """With nothing to install by: whoever gets past the refusals says so with another code."""
    (folder / "nv_tegra_release").write_text(f"{release}\n")
    surroundings = {**os.environ, "GYMBOX_L4T": str(folder / "nv_tegra_release")}
    done = subprocess.run(
        [PROVISION, *words], cwd=folder, env=surroundings, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("words", "release", "why"),
    [
        ((), "# R36 (release)", "expected gymbox's package"),
        (("a.deb", "--gpu", "a.whl"), "# R36 (release)", "expected --sha256 beside it"),
        (("a.deb", "--fast"), "# R36 (release)", "got --fast"),
        (("a.deb",), "# R35 (release), REVISION: 6.0", "expected JetPack 6 (L4T R36), got L4T R35"),
        (("a.deb",), "", "got no Jetson"),
    ],
)
def test_what_cannot_go_well_is_refused(tmp_path: Path, words: tuple[str, ...], release: str, why: str) -> None:
    code, said = provision(tmp_path, *words, release=release)
    assert code == 1
    assert why in said


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_wheel_that_is_not_the_one_that_is_meant_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"another")
    meant = hashlib.sha256(b"the one").hexdigest()
    code, said = provision(tmp_path, "a.deb", "--gpu", "a.whl", "--sha256", meant)
    assert code == 1
    assert f"is not the file that {meant} means" in said
