"""A recorder that only stores: `python -m tests.process.listener FOLDER`, rows and cursor in one transaction."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gymbox.bus.endpoints import VISION
from gymbox.bus.subscribe import Cursor, Heard, Listener, Since
from gymbox.config import Settings
from gymbox.service import run
from tests import floor

if TYPE_CHECKING:
    from gymbox.service import Service

# No key: what is heard twice is stored twice, and shows.
TABLES = """
create table if not exists heard(number integer, rep integer);
create table if not exists lost(why text);
create table if not exists cursor(one integer primary key, epoch text, number integer);
"""


async def main(service: Service) -> None:
    folder = Path(sys.argv[1])
    database = sqlite3.connect(folder / "heard.db", isolation_level=None)
    database.executescript("pragma journal_mode=wal;" + TABLES)
    stood = database.execute("select epoch, number from cursor").fetchone()
    since = Cursor(*stood) if stood else Since.KEPT
    async with Listener(VISION, run_dir=folder, topics=["reps"], since=since, silence_s=0.3) as listener:
        service.ready("storing")
        while not service.stopping:
            items = await listener.batch(64)
            database.execute("begin immediate")
            for item in items:
                assert item.cursor is not None
                if isinstance(item, Heard):
                    database.execute(
                        "insert into heard values(?, ?)", (item.cursor.number, floor.number_of(item.event))
                    )
                else:
                    database.execute("insert into lost values(?)", (item.why,))
                database.execute("replace into cursor values(1, ?, ?)", (item.cursor.epoch, item.cursor.number))
            database.execute("commit")


if __name__ == "__main__":
    sys.exit(run(main, name="recorder", settings=Settings()))
