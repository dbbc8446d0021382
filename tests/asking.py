"""Questions to a box's database, while it is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def asked(database: Path, question: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows that answer it."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(question, values).fetchall()


def asked_so_far(database: Path, question: str) -> list[tuple[Any, ...]]:
    """The same of a database that may not be there yet, or have no tables, or be damaged: none."""
    try:
        return asked(database, question)
    except sqlite3.DatabaseError:
        return []
