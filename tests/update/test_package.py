"""Packages and their signatures, by Debian's own dpkg-deb and openssl."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from gymbox.errors import UpdateError
from gymbox.update import package
from gymbox.update.package import Package
from gymbox.update.tool import is_newer, run
from tests.update.release import Signer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not (shutil.which("dpkg-deb") and shutil.which("openssl")), reason="dpkg-deb or openssl is not there"
)


def packed(folder: Path, *, name: str = "gymbox", architecture: str | None = None) -> Path:
    """A package of that name, with nothing in it."""
    architecture = architecture or run("dpkg", "--print-architecture").strip()
    control = folder / "root/DEBIAN/control"
    control.parent.mkdir(parents=True)
    lines = {"Package": name, "Version": "0.2.0", "Architecture": architecture, "Maintainer": "a <b@c>"}
    control.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()) + "Description: empty\n")
    subprocess.run(["dpkg-deb", "--build", folder / "root", folder / "a.deb"], check=True, capture_output=True)
    return folder / "a.deb"


@pytest.fixture
def signer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Signer:
    made = Signer(tmp_path / "keys")
    monkeypatch.setattr(package, "KEYRING", made.ca)
    return made


def test_what_the_release_key_signed_is_taken(signer: Signer, tmp_path: Path) -> None:
    deb = packed(tmp_path)
    signer.sign(deb)
    assert Package().version_of(deb, unsigned=False) == "0.2.0"


def test_what_another_key_signed_is_not(signer: Signer, tmp_path: Path) -> None:
    del signer
    deb = packed(tmp_path)
    Signer(tmp_path / "others").sign(deb)
    with pytest.raises(UpdateError, match="certificate verify error"):
        Package().version_of(deb, unsigned=False)


def test_nor_what_was_changed_since(signer: Signer, tmp_path: Path) -> None:
    deb = packed(tmp_path)
    signer.sign(deb)
    content = bytearray(deb.read_bytes())
    content[-1] ^= 1
    deb.write_bytes(content)
    with pytest.raises(UpdateError, match=r"(?i)verification failure|digest"):
        Package().version_of(deb, unsigned=False)


def test_nor_what_nobody_signed_unless_it_is_asked_for(signer: Signer, tmp_path: Path) -> None:
    del signer
    deb = packed(tmp_path)
    with pytest.raises(UpdateError, match=r"expected its signature beside it, a\.deb\.p7s"):
        Package().version_of(deb, unsigned=False)
    assert Package().version_of(deb, unsigned=True) == "0.2.0"


def test_without_a_release_key_nothing_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "KEYRING", tmp_path / "none.pem")
    with pytest.raises(UpdateError, match="built without a release key"):
        Package().version_of(packed(tmp_path), unsigned=False)


@pytest.mark.parametrize(
    ("name", "architecture", "why"),
    [("gymbag", None, "expected the package gymbox, got gymbag"), ("gymbox", "riscv64", "got riscv64")],
)
def test_another_s_package_is_refused(name: str, architecture: str | None, why: str, tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match=why):
        Package().version_of(packed(tmp_path, name=name, architecture=architecture), unsigned=True)


def test_what_is_no_package_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.deb").write_text("<html>")
    with pytest.raises(UpdateError, match="dpkg-deb"):
        Package().version_of(tmp_path / "a.deb", unsigned=True)


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [
        ("0.2.0", "0.1.9", True),
        ("0.10.0", "0.9.0", True),
        ("0.2.0", "0.2.0", False),
        ("0.2.0~rc1", "0.2.0", False),
        ("0.1.0", "0.2.0", False),
    ],
)
def test_versions_are_ordered_as_debian_does(version: str, than: str, *, newer: bool) -> None:
    assert is_newer(version, than) is newer
