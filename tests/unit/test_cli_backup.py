"""`gymbox backup`, and what it does in `gymbox.storage.elsewhere`."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from gymbox.cli import app
from gymbox.config import load
from gymbox.errors import ConfigError, DamagedError, DiskFullError, StorageError, WrongKeyError
from gymbox.hub.keys import Keys
from gymbox.hub.password import Password
from gymbox.storage import Reader, Store, backup, elsewhere, sealed
from gymbox.storage.files import Place
from gymbox.storage.people import Ledger
from tests import kept

if TYPE_CHECKING:
    from pathlib import Path


class Box:
    """A box in a folder, which the commands find by its settings."""

    def __init__(self, folder: Path, *, new: bool = False) -> None:
        self.config, self.place = folder / "gymbox.toml", Place(folder / "data")
        folder.mkdir(exist_ok=True)
        self.config.write_text('data_dir = "data"\nrun_dir = "."\n')
        if not new:
            Keys.open(self.place.data_dir)

    def gymbox(self, *arguments: str, typed: str | None = None, code: int = 0) -> str:
        command = ["backup", *arguments, "--config", str(self.config)]
        done = CliRunner().invoke(app, command, input=typed)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    def make_key(self, folder: Path) -> str:
        """Make a key as an owner does, and type its end."""
        key = sealed.new_key()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sealed, "new_key", lambda: key)
            said = self.gymbox("key", "--folder", str(folder), typed=f"{key[-8:].lower()}\n")
        assert said.count(key) == 1
        return key

    def train(self, reps: int) -> None:
        async def life() -> None:
            async with await Store.open(self.place.data_dir) as store:
                await store.record("vision", kept.heard(*kept.a_set(reps)))

        asyncio.run(life())

    def reps(self) -> int:
        async def ask() -> int:
            async with Reader(self.place.data_dir) as reader:
                return (await reader.session(kept.VISIT)).sets[0].reps

        return asyncio.run(ask())


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path / "box")
    made.train(5)
    return made


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def test_a_key_is_shown_once_and_asked_back_before_anything_is_kept(box: Box, stick: Path) -> None:
    before = box.config.read_text()
    with pytest.raises(WrongKeyError, match="nothing has changed, and this key is void"):
        box.gymbox("key", typed="QQQQQQQQ\n")
    assert box.config.read_text() == before
    with pytest.raises(ConfigError, match="no key yet"):
        box.gymbox("now", str(stick))
    key = box.make_key(stick)
    settings = load(box.config).backup
    assert (settings.recipient, settings.folder) == (sealed.closing_half(key), stick)
    assert key not in box.config.read_text()
    assert before.strip() in box.config.read_text()


def test_a_backup_brings_a_whole_box_back_into_an_empty_folder(box: Box, stick: Path, tmp_path: Path) -> None:
    key = box.make_key(stick)
    Password(box.place.data_dir).set("a long password")
    Ledger(box.place.ledger).add("phone-old")
    made = box.gymbox("now").splitlines()[0]
    assert [str(one.path) for one in elsewhere.there(stick)] == [made]
    assert backup.backups(box.place) == [], "what was copied for it is gone"
    fresh = Box(tmp_path / "fresh", new=True)
    assert "restored by hand from gymbox-" in fresh.gymbox("restore", made, "--yes", "--stdin", typed=f"{key}\n")
    assert fresh.reps() == 5
    assert Keys.open(fresh.place.data_dir).box_id == Keys.open(box.place.data_dir).box_id
    assert asyncio.run(Password(fresh.place.data_dir).holds("a long password"))
    assert Ledger(fresh.place.ledger).people() == ["phone-old"]
    assert load(fresh.config).backup.recipient == sealed.closing_half(key)
    assert fresh.config.with_name("gymbox.toml.before").read_text() == 'data_dir = "data"\nrun_dir = "."\n'
    assert sorted(path.name for path in fresh.place.data_dir.iterdir()) == [
        "forgotten",
        "gymbox.db",
        "gymbox.db.lock",
        "hub",
    ]
    assert fresh.place.database.stat().st_mode & 0o077 == 0


def test_who_asked_to_be_forgotten_since_stays_so(box: Box, stick: Path) -> None:
    key = box.make_key(stick)
    made = box.gymbox("now").splitlines()[0]
    Ledger(box.place.ledger).add("phone-new")
    box.gymbox("restore", made, "--yes", "--keep-settings", "--stdin", typed=key)
    assert Ledger(box.place.ledger).people() == ["phone-new"]
    assert not box.config.with_name("gymbox.toml.before").exists()


def test_a_backup_is_opened_and_read_without_changing_anything(box: Box, stick: Path) -> None:
    key = box.make_key(stick)
    made = box.gymbox("now").splitlines()[0]
    files = sorted(box.place.data_dir.iterdir())
    told = box.gymbox("check", made, "--stdin", typed=key)
    assert f"whole; box {Keys.open(box.place.data_dir).box_id}" in told
    assert sorted(box.place.data_dir.iterdir()) == files
    assert made in box.gymbox("list")


def test_what_cannot_be_restored_leaves_the_box_as_it_is(box: Box, stick: Path, tmp_path: Path) -> None:
    key = box.make_key(stick)
    made = tmp_path / "stick" / box.gymbox("now").splitlines()[0]
    box.train(5)
    files, whole = sorted(box.place.data_dir.iterdir()), made.read_bytes()
    with pytest.raises(WrongKeyError, match="another key"):
        box.gymbox("restore", str(made), "--yes", "--stdin", typed=sealed.new_key())
    for damaged in (whole[:-1], whole[:100], whole[:400] + b"X" + whole[401:]):
        made.write_bytes(damaged)
        with pytest.raises(DamagedError):
            box.gymbox("restore", str(made), "--yes", "--stdin", typed=key)
    made.write_bytes(whole)
    assert "Aborted" in box.gymbox("restore", str(made), "--stdin", typed=f"{key}\nn\n", code=1)
    assert sorted(box.place.data_dir.iterdir()) == files
    assert box.reps() == 5


def test_a_database_in_it_that_is_not_whole_is_seen(box: Box, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = box.make_key(stick)
    made = box.gymbox("now").splitlines()[0]
    monkeypatch.setattr(backup, "check", lambda _database: ["page 7 is lost"])
    with pytest.raises(DamagedError, match="its database: page 7 is lost"):
        box.gymbox("restore", made, "--yes", "--stdin", typed=key)
    assert box.reps() == 5


def test_while_the_box_runs_it_is_not_replaced(box: Box, stick: Path) -> None:
    key = box.make_key(stick)

    async def test() -> None:
        async with await Store.open(box.place.data_dir):
            made = await asyncio.to_thread(box.gymbox, "now")  # that it may
            with pytest.raises(StorageError, match=r"another process .* writes it"):
                await asyncio.to_thread(box.gymbox, "restore", made.splitlines()[0], "--yes", "--stdin", typed=key)

    asyncio.run(test())


def test_the_oldest_go_but_another_box_s_do_not(box: Box, stick: Path) -> None:
    box.make_key(stick)
    other = stick / "gymbox-aaaaaaaaaaaa-000001-20200101T000000Z.age"
    other.write_bytes(b"another box's")
    config = box.config.read_text()
    box.config.write_text(config.replace("[backup]", "[backup]\nkeep = 2"))
    for _ in range(4):
        box.gymbox("now")
    numbers = [one.number for one in elsewhere.there(stick) if one.path != other]
    assert numbers == [5, 4]
    assert other.exists()


def test_how_it_went_is_kept_for_the_operator(box: Box, stick: Path) -> None:
    box.make_key(stick)
    assert elsewhere.outcome(box.place) == elsewhere.Outcome()
    box.gymbox("now")
    good = elsewhere.outcome(box.place)
    assert (good.failed_at, good.own_disk, good.size_bytes > 500) == (None, True, True)
    with pytest.raises(StorageError, match="is the stick plugged in, and is its name GYMBOX"):
        box.gymbox("now", str(stick / "none"))
    bad = elsewhere.outcome(box.place)
    assert (bad.made_at, bad.file) == (good.made_at, good.file)
    assert "is the stick plugged in" in bad.error
    assert bad.failed_at
    box.gymbox("now")
    assert elsewhere.outcome(box.place).error == ""
    (box.place.data_dir / "elsewhere.json").write_text("{")
    assert elsewhere.outcome(box.place) == elsewhere.Outcome()


def test_a_stick_that_was_pulled_leaves_no_rest(box: Box, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box.make_key(stick)
    (stick / "gymbox-aaaaaaaaaaaa-000001-20200101T000000Z.age.part").write_bytes(b"half")

    def full(*_: object) -> str:
        raise DiskFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(sealed, "seal", full)
        with pytest.raises(DiskFullError):
            box.gymbox("now")
    assert list(stick.iterdir()) == []
    assert sorted(path.name for path in box.place.backups.iterdir()) == []
    box.gymbox("now")
    assert len(list(stick.iterdir())) == 1


def test_settings_that_keep_data_elsewhere_are_not_put_beside_them(box: Box, stick: Path, tmp_path: Path) -> None:
    key = box.make_key(stick)
    made = box.gymbox("now").splitlines()[0]
    other = Box(tmp_path / "other", new=True)
    other.config.write_text('data_dir = "elsewhere"\n')
    with pytest.raises(StorageError, match=r"keep data in .*other/data, those of this box in .*other/elsewhere"):
        other.gymbox("restore", made, "--yes", "--stdin", typed=key)
    assert not (tmp_path / "other/elsewhere/gymbox.db").exists()


def test_a_newer_kind_of_backup_is_not_guessed_at(box: Box, stick: Path, tmp_path: Path) -> None:
    key = box.make_key(stick)
    about = {"format": "gymbox-backup/2", "box_id": "a" * 12, "gymbox": "9", "made_at": datetime.now(UTC).isoformat()}
    (tmp_path / "about").write_text(json.dumps(about))
    sealed.seal({"about.json": tmp_path / "about"}, tmp_path / "new.age", sealed.closing_half(key))
    with pytest.raises(StorageError, match=r"expected gymbox-backup/1, got gymbox-backup/2"):
        box.gymbox("restore", str(tmp_path / "new.age"), "--yes", "--stdin", typed=key)


def test_a_box_that_never_ran_has_nothing_to_keep(tmp_path: Path, stick: Path) -> None:
    box = Box(tmp_path / "new", new=True)
    box.make_key(stick)
    with pytest.raises(StorageError, match="start the box once"):
        box.gymbox("now")
