"""Does what the operator wishes: `gymbox-update.service`, which `gymbox-update.path` starts, once for each wish."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gymbox.config import load
from gymbox.errors import GymboxError
from gymbox.update import act
from gymbox.update.state import Book
from gymbox.update.tool import run
from gymbox.update.ways import way
from gymbox.update.wish import take

if TYPE_CHECKING:
    from gymbox.update.wish import Wish


def main() -> int:
    """Take the wish and see to it; what came of it is in the book, and in the journal."""
    try:
        settings = load()
        wished = take(settings.run_dir)
        if wished:
            with Book().alone() as book:
                _heed(wished, book)
    except GymboxError as error:
        _say(str(error))
        return 1
    return 0


def _heed(wished: Wish, book: Book) -> None:
    settings, how = load(), way()
    match wished.do:
        case "check":
            act.check(settings, how, book)
            return
        case "install":
            act.install(settings, how, book, "", unsigned=False, say=_say)
        case "rollback":
            act.roll_back(how, book, say=_say)
    if how.restarts:
        run("systemctl", "reboot")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- for the journal


if __name__ == "__main__":
    sys.exit(main())
