"""The image in an emulated PC, from its first start on: `just test-image`. Each test goes on where the last one ended.

What is started is what `just image` built, but for a root shell on the second serial port.
"""

from __future__ import annotations

import shutil
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING, Final

import pytest
from zeroconf import Zeroconf

from gymbox.hub.announce import SERVICE
from tests.image.qemu import OUTSIDE, Box, cable
from tests.image.small import FIRMWARE, SECTOR, Disk, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUILT: Final = FIRMWARE.parent / "build/firmware"
KEYS: Final = BUILT / "keys"
UNITS: Final = "/usr/lib/systemd/system"
PACKAGE: Final = "/usr/lib/gymbox/lib/python3.11/site-packages/gymbox"
SHELL: Final = """\
[Unit]
Description=A root shell for the tests
DefaultDependencies=no
After=sysinit.target
[Service]
ExecStart=/bin/sh -i
StandardInput=tty
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS1
Restart=always
TimeoutStopSec=1
"""
PATIENT: Final = """\
[Service]
TimeoutStartSec=1h
WatchdogSec=0
"""
"""An emulated machine is many times slower than any that it stands for."""
LONG: Final = """\
[Service]
ExecStart=
ExecStart=/usr/lib/gymbox/bin/gymbox update commit --within 3000
"""
HASTY: Final = """\
[Service]
ExecStart=
ExecStart=/usr/lib/gymbox/bin/gymbox update commit --within 20
"""
"""A broken version shows that it is within a second, and need not be given ten minutes each time."""


def edited(slot: Path, files: dict[str, str | None]) -> None:
    """Write into a slot, or remove, without mounting it."""
    commands = []
    for number, (path, text) in enumerate(files.items()):
        commands.append(f"rm {path}")
        if text is not None:
            source = slot.with_name(f"{slot.name}.{number}")
            source.write_text(text)
            commands.append(f"write {source} {path}")
    commands.append(f"symlink {UNITS}/sysinit.target.wants/shell.service ../shell.service")
    debugfs = ["debugfs", "-w", "-f", "-", str(slot)]
    subprocess.run(debugfs, input="\n".join(commands), text=True, check=True, capture_output=True)


def make_release(folder: Path, version: str, **more: str | None) -> Path:
    """The slot that was built, as another version, with the tests' shell."""
    slot = folder / f"{version}.ext4"
    run("cp", "--sparse=always", BUILT / "slot.ext4", slot)
    told = run("debugfs", "-R", "cat /usr/lib/os-release", slot).splitlines()
    lines = [line for line in told if not line.startswith("IMAGE_VERSION")]
    edited(
        slot,
        {
            "/usr/lib/os-release": "\n".join([*lines, f"IMAGE_VERSION={version}", ""]),
            f"{UNITS}/shell.service": SHELL,
            f"{UNITS}/gymbox-.service.d/patient.conf": PATIENT,
            f"{UNITS}/gymbox-boot-ok.service.d/test.conf": LONG,
            **more,
        },
    )
    assert run(FIRMWARE / "version", slot) == f"{version}\n"
    return slot


def make_stick(folder: Path) -> Path:
    """A stick with updates, good and bad."""
    updates = folder / "updates"
    updates.mkdir()
    broken = {
        f"{PACKAGE}/hub/process.py": "raise SystemExit('broken')\n",
        f"{PACKAGE}/hub/__pycache__/process.cpython-311.pyc": None,
        f"{UNITS}/gymbox-boot-ok.service.d/test.conf": HASTY,
    }
    system = (FIRMWARE / "overlay/etc/rauc/system.conf").read_text()
    foreign = {"/etc/rauc/system.conf": system.replace("gymbox-amd64", "gymbox-riscv64")}
    run(FIRMWARE / "keys", folder / "theirs")
    for name, version, keys, more in (
        ("2.0.0", "2.0.0", KEYS, {}),
        ("3.0.0", "3.0.0", KEYS, {}),
        ("broken", "4.0.0", KEYS, broken),
        ("older", "0.0.1", KEYS, {}),
        ("foreign", "6.0.0", KEYS, foreign),
        ("theirs", "5.0.0", folder / "theirs", {}),
    ):
        slot = make_release(folder, version, **more)
        run(
            *(FIRMWARE / "bundle", slot, keys / "release.pem", keys / "release.key"),
            updates / f"{name}.raucb",
        )
        slot.unlink()
    tampered = bytearray((updates / "2.0.0.raucb").read_bytes())
    tampered[len(tampered) // 2] ^= 1
    (updates / "tampered.raucb").write_bytes(tampered)
    stick = folder / "stick.img"
    size = sum(file.stat().st_size for file in updates.iterdir()) * 11 // 10 + (64 << 20)
    run("truncate", f"--size={size}", stick)
    run("mke2fs", "-q", "-t", "ext4", "-d", updates, stick)
    shutil.rmtree(updates)
    return stick


class Bench:
    """The disk, the stick, and the box while it is on."""

    def __init__(self, disk: Disk, stick: Path) -> None:
        self.disk, self._stick = disk, stick
        self.box: Box | None = None
        self.machine_id = ""

    def on(self) -> Box:
        """The box, switched on where it is off, once its page answers."""
        if self.box is None:
            self.box = Box(self.disk.image, stick=self._stick)
            slot = self.box.started()
            self.note(f"slot {slot} answers on /healthz {self.box.seconds():.0f} s after power-on")
        return self.box

    def cut(self) -> None:
        if self.box:
            self.box.cut()
            self.box = None

    def proven(self) -> dict[str, str]:
        """The boot state once the slot that runs has proved healthy."""
        box = self.on()
        slot = box.starts()[-1]

        def good() -> bool:
            state = self.disk.state()
            return state["GOOD"] == slot and state[f"{slot}_TRY"] == "0"

        box.until(good)
        box.until(lambda: box.sh("systemctl is-active gymbox-boot-ok")[1] != "activating")
        self.note(f"slot {slot} is good {box.seconds():.0f} s after power-on")
        return self.disk.state()

    def install(self, name: str) -> tuple[int, str]:
        box, began = self.on(), time.monotonic()
        box.says("mountpoint -q /mnt || mount -o ro /dev/vdb /mnt")
        said = box.sh(f"gymbox update install /mnt/{name}.raucb")
        self.note(f"{name}: {time.monotonic() - began:.0f} s, {said[1].splitlines()[-1]}")
        return said

    def restart(self) -> str:
        """The slot that it comes back on."""
        box = self.on()
        times, began = len(box.starts()), time.monotonic()
        box.send("sleep 1; systemctl reboot")
        slot = box.started(times=times + 1)
        self.note(f"back on slot {slot} {time.monotonic() - began:.0f} s after systemctl reboot")
        return slot

    def version(self) -> str:
        return self.on().says(". /etc/os-release; echo $IMAGE_VERSION")

    @staticmethod
    def note(text: str) -> None:
        print(f"\n    {text}", end="", flush=True)  # noqa: T201 -- what a run measures


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("box")
    first = make_release(folder, "1.0.0")
    run(FIRMWARE / "disk", first, folder / "disk.img")
    first.unlink()
    with (folder / "disk.img").open("r+b") as file:
        file.truncate(12 << 30)
    disk = Disk(folder / "disk.img")
    state = disk.read("bootstate")
    sector = state[SECTOR : 2 * SECTOR].replace(b"extra=\n", b"extra=console=ttyS0,115200 mitigations=off\n")[:SECTOR]
    disk.write("bootstate", state[:SECTOR] + sector)
    with cable():
        made = Bench(disk, make_stick(folder))
        try:
            yield made
        finally:
            made.cut()


def test_it_starts_and_proves_itself(bench: Bench) -> None:
    assert bench.on().starts() == ["A"]
    assert bench.proven()["ORDER"] == "A B"
    assert bench.version() == "1.0.0"


def test_nothing_failed_on_the_way(bench: Bench) -> None:
    assert bench.on().says("systemctl --failed --no-legend --plain") == ""


def test_the_slot_is_read_only_and_the_data_partition_has_the_rest_of_the_disk(bench: Bench) -> None:
    assert "ro" in bench.on().says("findmnt -no OPTIONS /").split(",")
    assert int(bench.on().says("df --output=size -BM /data | tail -n 1").strip("M \n")) > 5000
    assert bench.on().says("findmnt -no SOURCE /var") == "/dev/disk/by-partlabel/data[/var]"


def test_it_has_an_identity_of_its_own(bench: Bench) -> None:
    bench.machine_id = bench.on().says("cat /etc/machine-id")
    assert len(bench.machine_id) == 32
    assert int(bench.machine_id, 16) > 0


def test_it_is_found_from_outside_without_dhcp_or_internet(bench: Bench) -> None:
    bench.on()
    with Zeroconf(interfaces=[OUTSIDE]) as ears:
        found = ears.get_service_info(SERVICE, f"gymbox.{SERVICE}", timeout=120_000)
    assert found is not None
    assert found.server == "gymbox.local."
    address = next(one for one in found.parsed_addresses() if one.startswith("169.254."))
    with urllib.request.urlopen(f"http://{address}/healthz", timeout=60) as answer:
        assert answer.read() == b'{"status":"ok"}'


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("theirs", "unable to get local issuer certificate"),
        ("older", "is older than 1.0.0"),
        ("foreign", "got one for gymbox-riscv64"),
        ("tampered", "failed"),
    ],
)
def test_an_update_that_is_not_ours_older_foreign_or_damaged_is_refused(bench: Bench, name: str, why: str) -> None:
    code, said = bench.install(name)
    assert code != 0
    assert why in said
    state = bench.disk.state()
    assert (state["ORDER"], state["A_OK"], state["B_OK"], state["GOOD"]) == ("A B", "1", "0", "A")
    assert bench.on().healthy()


def test_a_power_cut_while_the_other_slot_is_written_changes_nothing(bench: Bench) -> None:
    box = bench.on()
    written = "cat /sys/class/block/vda4/stat"
    before = int(box.says(written).split()[6])
    box.send("gymbox update install /mnt/2.0.0.raucb")
    box.until(lambda: int(box.says(written).split()[6]) > before + 200_000)
    bench.cut()
    assert bench.disk.state()["B_OK"] == "0"
    assert bench.on().starts() == ["A"]
    assert bench.proven()["ORDER"] == "A B"
    assert "was cut off as it was installed" in bench.on().says("gymbox update status")


def test_a_good_update_runs_from_the_other_slot_and_keeps_who_the_box_is(bench: Bench) -> None:
    bench.on().says("echo kept >/var/lib/gymbox/kept")
    code, said = bench.install("2.0.0")
    assert code == 0, said
    assert bench.restart() == "B"
    assert bench.proven()["ORDER"] == "B A"
    assert bench.version() == "2.0.0"
    assert bench.on().says("cat /etc/machine-id /var/lib/gymbox/kept") == f"{bench.machine_id}\nkept"
    assert bench.on().says("stat -c %U /var/lib/gymbox") == "gymbox"


def test_power_cuts_while_a_version_proves_itself_cost_no_more_than_the_time(bench: Bench) -> None:
    code, said = bench.install("3.0.0")
    assert code == 0, said
    assert bench.restart() == "A"
    bench.cut()  # its page answers; whether it is good is being looked at
    box = bench.on()
    box.until(lambda: bench.disk.state()["GOOD"] == "A")
    bench.cut()  # the boot state says so; the update's own book does not yet
    assert bench.on().starts() == ["A"]
    assert bench.proven()["ORDER"] == "A B"
    assert bench.version() == "3.0.0"
    assert "it works" in bench.on().says("gymbox update status")


def test_the_way_back_is_one_command(bench: Bench) -> None:
    assert "2.0.0" in bench.on().says("gymbox update rollback")
    assert bench.restart() == "B"
    assert bench.proven()["ORDER"] == "B A"
    assert bench.version() == "2.0.0"


def test_a_broken_update_is_given_up_after_three_tries(bench: Bench) -> None:
    code, said = bench.install("broken")
    assert code == 0, said
    box = bench.on()
    times, began = len(box.starts()), time.monotonic()
    box.send("sleep 1; systemctl reboot")
    slot = box.started(times=times + 4)
    bench.note(f"back on slot {slot} {time.monotonic() - began:.0f} s after systemctl reboot")
    assert box.starts()[times:] == ["A", "A", "A", "B"]
    state = bench.proven()
    assert (state["ORDER"], state["A_OK"]) == ("B A", "0")
    assert bench.version() == "2.0.0"
    assert "fell back" in bench.on().says("gymbox update status")
