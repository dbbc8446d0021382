from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pyrage
import pytest

from gymbox.errors import DamagedError, DiskFullError, StorageError, WrongKeyError
from gymbox.storage import sealed
from gymbox.storage.sealed import closing_half, new_key, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY: Final = new_key()
LARGE: Final = random.Random(1).randbytes(300_000)  # noqa: S311 -- several of the format's pieces of 64 kB
NAMES: Final = frozenset({"gymbox.db", "hub/key.json"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sealed backup of two files."""
    (tmp_path / "database").write_bytes(LARGE)
    (tmp_path / "key").write_text("{}")
    target = tmp_path / "backup.age"
    files = {"gymbox.db": tmp_path / "database", "hub/key.json": tmp_path / "key"}
    assert seal(files, target, closing_half(KEY)) == sealed.sha256(target)
    return target


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


def test_what_was_sealed_comes_out(file: Path, folder: Path) -> None:
    unseal(file, KEY, folder, names=NAMES)
    assert (folder / "gymbox.db").read_bytes() == LARGE
    assert (folder / "hub/key.json").read_text() == "{}"
    assert LARGE[:64] not in file.read_bytes()


def test_a_key_may_be_typed_as_people_do(file: Path, folder: Path) -> None:
    grouped = " ".join(KEY[start : start + 4] for start in range(0, len(KEY), 4)).lower()
    unseal(file, f" {grouped}\n", folder, names=NAMES)
    assert sealed.is_end_of(f" {KEY[-8:-4].lower()} {KEY[-4:]}", KEY)
    assert not sealed.is_end_of(KEY[-9:-1], KEY)


def test_any_program_for_the_format_opens_it(file: Path) -> None:
    assert file.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert pyrage.decrypt(file.read_bytes(), [pyrage.x25519.Identity.from_str(KEY)])[:2] == b"\x1f\x8b"


def test_another_s_key_opens_nothing(file: Path, folder: Path) -> None:
    with pytest.raises(WrongKeyError, match=r"backup\.age: is closed for another key"):
        unseal(file, new_key(), folder, names=NAMES)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    ["", "password", KEY[:-1], KEY[:20] + ("Q" if KEY[20] != "Q" else "P") + KEY[21:]],
    ids=["none", "a password", "cut off", "a letter"],  # the key is another each time, and two workers must agree
)
def test_a_key_with_a_wrong_letter_is_seen(wrong: str, file: Path, folder: Path) -> None:
    with pytest.raises(WrongKeyError, match="one of these is wrong or missing") as refused:
        unseal(file, wrong, folder, names=NAMES)
    assert KEY[20:30] not in str(refused.value)


def test_wherever_it_is_cut_off_it_is_refused(file: Path, folder: Path) -> None:
    whole = file.read_bytes()
    lengths = [0, 10, 100, 200, 201, 65_800, 65_801, 131_000, len(whole) - 17, len(whole) - 1]
    for length in lengths:
        file.write_bytes(whole[:length])
        with pytest.raises(DamagedError, match=r"backup\.age: is (cut off|no sealed backup)"):
            unseal(file, KEY, folder, names=NAMES)
        shutil.rmtree(folder)
        folder.mkdir()


def test_wherever_a_bit_is_flipped_it_is_refused(file: Path, folder: Path) -> None:
    whole = file.read_bytes()
    places = [30, 60, 130, 170, 190, 210, 1_000, 70_000, 150_000, len(whole) - 20, len(whole) - 1]
    for place in places:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises((DamagedError, WrongKeyError), match=r"backup\.age"):
            unseal(file, KEY, folder, names=NAMES)
        shutil.rmtree(folder)
        folder.mkdir()


def test_nothing_but_a_box_is_taken_out(file: Path, folder: Path, tmp_path: Path) -> None:
    seal({"../escaped": tmp_path / "key"}, tmp_path / "evil.age", closing_half(KEY))
    with pytest.raises(DamagedError, match=r"evil\.age: holds something else than a box: '\.\./escaped'"):
        unseal(tmp_path / "evil.age", KEY, folder, names=NAMES)
    assert not (tmp_path / "escaped").exists()
    (tmp_path / "text.age").write_bytes(
        pyrage.encrypt(b"no archive", [pyrage.x25519.Recipient.from_str(closing_half(KEY))])
    )
    with pytest.raises(DamagedError, match="something else than a box"):
        unseal(tmp_path / "text.age", KEY, folder, names=NAMES)
    with pytest.raises(StorageError, match="No such file"):
        unseal(tmp_path / "none.age", KEY, folder, names=NAMES)
    assert file.exists()


def test_a_file_that_is_there_is_not_written_over(file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(StorageError, match="File exists"):
        seal({"gymbox.db": tmp_path / "key"}, file, closing_half(KEY))
    assert file.read_bytes() == before


def test_what_reads_otherwise_than_it_was_written_is_none(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "sha256", lambda _path: "other")
    with pytest.raises(StorageError, match="is the stick worn out"):
        seal({"gymbox.db": tmp_path / "key"}, tmp_path / "second.age", closing_half(KEY))
    assert not (tmp_path / "second.age").exists()
    assert file.exists()


def test_a_source_that_is_gone_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        seal({"gymbox.db": tmp_path / "none"}, tmp_path / "backup.age", closing_half(KEY))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """A stick of 200 kB."""
    where = tmp_path / "stick"
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(where)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk needs the right to mount one")
    yield where
    subprocess.run(["umount", str(where)], check=True)


def test_a_full_stick_keeps_what_it_has(stick: Path, file: Path, tmp_path: Path) -> None:
    seal({"hub/key.json": tmp_path / "key"}, stick / "first.age", closing_half(KEY))
    before = (stick / "first.age").read_bytes()
    with pytest.raises(DiskFullError, match="no room for a backup; the earlier ones there are as they were"):
        seal({"gymbox.db": tmp_path / "database"}, stick / "second.age", closing_half(KEY))
    assert [path.name for path in stick.iterdir()] == ["first.age"]
    assert (stick / "first.age").read_bytes() == before
    with pytest.raises(DiskFullError, match="no room in"):
        unseal(file, KEY, stick, names=NAMES)


def test_a_stick_that_is_pulled_is_told(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_file: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", gone)
    with pytest.raises(StorageError, match=r"second\.age: cannot be written: Input/output error"):
        seal({"gymbox.db": tmp_path / "key"}, tmp_path / "second.age", closing_half(KEY))
    assert file.exists()
