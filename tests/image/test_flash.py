"""Writing a disk: what is refused, and that what is written is there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.image.small import FIRMWARE, Disk, missing, out_of, run

if TYPE_CHECKING:
    from collections.abc import Iterator

FLASH: Final = FIRMWARE / "flash"

pytestmark = missing("lsblk", "sfdisk", "grub-mkimage", "mcopy", "mkfs.vfat", "mke2fs")


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 GiB, full of somebody's data at its beginning."""
    file = tmp_path / "device"
    with file.open("wb") as opened:
        opened.write(b"somebody's data " * 65536)
        opened.truncate(8 << 30)
    yield from attached(file)


def attached(file: Path) -> Iterator[Path]:
    code, said = out_of(["losetup", "--find", "--show", "--partscan", file]) if shutil.which("losetup") else (1, "")
    if code:
        pytest.skip(f"no loop device can be had here: {said.strip()}")
    try:
        yield Path(said.strip())
    finally:
        subprocess.run(["losetup", "--detach", said.strip()], check=True)


def test_it_refuses_what_is_no_disk(built: Disk, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"precious")
    for what in (file, tmp_path / "none", tmp_path):
        code, said = out_of([FLASH, built.image, what, "--anyway"])
        assert code == 2
        assert "expected a disk" in said
    assert file.read_bytes() == b"precious"


def test_it_refuses_a_disk_that_cannot_be_pulled_out(built: Disk, device: Path) -> None:
    code, said = out_of([FLASH, built.image, device])
    assert code == 2
    assert "cannot be pulled out; --anyway" in said
    with device.open("rb") as file:
        assert file.read(15) == b"somebody's data"


def test_told_to_it_writes_the_whole_image(built: Disk, device: Path) -> None:
    code, said = out_of([FLASH, built.image, device, "--anyway"])
    assert code == 0, said
    written = Disk(device)
    for name, part in built.partitions.items():
        size = min(part["size"] * 512, 256 << 20)
        assert written.read(name, size) == built.read(name, size), name


def test_it_refuses_a_disk_in_use(built: Disk, device: Path, tmp_path: Path) -> None:
    place = tmp_path / "mounted"
    place.mkdir()
    run("mkfs.ext4", "-q", device)
    if out_of(["mount", device, place])[0]:
        pytest.skip("nothing can be mounted here")
    try:
        code, said = out_of([FLASH, built.image, device, "--anyway"])
    finally:
        subprocess.run(["umount", place], check=True)
    assert code == 2
    assert f"is in use at {place}" in said


def test_it_refuses_a_disk_that_is_too_small(built: Disk, tmp_path: Path) -> None:
    file = tmp_path / "stick"
    with file.open("wb") as opened:
        opened.truncate(1 << 30)
    for device in attached(file):
        code, said = out_of([FLASH, built.image, device, "--anyway"])
        assert code == 2
        assert "holds 1024 MiB, and the image needs" in said
