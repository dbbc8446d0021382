"""A whole disk around a slot of three megabytes, made by the real scripts and started by the real GRUB."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRMWARE: Final = Path(__file__).parents[2] / "firmware"
OVERLAY: Final = FIRMWARE / "overlay"
SECTOR: Final = 512
SLOTS: Final = {"A": "rootfs-a", "B": "rootfs-b"}

LOADERS: Final = """
set root=hd0,gpt1
function linux { if [ -e "$1" ]; then set loaded="$3"; true; else false; fi; }
function initrd { if [ -e "$1" ]; then echo "STARTED $loaded"; halt; else false; fi; }
"""
"""In place of the two commands that GRUB's emulator lacks. They need the same files, and end the emulator."""


def missing(*tools: str) -> pytest.MarkDecorator:
    """Skips a test where the machine lacks one of `tools`."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    absent = [tool for tool in tools if shutil.which(tool, path=path) is None]
    return pytest.mark.skipif(bool(absent), reason=f"not on this machine: {', '.join(absent)} (.ci/packages)")


def run(*words: str | Path, **environment: str) -> str:
    """What a script of the firmware, or a tool, prints."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path, **environment}
    )
    assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def make_slot(folder: Path, *, version: str = "1.2.3") -> Path:
    """A slot with something to load, and enough else in it that a bundle of it can be tampered with."""
    root = folder / "root"
    (root / "boot").mkdir(parents=True)
    (root / "boot/vmlinuz").write_text("a kernel")
    (root / "boot/initrd.img").write_text("an initramfs")
    (root / "noise").write_bytes(os.urandom(3_000_000))
    (root / "etc/rauc").mkdir(parents=True)
    shutil.copy(OVERLAY / "etc/rauc/system.conf", root / "etc/rauc")
    (root / "usr/lib").mkdir(parents=True)
    (root / "usr/lib/os-release").write_text(f"ID=debian\nIMAGE_VERSION={version}\n")
    slot = folder / "slot.ext4"
    run(FIRMWARE / "slot", root, slot)
    return slot


class Disk:
    """A disk's image, its partitions, and the machine that starts from it."""

    def __init__(self, image: Path) -> None:
        self.image = image
        table = json.loads(run("sfdisk", "--json", image))["partitiontable"]
        self.partitions = {part["name"]: part for part in table["partitions"]}
        self._grub = image.with_suffix(".grub")
        self._grub.mkdir(exist_ok=True)
        at_once = (FIRMWARE / "grub.cfg").read_text().replace("sleep 10\n", "")
        (self._grub / "grub.cfg").write_text(LOADERS + at_once)
        (self._grub / "device.map").write_text(f"(hd0) {image}\n")

    def copy(self, image: Path) -> Disk:
        """Another disk with the same on it."""
        run("cp", "--sparse=always", self.image, image)
        return Disk(image)

    def start(self) -> str | None:
        """Switch the machine on, and off once GRUB has loaded a slot: its letter, or nothing where none loads."""
        command = ["grub-emu", f"--device-map={self._grub / 'device.map'}", f"--directory={self._grub}"]
        said = subprocess.run(
            command,
            env={**os.environ, "TERM": "dumb"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        started = re.search(r"STARTED rauc\.slot=([AB])", said.stdout)
        return started[1] if started else None

    def slots(self, *words: str, booted: str) -> str:
        """What RAUC's request to the boot state gives, in a system that runs from `booted`."""
        alone = self.image.with_suffix(".bootstate")
        alone.write_bytes(self.read("bootstate"))
        script = OVERLAY / "usr/lib/gymbox-image/boot-state"
        said = run(script, *words, BOOT_STATE=str(alone), BOOTED=booted)
        self.write("bootstate", alone.read_bytes())
        return said.strip()

    def install(self, slot: Path, *, into: str) -> None:
        """As RAUC does: the slot is bad while it is written, and the next to start afterwards."""
        booted = "A" if into == "B" else "B"
        self.slots("set-state", into, "bad", booted=booted)
        self.write(SLOTS[into], slot.read_bytes())
        self.slots("set-primary", into, booted=booted)

    def commit(self, slot: str) -> None:
        """As the running system does once it is healthy."""
        self.slots("set-state", slot, "good", booted=slot)

    def wreck(self, slot: str) -> None:
        """Its beginning is zeros."""
        self.write(SLOTS[slot], bytes(4 << 20))

    def state(self) -> dict[str, str]:
        """What GRUB will read."""
        text = self.read("bootstate")[SECTOR : 2 * SECTOR].decode("ascii")
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def read(self, name: str, size: int | None = None) -> bytes:
        """A partition, or its beginning."""
        part = self.partitions[name]
        with self.image.open("rb") as file:
            file.seek(part["start"] * SECTOR)
            return file.read(part["size"] * SECTOR if size is None else size)

    def write(self, name: str, data: bytes) -> None:
        """Over the beginning of a partition."""
        with self.image.open("r+b") as file:
            file.seek(self.partitions[name]["start"] * SECTOR)
            file.write(data)


def make_disk(folder: Path, slot: Path) -> Disk:
    """As it comes from the build: the slot in A."""
    run(FIRMWARE / "disk", slot, folder / "disk.img")
    return Disk(folder / "disk.img")


def out_of(words: Sequence[str | Path]) -> tuple[int, str]:
    """A tool's exit code, and all that it says."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
