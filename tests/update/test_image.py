"""What is said to RAUC and made of its answers, by a stand-in for it: the image's own tests ask the real one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gymbox.errors import UpdateError
from gymbox.update.image import Image
from gymbox.update.state import Book

STATUS = {
    "compatible": "gymbox-amd64",
    "booted": "B",
    "boot_primary": "rootfs.1",
    "slots": [
        {"rootfs.1": {"class": "rootfs", "bootname": "B", "state": "booted", "boot_status": "good"}},
        {
            "rootfs.0": {
                "class": "rootfs",
                "bootname": "A",
                "state": "inactive",
                "boot_status": "good",
                "slot_status": {"bundle": {"version": "0.1.0"}},
            }
        },
    ],
}


class Rauc:
    """A command of that name, which says what it is to and keeps how it was called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        command = folder / "rauc"
        command.write_text(
            '#!/bin/sh\ncd "$(dirname "$0")"\necho "$*" >>told\n[ -e wrong ] && { cat wrong >&2; exit 1; }\n'
            'if [ -e "$1" ]; then cat "$1"; fi\n'
        )
        command.chmod(0o755)

    def says(self, what: str, answer: object) -> None:
        (self._folder / what).write_text(json.dumps(answer))

    def fails(self, words: str) -> None:
        (self._folder / "wrong").write_text(words)

    @property
    def told(self) -> list[str]:
        return (self._folder / "told").read_text().splitlines()


@pytest.fixture
def rauc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rauc:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return Rauc(tmp_path)


def test_a_bundle_s_version_is_asked_of_rauc_which_checks_its_signature(rauc: Rauc) -> None:
    rauc.says("info", {"compatible": "gymbox-amd64", "version": "0.2.0"})
    rauc.says("status", STATUS)
    assert Image().version_of(Path("/data/a.raucb"), unsigned=False) == "0.2.0"
    assert rauc.told[0] == "info /data/a.raucb --output-format=json"


def test_a_bundle_for_another_kind_of_box_is_refused(rauc: Rauc) -> None:
    rauc.says("info", {"compatible": "gymbox-arm64", "version": "0.2.0"})
    rauc.says("status", STATUS)
    with pytest.raises(UpdateError, match=r"a\.raucb: expected a bundle for gymbox-amd64, got one for gymbox-arm64"):
        Image().version_of(Path("/data/a.raucb"), unsigned=False)


def test_its_last_words_are_why_a_bundle_is_refused(rauc: Rauc) -> None:
    rauc.fails("rauc-Message: reading\nsignature verification failed: unable to get local issuer certificate\n")
    with pytest.raises(UpdateError, match="unable to get local issuer certificate"):
        Image().version_of(Path("/data/a.raucb"), unsigned=False)


def test_no_image_takes_what_nobody_signed(rauc: Rauc) -> None:
    rauc.says("info", {"version": "0.2.0"})
    with pytest.raises(UpdateError, match="signed bundles alone"):
        Image().version_of(Path("/data/a.raucb"), unsigned=True)


def test_the_way_back_is_the_other_slot_while_that_is_good(rauc: Rauc, tmp_path: Path) -> None:
    rauc.says("status", STATUS)
    assert Image().before(Book(tmp_path)) == "0.1.0"
    other = {**STATUS["slots"][1]["rootfs.0"], "boot_status": "bad"}  # type: ignore[index]
    rauc.says("status", {**STATUS, "slots": [STATUS["slots"][0], {"rootfs.0": other}]})
    assert Image().before(Book(tmp_path)) == ""


def test_what_rauc_is_told(rauc: Rauc, tmp_path: Path) -> None:
    image, book = Image(), Book(tmp_path)
    image.install(Path("/data/a.raucb"), book)
    image.keep()
    image.go_back(book)
    image.settle(book)
    assert rauc.told == [
        "install /data/a.raucb",
        "status mark-good",
        "status mark-active other",
        "status mark-bad other",
        "status mark-active booted",
    ]


def test_the_version_that_runs_is_the_image_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: {"ID": "debian", "IMAGE_VERSION": "0.2.0"})
    assert Image().running() == "0.2.0"
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: {"ID": "debian"})
    with pytest.raises(UpdateError, match="names no IMAGE_VERSION"):
        Image().running()
