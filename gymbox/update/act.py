"""Look for another version, install it, try it, keep it or put the one before back; each is written down."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gymbox.errors import UpdateError
from gymbox.update import schema
from gymbox.update.feed import download, fetch_feed
from gymbox.update.health import Signs, missing, seeing
from gymbox.update.state import Offer
from gymbox.update.tool import is_newer, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from gymbox.config import Settings
    from gymbox.update.feed import Download, Feed
    from gymbox.update.state import Book
    from gymbox.update.ways import Way

    Say: TypeAlias = Callable[[str], None]

PROVE_S: Final = 600.0
"""How long a new version may take to show that it works. Less, and a slow machine goes back from a good one."""
GATE: Final = "gymbox-boot-ok.service"
GATE_S: Final = 2760.0
"""A minute more than systemd gives it."""


def check(settings: Settings, way: Way, book: Book) -> Offer | None:
    """The newer version that the feed announces; none where there is none.

    Raises:
        UpdateError: there is no feed, or it cannot be had.
    """
    book.write(doing="looking")
    try:
        feed = _feed(settings)
        announced = _announced(feed, way)
        newer = is_newer(feed.version, way.running())
    except UpdateError as error:
        book.note("failed", way.running(), str(error))
        raise
    offer = Offer(version=feed.version, notes=feed.notes, size_bytes=announced.size_bytes, found_at=datetime.now(UTC))
    return book.write(doing="nothing", offer=offer if newer else None).offer


def install(settings: Settings, way: Way, book: Book, source: str, *, unsigned: bool, say: Say) -> str:
    """Install `source`, a file or an address, or what the feed announces where it is empty; returns the version.

    What then runs is on trial: a package at once, an image from the next start on.

    Raises:
        UpdateError: it is refused, and nothing has changed; or it did not work, and the version before is back.
    """
    before, version = way.running(), ""
    downloads = book.folder / "download"
    try:
        file = _at_hand(settings, way, book, source, downloads, say=say)
        version = way.version_of(file, unsigned=unsigned)
        _refuse_old(version, before)
        say(f"installing {version} over {before}")
        cameras = seeing(settings, [camera.id for camera in settings.camera if camera.enabled])
        # Said before it is so: what runs and is not known to be good is on trial, whenever the power goes.
        book.write(doing="installing", progress=None, good=before, installed=version, cameras=cameras)
        way.install(file, book)
    except UpdateError as error:
        refused = book.read().doing != "installing"
        book.write(installed="")
        book.note("refused" if refused else "failed", version or source, str(error))
        raise
    book.write(offer=None)
    book.note("installed", version)
    shutil.rmtree(downloads, ignore_errors=True)
    if not way.restarts:
        _tried(book, version, say=say)
    return version


def roll_back(way: Way, book: Book, *, say: Say) -> str:
    """Bring the version before back, and return it.

    Raises:
        UpdateError: there is none.
    """
    before, running = way.before(book), way.running()
    if before in {"", running}:
        raise UpdateError(f"there is nothing to go back to from {running}")
    say(f"going back from {running} to {before}")
    book.write(offer=None)
    _put_back(way, book, before)
    book.note("went back", before, f"from {running}, as it was asked for")
    if not way.restarts:
        _tried(book, before, say=say)
    return before


def commit(settings: Settings, way: Way, book: Book, *, limit_s: float, say: Say) -> bool:
    """Hold what runs against what a box must do: keep it where it does, and else, where it is new, go back.

    Returns:
        Whether it may go on running: false where an image has to start again, on the other slot.
    """
    running, state = way.running(), book.read()
    if state.installed and state.installed != running:
        way.settle(book)
        how = "was cut off as it was installed" if state.doing == "installing" else "does not start"
        book.write(installed="")
        book.note("fell back", running, f"{state.installed} {how}")
    before = way.before(book)
    state = book.write(kind=way.kind, running=running, before="" if before == running else before)
    if restored := schema.step_back(settings):
        say(restored)
        book.note("restored", running, restored)
    new = running != state.good
    book.write(doing="trying" if new else "nothing")
    wrong = asyncio.run(missing(Signs(settings, state.cameras if new else ()), limit_s=limit_s, say=say))
    why = "; ".join(f"{name}: {reason}" for name, reason in wrong.items())
    if not wrong or not new:
        way.keep()
        if new:
            book.write(good=running, installed="", cameras=())
            book.note("kept", running)
        say(f"{running} works" if not wrong else f"{running} has worked before, but now: {why}")
        return True
    return _give_up(way, book, running, why, say=say)


def _give_up(way: Way, book: Book, running: str, why: str, *, say: Say) -> bool:
    before = way.before(book)
    if before in {"", running}:
        book.note("failed", running, f"{why}; and there is nothing to go back to")
        way.keep()
        return True
    say(f"{running} does not work ({why}): going back to {before}")
    book.note("failed", running, why)
    if way.restarts:
        return False
    _put_back(way, book, before)
    book.write(running=before, before="")
    book.note("fell back", before, f"{running}: {why}")
    return True


def _put_back(way: Way, book: Book, before: str) -> None:
    """Bring the version before back; it is known to be good.

    Raises:
        UpdateError: it cannot be brought back, which is written down.
    """
    good = book.read().good
    book.write(doing="installing", progress=None, installed="", good=before)
    try:
        way.go_back(book)
    except UpdateError as error:
        book.write(good=good)
        book.note("failed", before, str(error))
        raise


def _at_hand(settings: Settings, way: Way, book: Book, source: str, downloads: Path, *, say: Say) -> Path:
    """The file that is meant, downloaded where it is not on this machine, its signature beside it."""
    if source and "://" not in source:
        if not Path(source).is_file():
            raise UpdateError(f"{source}: there is no such file")
        return Path(source)
    address = source or _announced(_feed(settings), way).url
    downloads.mkdir(parents=True, exist_ok=True, mode=0o700)
    say(f"downloading {address}")
    book.write(doing="downloading", progress=0)
    if way.kind == "package":
        download(f"{address}.p7s", downloads, say=lambda _: None)

    def told(share: float) -> None:
        book.write(progress=share)

    return download(address, downloads, say=told)


def _feed(settings: Settings) -> Feed:
    if not settings.update.feed:
        raise UpdateError("gymbox.toml names no feed ([update] feed): expected where newer versions are announced")
    return fetch_feed(settings.update.feed)


def _announced(feed: Feed, way: Way) -> Download:
    """What the feed has for such a box.

    Raises:
        UpdateError: nothing.
    """
    kind = f"{way.kind}-{run('dpkg', '--print-architecture').strip()}"
    if kind not in feed.files:
        raise UpdateError(f"the feed has no {kind} of {feed.version}, only {', '.join(feed.files) or 'nothing'}")
    return feed.files[kind]


def _refuse_old(version: str, running: str) -> None:
    if version == running:
        raise UpdateError(f"{version} is what runs already")
    if not is_newer(version, running):
        raise UpdateError(f"{version} is older than {running}, which runs; gymbox update rollback goes back")


def _tried(book: Book, version: str, *, say: Say) -> None:
    """Wait while the version that is there now tries itself, in systemd's hands: it knows what it needs, this one not.

    Raises:
        UpdateError: it did not work; the version before is back.
    """
    say(f"{version} is on trial")
    run("systemctl", "start", GATE, limit_s=GATE_S)
    state = book.read()
    if state.good != version:
        raise UpdateError(f"{version} did not work: {state.happened[0].what} {state.happened[0].version}")
    say(f"{version} works")
