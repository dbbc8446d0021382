"""The disk's image: its partitions and what lies in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.image.small import FIRMWARE, OVERLAY, SECTOR, Disk, make_slot, missing, out_of, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = missing("grub-mkimage", "mcopy", "mkfs.vfat", "sfdisk", "mke2fs")

GIB = 1 << 30


def alone(disk: Disk, name: str, folder: Path) -> Path:
    """A partition as a file."""
    file = folder / name
    part = disk.partitions[name]
    run(
        *("dd", f"if={disk.image}", f"of={file}", "bs=1M", "iflag=skip_bytes,count_bytes", "conv=sparse"),
        *(f"skip={part['start'] * SECTOR}", f"count={part['size'] * SECTOR}", "status=none"),
    )
    return file


def test_partitions_are_those_that_grub_rauc_and_the_initramfs_name(built: Disk) -> None:
    assert list(built.partitions) == ["esp", "bootstate", "rootfs-a", "rootfs-b", "data"]
    names = (OVERLAY / "etc/rauc/system.conf").read_text() + (FIRMWARE / "grub.cfg").read_text()
    assert all(name in names for name in ("rootfs-a", "rootfs-b"))
    assert built.partitions["rootfs-a"]["size"] == built.partitions["rootfs-b"]["size"]


def test_the_firmware_finds_grub_and_grub_its_file(built: Disk, tmp_path: Path) -> None:
    esp = alone(built, "esp", tmp_path)
    run("mcopy", "-i", esp, "::/EFI/BOOT/BOOTX64.EFI", tmp_path / "grub.efi")
    run("mcopy", "-i", esp, "::/EFI/gymbox/grub.cfg", tmp_path / "grub.cfg")
    assert (tmp_path / "grub.efi").read_bytes()[:2] == b"MZ"
    assert (tmp_path / "grub.cfg").read_text() == (FIRMWARE / "grub.cfg").read_text()


def test_slot_a_is_the_slot_and_b_is_empty(built: Disk, slot: Path) -> None:
    assert built.read("rootfs-a", slot.stat().st_size) == slot.read_bytes()
    assert not any(built.read("rootfs-b", 8 << 20))


def test_file_systems_are_sound(built: Disk, slot: Path, tmp_path: Path) -> None:
    assert out_of(["e2fsck", "-fn", slot])[0] == 0
    assert out_of(["e2fsck", "-fn", alone(built, "data", tmp_path)])[0] == 0


def test_grub_can_read_the_slot(slot: Path) -> None:
    features = next(line for line in run("dumpe2fs", "-h", slot).splitlines() if "Filesystem features" in line)
    assert not {"metadata_csum_seed", "orphan_file", "has_journal"} & set(features.split())


@missing("systemd-repart")
def test_the_data_partition_alone_grows_on_a_larger_disk(disk: Disk, tmp_path: Path) -> None:
    before = disk.partitions
    with disk.image.open("r+b") as file:
        file.truncate(7 * GIB)
    run("systemd-repart", f"--definitions={OVERLAY / 'usr/lib/repart.d'}", "--dry-run=no", disk.image)
    after = Disk(disk.image).partitions
    assert list(after) == list(before)
    assert {name: part for name, part in after.items() if name != "data"} == {
        name: part for name, part in before.items() if name != "data"
    }
    assert after["data"]["start"] == before["data"]["start"]
    assert after["data"]["size"] * SECTOR > GIB // 2
    data = alone(Disk(disk.image), "data", tmp_path)
    run("resize2fs", data)
    assert out_of(["e2fsck", "-fn", data])[0] == 0


def test_a_slot_that_is_too_large_is_refused(tmp_path: Path) -> None:
    slot = tmp_path / "slot.ext4"
    with slot.open("wb") as file:
        file.truncate(4 * GIB)
    code, said = out_of([FIRMWARE / "disk", slot, tmp_path / "disk.img"])
    assert code == 1
    assert "rootfs-a has no room" in said


def test_a_slot_holds_what_the_folder_holds_and_says_its_version(tmp_path: Path) -> None:
    slot = make_slot(tmp_path, version="2.0.0~rc1")
    assert run("debugfs", "-R", "cat /boot/vmlinuz", slot) == "a kernel"
    assert run(FIRMWARE / "version", slot) == "2.0.0~rc1\n"


def test_rauc_knows_which_version_is_in_slot_a(built: Disk, tmp_path: Path) -> None:
    said = run("debugfs", "-R", "cat /rauc.status", alone(built, "data", tmp_path))
    assert "[slot.rootfs.0]" in said
    assert "bundle.version=1.2.3\n" in said


def test_partitions_are_one_table(built: Disk) -> None:
    table = json.loads(run("sfdisk", "--json", built.image))["partitiontable"]
    assert table["label"] == "gpt"
    run("sfdisk", "--verify", built.image)
