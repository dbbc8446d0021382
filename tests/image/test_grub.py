"""Which slot starts: the real GRUB on its real file and the real partitions, up to where it would run the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.image.small import FIRMWARE, SECTOR, Disk, missing, run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

pytestmark = missing("grub-emu", "grub-mkimage", "mcopy", "mkfs.vfat", "sfdisk", "mke2fs")

OTHER: Final = {"A": "B", "B": "A"}


def test_a_new_disk_starts_its_only_slot(disk: Disk) -> None:
    assert disk.start() == "A"


def test_power_cuts_never_bring_up_an_empty_slot(disk: Disk) -> None:
    assert [disk.start() for _ in range(10)] == ["A"] * 10


def test_an_update_that_never_proves_healthy_has_three_tries(disk: Disk, slot: Path) -> None:
    disk.commit("A")
    disk.install(slot, into="B")
    assert [disk.start() for _ in range(4)] == ["B", "B", "B", "A"]


def test_after_the_way_back_the_broken_update_is_never_tried_again(disk: Disk, slot: Path) -> None:
    disk.install(slot, into="B")
    assert [disk.start() for _ in range(4)] == ["B", "B", "B", "A"]
    disk.commit("A")
    state = disk.state()
    assert (state["ORDER"], state["GOOD"], state["A_OK"], state["B_OK"]) == ("A B", "A", "1", "0")
    assert [disk.start() for _ in range(10)] == ["A"] * 10


def test_power_cuts_on_the_way_back_do_not_lead_to_the_broken_update(disk: Disk, slot: Path) -> None:
    disk.commit("A")
    disk.install(slot, into="B")
    assert [disk.start() for _ in range(12)] == ["B"] * 3 + ["A"] * 9


def test_an_update_that_proves_healthy_stays(disk: Disk, slot: Path) -> None:
    disk.install(slot, into="B")
    assert disk.start() == "B"
    disk.commit("B")
    assert [disk.start() for _ in range(3)] == ["B"] * 3
    assert disk.state()["GOOD"] == "B"


def test_a_slot_that_was_good_and_no_longer_proves_so_is_left_after_three_starts(disk: Disk, slot: Path) -> None:
    disk.install(slot, into="B")
    disk.start()
    disk.commit("B")
    assert [disk.start() for _ in range(4)] == ["B", "B", "B", "A"]


def test_a_slot_that_does_not_load_is_passed_over_in_the_same_start(disk: Disk, slot: Path) -> None:
    disk.install(slot, into="B")
    disk.wreck("B")
    assert [disk.start() for _ in range(5)] == ["A"] * 5


def test_the_slot_that_was_healthy_last_may_be_the_one_that_is_wrecked(disk: Disk, slot: Path) -> None:
    disk.install(slot, into="B")
    disk.start()
    disk.commit("B")
    disk.wreck("B")
    assert [disk.start() for _ in range(8)] == ["A"] * 8


def test_a_cut_while_the_other_slot_is_written_leaves_this_one(disk: Disk) -> None:
    disk.commit("A")
    disk.slots("set-state", "B", "bad", booted="A")
    disk.write("rootfs-b", b"half of a slot" * 1000)
    assert [disk.start() for _ in range(5)] == ["A"] * 5


def test_the_way_back_by_hand_is_one_request(disk: Disk, slot: Path) -> None:
    disk.install(slot, into="B")
    disk.start()
    disk.commit("B")
    disk.slots("set-primary", "A", booted="B")
    assert disk.slots("get-primary", booted="B") == "A"
    assert disk.start() == "A"
    disk.commit("A")
    assert disk.slots("get-state", "B", booted="A") == "good"


def test_a_lost_boot_state_still_starts_what_loads(disk: Disk, slot: Path) -> None:
    disk.install(slot, into="B")
    disk.wreck("A")
    disk.write("bootstate", bytes(4096))
    assert disk.start() == "B"


def test_with_nothing_to_load_it_does_not_pretend(disk: Disk) -> None:
    disk.wreck("A")
    assert disk.start() is None


def test_each_change_of_the_boot_state_is_one_sector(disk: Disk, slot: Path) -> None:
    before = disk.read("bootstate")
    disk.install(slot, into="B")
    disk.start()
    disk.commit("B")
    after = disk.read("bootstate")
    assert disk.state()["GOOD"] == "B"
    assert after[:SECTOR] == before[:SECTOR]
    assert after[2 * SECTOR :] == before[2 * SECTOR :]


def test_the_owners_kernel_parameters_survive(disk: Disk) -> None:
    sector = disk.read("bootstate")[SECTOR : 2 * SECTOR].replace(b"extra=\n", b"extra=nomodeset console=ttyS0\n")
    disk.write("bootstate", disk.read("bootstate")[:SECTOR] + sector[:SECTOR])
    disk.start()
    disk.commit("A")
    assert disk.state()["extra"] == "nomodeset console=ttyS0"


def test_grub_finds_no_fault_in_its_file() -> None:
    run("grub-script-check", FIRMWARE / "grub.cfg")


steps = st.lists(st.sampled_from(["cut", "cut", "commit", "install", "half", "wreck"]), min_size=1, max_size=14)


@given(steps=steps)
@settings(max_examples=12)
def test_whatever_happens_a_slot_that_loads_starts(
    steps: list[str], built: Disk, slot: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A box is never dead while a slot loads, and never stays for more than three starts on one that proves nothing."""
    disk = built.copy(tmp_path_factory.mktemp("any") / "disk.img")
    loads = {"A"}
    running, proven, unproven = disk.start(), "A", 1
    for step in steps:
        if running is None:
            break
        other = OTHER[running]
        if step == "commit":
            disk.commit(running)
            proven, unproven = running, 0
        elif step == "install":
            disk.install(slot, into=other)
            loads.add(other)
        elif step == "half":
            disk.slots("set-state", other, "bad", booted=running)
            disk.wreck(other)
            loads.discard(other)
        elif step == "wreck":
            disk.wreck(running)
            loads.discard(running)
        before, running = running, disk.start()
        unproven = unproven + 1 if running == before else 1
        assert (running in loads) if loads else running is None
        assert unproven <= 3 or running == proven or loads == {running}
