"""The story of an update, on a box whose way of being installed is a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from gymbox.config import Settings
from gymbox.errors import UpdateError
from gymbox.update import act, health, schema
from gymbox.update.state import REMEMBERED, Book

if TYPE_CHECKING:
    from pathlib import Path


class Slots:
    """Two versions, of which one runs; the other does from the next start on, as in an image."""

    kind: Literal["package", "image"] = "image"
    restarts = True

    def __init__(self, running: str, other: str = "") -> None:
        self.now, self.other, self.next = running, other, running
        self.kept: list[str] = []
        self.bad: list[str] = []
        self.breaks = False
        self.power = True

    def running(self) -> str:
        return self.now

    def version_of(self, file: Path, *, unsigned: bool) -> str:
        signed, version = file.read_text().split()
        if signed != "signed" and not unsigned:
            raise UpdateError(f"{file.name}: nobody signed it")
        return version

    def install(self, file: Path, _book: Book) -> None:
        if self.breaks:
            raise UpdateError("the disk is full")
        self.other = self.next = file.read_text().split()[1]
        if not self.power:
            raise KeyboardInterrupt

    def before(self, _book: Book) -> str:
        return "" if self.other in self.bad else self.other

    def go_back(self, _book: Book) -> None:
        self.next = self.other

    def keep(self) -> None:
        self.kept.append(self.now)

    def settle(self, _book: Book) -> None:
        self.bad.append(self.other)

    def restart(self, *, falls_back: bool = False) -> None:
        if self.next != self.now and not falls_back:
            self.now, self.other = self.next, self.now
        self.next = self.now


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book")


@pytest.fixture(autouse=True)
def wrong(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is missing in the box, which its tests write into."""
    found: dict[str, str] = {}

    async def missing(*_: object, **__: object) -> dict[str, str]:
        return dict(found)

    monkeypatch.setattr(act, "missing", missing)
    monkeypatch.setattr(schema, "step_back", lambda _: "")
    return found


def file_of(folder: Path, version: str, *, signed: bool = True) -> str:
    path = folder / f"gymbox-{version}.raucb"
    path.write_text(f"{'signed' if signed else 'unsigned'} {version}")
    return str(path)


def install(way: Slots, book: Book, source: str, *, unsigned: bool = False) -> str:
    return act.install(Settings(), way, book, source, unsigned=unsigned, say=print)


def commit(way: Slots, book: Book) -> bool:
    return act.commit(Settings(), way, book, limit_s=1, say=print)


def said(book: Book) -> list[tuple[str, str]]:
    return [(one.what, one.version) for one in book.read().happened]


def test_a_version_that_works_is_kept(book: Book, tmp_path: Path) -> None:
    box = Slots("0.1.0")
    assert commit(box, book)
    assert install(box, book, file_of(tmp_path, "0.2.0")) == "0.2.0"
    assert box.now == "0.1.0"
    box.restart()
    assert commit(box, book)
    state = book.read()
    assert (state.kind, state.running, state.good, state.before) == ("image", "0.2.0", "0.2.0", "0.1.0")
    assert said(book) == [("kept", "0.2.0"), ("installed", "0.2.0"), ("kept", "0.1.0")]
    assert box.kept == ["0.1.0", "0.2.0"]


def test_one_that_does_not_work_starts_the_box_again_and_then_the_old_one_says_so(
    book: Book, tmp_path: Path, wrong: dict[str, str]
) -> None:
    box = Slots("0.1.0")
    commit(box, book)
    install(box, book, file_of(tmp_path, "0.2.0"))
    box.restart()
    wrong["hub"] = "it does not answer"
    assert not commit(box, book), "the machine is to start again"
    assert box.kept == ["0.1.0"]
    box.now, box.other = box.other, box.now  # what the boot loader does once the tries are spent
    box.next = box.now
    wrong.clear()
    assert commit(box, book)
    assert box.bad == ["0.2.0"]
    state = book.read()
    assert (state.running, state.good, state.before, state.installed) == ("0.1.0", "0.1.0", "", "")
    assert said(book)[:2] == [("fell back", "0.1.0"), ("failed", "0.2.0")]
    assert "it does not answer" in book.read().happened[1].why


def test_one_that_never_got_as_far_as_to_be_asked_is_not_tried_again(book: Book, tmp_path: Path) -> None:
    box = Slots("0.1.0")
    commit(box, book)
    install(box, book, file_of(tmp_path, "0.2.0"))
    box.restart(falls_back=True)
    assert commit(box, book)
    assert box.bad == ["0.2.0"]
    assert book.read().happened[0].why == "0.2.0 does not start"


def test_what_has_worked_before_goes_on_whatever_is_wrong_now(book: Book, wrong: dict[str, str]) -> None:
    box = Slots("0.1.0", other="0.0.9")
    commit(box, book)
    wrong["database"] = "the disk is full"
    assert commit(box, book)
    assert box.kept == ["0.1.0", "0.1.0"]
    assert said(book) == [("kept", "0.1.0")]


def test_the_only_version_there_is_goes_on_too(book: Book, wrong: dict[str, str]) -> None:
    wrong["hub"] = "no"
    box = Slots("0.1.0")
    assert commit(box, book)
    assert said(book) == [("failed", "0.1.0")]
    wrong.clear()
    assert commit(box, book)
    assert said(book)[0] == ("kept", "0.1.0")


def test_a_power_cut_in_the_middle_of_it_is_said(book: Book, tmp_path: Path) -> None:
    box = Slots("0.1.0")
    commit(box, book)
    box.power = False
    with pytest.raises(KeyboardInterrupt):
        install(box, book, file_of(tmp_path, "0.2.0"))
    box.next = "0.1.0"  # the boot loader was not told yet
    box.restart()
    assert commit(box, book)
    assert said(book)[0] == ("fell back", "0.1.0")
    assert book.read().happened[0].why == "0.2.0 was cut off as it was installed"
    assert book.read().doing == "nothing"


def test_a_power_cut_right_after_it_leaves_a_version_on_trial(
    book: Book, tmp_path: Path, wrong: dict[str, str]
) -> None:
    box = Slots("0.1.0")
    commit(box, book)
    box.power = False
    with pytest.raises(KeyboardInterrupt):
        install(box, book, file_of(tmp_path, "0.2.0"))
    box.restart()
    wrong["hub"] = "no"
    assert not commit(box, book)


@pytest.mark.parametrize(
    ("version", "signed", "why"),
    [
        ("0.1.0", True, "0.1.0 is what runs already"),
        ("0.0.9", True, "0.0.9 is older than 0.1.0"),
        ("0.1.0~rc1", True, "is older than 0.1.0"),
        ("0.2.0", False, "nobody signed it"),
    ],
)
def test_what_is_refused_changes_nothing(*, book: Book, tmp_path: Path, version: str, signed: bool, why: str) -> None:
    box = Slots("0.1.0")
    commit(box, book)
    with pytest.raises(UpdateError, match=why):
        install(box, book, file_of(tmp_path, version, signed=signed))
    assert (box.now, box.next, box.other) == ("0.1.0", "0.1.0", "")
    assert book.read().happened[0].what == "refused"
    assert book.read().doing == "nothing"


def test_an_unsigned_one_may_be_taken_by_hand(book: Book, tmp_path: Path) -> None:
    assert install(Slots("0.1.0"), book, file_of(tmp_path, "0.2.0", signed=False), unsigned=True) == "0.2.0"


def test_an_installation_that_fails_leaves_nothing_on_trial(book: Book, tmp_path: Path) -> None:
    box = Slots("0.1.0")
    commit(box, book)
    box.breaks = True
    with pytest.raises(UpdateError, match="the disk is full"):
        install(box, book, file_of(tmp_path, "0.2.0"))
    assert said(book)[0] == ("failed", "0.2.0")
    assert book.read().installed == ""


def test_the_way_back_leads_to_the_version_before_and_no_further(book: Book, tmp_path: Path) -> None:
    box = Slots("0.1.0")
    with pytest.raises(UpdateError, match="nothing to go back to"):
        act.roll_back(box, book, say=print)
    install(box, book, file_of(tmp_path, "0.2.0"))
    box.restart()
    commit(box, book)
    assert act.roll_back(box, book, say=print) == "0.1.0"
    box.restart()
    assert commit(box, book)
    assert box.now == "0.1.0"
    assert said(book)[0] == ("went back", "0.1.0")


def test_a_camera_that_gave_pictures_has_to_again(book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(act, "seeing", lambda _settings, _cameras: ["rack-1"])
    asked: list[tuple[str, ...]] = []

    class Signs(health.Signs):
        def __init__(self, settings: Settings, cameras: tuple[str, ...]) -> None:
            super().__init__(settings, cameras)
            asked.append(cameras)

    monkeypatch.setattr(act, "Signs", Signs)
    box = Slots("0.1.0")
    commit(box, book)
    install(box, book, file_of(tmp_path, "0.2.0"))
    box.restart()
    commit(box, book)
    commit(box, book)
    assert asked == [(), ("rack-1",), ()]


def test_one_at_a_time(book: Book) -> None:
    with book.alone(), pytest.raises(UpdateError, match="another update is under way"), Book(book.folder).alone():
        pass
    with book.alone():
        pass


def test_the_book_keeps_what_happened_last(book: Book) -> None:
    for number in range(REMEMBERED + 5):
        book.note("kept", f"0.1.{number}")
    happened = book.read().happened
    assert len(happened) == REMEMBERED
    assert happened[0].version == f"0.1.{REMEMBERED + 4}"


def test_a_book_that_is_damaged_is_named(book: Book) -> None:
    book.write(good="0.1.0")
    (book.folder / "state.json").write_text('{"good": 1}')
    with pytest.raises(UpdateError, match=r"state\.json: is damaged"):
        book.read()
