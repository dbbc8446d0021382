"""Updates: signed, and refused where the signature or a byte of the payload is not as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.image.small import FIRMWARE, missing, out_of, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = missing("rauc", "mksquashfs", "openssl", "mke2fs")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    run(FIRMWARE / "keys", folder)
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, keys: Path, slot: Path) -> Path:
    file = tmp_path_factory.mktemp("bundle") / "gymbox.raucb"
    run(FIRMWARE / "bundle", slot, keys / "release.pem", keys / "release.key", file)
    return file


def looked_at(bundle: Path, authority: Path) -> tuple[int, str]:
    return out_of(["rauc", "info", f"--keyring={authority}", bundle])


def unpacked(bundle: Path, authority: Path, folder: Path) -> tuple[int, str]:
    """Unpacking checks every byte, which looking does not."""
    return out_of(["rauc", "extract", f"--keyring={authority}", bundle, folder / "out"])


def test_a_good_one_says_what_it_is_and_holds_the_slot(bundle: Path, keys: Path, slot: Path, tmp_path: Path) -> None:
    code, said = looked_at(bundle, keys / "ca.pem")
    assert code == 0, said
    assert "'gymbox-amd64'" in said
    assert "'1.2.3'" in said
    assert unpacked(bundle, keys / "ca.pem", tmp_path)[0] == 0
    assert (tmp_path / "out/rootfs.ext4").read_bytes() == slot.read_bytes()


def test_another_authoritys_key_is_refused(slot: Path, keys: Path, tmp_path: Path) -> None:
    run(FIRMWARE / "keys", tmp_path / "theirs")
    theirs = tmp_path / "theirs.raucb"
    run(FIRMWARE / "bundle", slot, tmp_path / "theirs/release.pem", tmp_path / "theirs/release.key", theirs)
    code, said = looked_at(theirs, keys / "ca.pem")
    assert code == 1
    assert "unable to get local issuer certificate" in said


def test_a_certificate_that_is_not_the_keys_makes_no_bundle(slot: Path, keys: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.raucb"
    assert out_of([FIRMWARE / "bundle", slot, keys / "release.pem", keys / "ca.key", out])[0] != 0
    assert not out.exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_changed_byte_of_the_payload_is_found(bundle: Path, keys: Path, tmp_path: Path, share: float) -> None:
    tampered = tmp_path / "tampered.raucb"
    content = bytearray(bundle.read_bytes())
    content[int(share * len(content))] ^= 1
    tampered.write_bytes(content)
    code, said = unpacked(tampered, keys / "ca.pem", tmp_path)
    assert code == 1
    assert "corrupted" in said


def test_a_changed_manifest_is_found(bundle: Path, keys: Path, tmp_path: Path) -> None:
    tampered = tmp_path / "tampered.raucb"
    content = bundle.read_bytes()
    assert content.count(b"version=1.2.3") == 1
    tampered.write_bytes(content.replace(b"version=1.2.3", b"version=9.2.3"))
    assert looked_at(tampered, keys / "ca.pem")[0] == 1


def test_a_bundle_that_was_cut_off_is_refused(bundle: Path, keys: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.raucb"
    short.write_bytes(bundle.read_bytes()[:-5000])
    assert looked_at(short, keys / "ca.pem")[0] == 1
