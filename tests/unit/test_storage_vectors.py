from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest
import sqlite_vec
from sqlalchemy import create_engine, delete, event
from sqlalchemy.orm import Session

from gymbox.storage import vectors
from gymbox.storage.models import TABLES, Camera, Track
from tests import floor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    import numpy.typing as npt

CHANCE = np.random.default_rng(3)
APPEARANCES = CHANCE.normal(size=(40, 256)).astype(np.float32)


def driver() -> Any:  # noqa: ANN401 -- a DBAPI module
    """A SQLite that can load extensions: this Python's own, or the wheel's."""
    import sqlite3  # noqa: PLC0415 -- replaced where it cannot

    if hasattr(sqlite3.Connection, "enable_load_extension"):
        return sqlite3
    return pytest.importorskip("pysqlite3.dbapi2", reason="no SQLite here can load extensions")


@contextmanager
def tracks(*, indexed: bool) -> Iterator[Session]:
    """Forty tracks of one space, one of another."""
    engine = create_engine("sqlite://", module=driver())
    if indexed:

        @event.listens_for(engine, "connect")
        def _load(connection: Any, _record: object) -> None:  # noqa: ANN401 -- as above
            connection.enable_load_extension(True)  # noqa: FBT003 -- as sqlite3 spells it
            connection.load_extension(sqlite_vec.loadable_path())

    TABLES.create_all(engine)
    with Session(engine) as session:
        assert vectors.rebuild(session.connection()) == indexed
        session.add(Camera(id="rack-1", detail=""))
        session.flush()
        for number, appearance in enumerate(APPEARANCES, 1):
            session.add(track(number, appearance))
        session.add(track(99, APPEARANCES[0], version=2))
        session.flush()
        yield session
    engine.dispose()


def track(number: int, appearance: npt.NDArray[np.float32], version: int = 1) -> Track:
    return Track(
        id=f"rack-1.{floor.EPOCH}.{number}",
        camera_id="rack-1",
        first_ns=0,
        started_at=floor.AT,
        reid_embedding=appearance,
        reid_space="colour",
        reid_version=version,
    )


def number_of(match: vectors.Match) -> int:
    return int(match.track_id.rpartition(".")[2])


@pytest.mark.parametrize("indexed", [False, True])
def test_the_nearest_are_those_of_the_smallest_angle(indexed: bool) -> None:  # noqa: FBT001 -- a case
    wanted = APPEARANCES[7] * 3 + 0.1 * APPEARANCES[8]  # its length means nothing
    lengths = np.linalg.norm(APPEARANCES, axis=1) * np.linalg.norm(wanted)
    expected = 1 - APPEARANCES @ wanted / lengths
    with tracks(indexed=indexed) as session:
        found = vectors.nearest(session, wanted, space="colour", version=1, most=5)
    assert [number_of(match) - 1 for match in found] == np.argsort(expected)[:5].tolist()
    assert [match.distance for match in found] == pytest.approx(np.sort(expected)[:5], abs=1e-5)


@pytest.mark.parametrize("indexed", [False, True])
def test_spaces_and_versions_are_never_mixed(indexed: bool) -> None:  # noqa: FBT001 -- a case
    with tracks(indexed=indexed) as session:
        (only,) = vectors.nearest(session, APPEARANCES[0], space="colour", version=2)
        assert number_of(only) == 99
        assert vectors.nearest(session, APPEARANCES[0], space="osnet", version=1) == []


@pytest.mark.parametrize("indexed", [False, True])
def test_what_is_changed_or_deleted_is_found_no_more(indexed: bool) -> None:  # noqa: FBT001 -- a case
    def first(session: Session) -> int:
        return number_of(vectors.nearest(session, APPEARANCES[4], space="colour", version=1, most=1)[0])

    with tracks(indexed=indexed) as session:
        assert first(session) == 5
        session.get_one(Track, f"rack-1.{floor.EPOCH}.5").reid_embedding = -APPEARANCES[4]
        assert first(session) != 5
        session.get_one(Track, f"rack-1.{floor.EPOCH}.6").reid_embedding = APPEARANCES[4]
        assert first(session) == 6
        session.execute(delete(Track).where(Track.id == f"rack-1.{floor.EPOCH}.6"))
        assert first(session) not in {5, 6}
        session.get_one(Track, f"rack-1.{floor.EPOCH}.7").reid_embedding = None
        assert len(vectors.nearest(session, APPEARANCES[4], space="colour", version=1, most=100)) == 38


@pytest.mark.parametrize(
    ("vector", "most", "said"),
    [(np.zeros(256), 1, "direction"), (np.ones(255), 1, r"shape \(256,\)"), (np.ones(256), 0, "1 to 4096")],
)
def test_a_question_that_means_nothing_is_refused(vector: npt.NDArray[np.float64], most: int, said: str) -> None:
    with tracks(indexed=False) as session, pytest.raises(ValueError, match=said):
        vectors.nearest(session, vector, space="colour", version=1, most=most)


STORE = """
import asyncio, pathlib, sys, importlib, structlog
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
sys.modules["sqlite3"] = importlib.import_module(sys.argv[2])
from gymbox.storage import Store, vectors
from tests import kept
from sqlalchemy import text

async def main():
    near, far = (1.0,) * 256, (1.0, -1.0) * 128
    for life in range(2):
        async with await Store.open(pathlib.Path(sys.argv[1])) as store:
            if life == 0:
                await store.record("vision", kept.live([kept.seen(near), kept.seen(far, camera_id="rack-2")]))
            count = text("select count(*) from track_vec")
            rows = await store.write(lambda session: session.execute(count).scalar_one())
            found = await store.nearest(near, space="colour", version=1)
            print(rows, *(f"{match.track_id.partition('.')[0]} {match.distance:.3f}" for match in found))

asyncio.run(main())
"""


def test_the_store_keeps_the_index_where_it_can_be_had(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STORE, str(tmp_path), driver().__name__]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["2 rack-1 0.000 rack-2 1.000"] * 2, done.stderr
