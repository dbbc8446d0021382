"""`python -m gymbox.storage.draft MESSAGE`: draft the migration from the newest revision to the models as they are."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command

from gymbox.storage.engine import writer
from gymbox.storage.migrate import MIGRATIONS, settings, upgrade

if TYPE_CHECKING:
    from sqlalchemy import Connection


async def draft(message: str) -> None:
    """Write the next numbered file into `migrations/versions`; a person reads and finishes it."""
    number = len(list((MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "draft.db"
        if number > 1:
            await upgrade(database)
        engine = writer(database)

        def compare(connection: Connection) -> None:
            command.revision(settings(connection), message, autogenerate=True, rev_id=f"{number:04}")

        async with engine.begin() as connection:
            await connection.run_sync(compare)
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(draft(sys.argv[1]))
