"""Who looks most alike: nearest neighbours among the tracks' embeddings.

The column `tracks.reid_embedding` is the truth. Where the writing process can load sqlite-vec, a `vec0` table stands
beside it as an index, made anew from the column at every start (80,000 rows a second, so it is never stale and never
bloated) and kept true by triggers of that one connection, in the rows' own transaction. Everywhere else numpy compares
with the column itself: the same distances. Vectors of different spaces or versions are never compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from gymbox.storage.columns import DIMENSIONS, packed
from gymbox.storage.models import Track

if TYPE_CHECKING:
    import numpy.typing as npt
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

INDEX: Final = "track_vec"
"""The index; the tables that sqlite-vec keeps behind it are called `track_vec_…`."""
MOST: Final = 4096
"""Neighbours that can be asked for; sqlite-vec gives no more."""

_PUT: Final = (
    f"INSERT INTO {INDEX}(track_id, space, embedding) "  # noqa: S608 -- a constant of ours
    "SELECT id, reid_space || '/' || reid_version, reid_embedding FROM main.tracks WHERE reid_embedding IS NOT NULL"
)
_REMOVE: Final = f"DELETE FROM {INDEX} WHERE track_id = OLD.id"  # noqa: S608 -- as above
_REBUILD: Final = (
    f"DROP TABLE IF EXISTS {INDEX}",
    f"""CREATE VIRTUAL TABLE {INDEX} USING vec0(
        track_id TEXT PRIMARY KEY, space TEXT PARTITION KEY, embedding FLOAT[{DIMENSIONS}] DISTANCE_METRIC=COSINE
    )""",
    _PUT,
    f"CREATE TEMP TRIGGER {INDEX}_insert AFTER INSERT ON main.tracks BEGIN {_PUT} AND id = NEW.id; END",
    f"""CREATE TEMP TRIGGER {INDEX}_update AFTER UPDATE OF reid_embedding, reid_space, reid_version ON main.tracks
        BEGIN {_REMOVE}; {_PUT} AND id = NEW.id; END""",
    f"CREATE TEMP TRIGGER {INDEX}_delete AFTER DELETE ON main.tracks BEGIN {_REMOVE}; END",
)


@dataclass(frozen=True, slots=True)
class Match:
    """A track that looks alike."""

    track_id: str
    distance: float
    """Cosine distance: 0 the same direction, 1 unrelated, 2 opposite."""


def rebuild(connection: Connection) -> bool:
    """Make the index anew and keep it true from here on; false where sqlite-vec is not loaded."""
    try:
        connection.exec_driver_sql("SELECT vec_version()")
    except OperationalError:
        return False
    for statement in _REBUILD:
        connection.exec_driver_sql(statement)
    connection.info[INDEX] = True
    return True


def nearest(session: Session, vector: npt.ArrayLike, *, space: str, version: int, most: int = 10) -> list[Match]:
    """The tracks whose embedding of this space and version is nearest to `vector`, (256,), nearest first.

    Raises:
        ValueError: `vector` has another shape or no direction; or more than `MOST` are asked for.
    """
    wanted = packed(vector)
    if not 1 <= most <= MOST:
        raise ValueError(f"neighbours: expected 1 to {MOST}, got {most}")
    session.flush()
    connection = session.connection()
    found = (_by_index if connection.info.get(INDEX) else _by_numpy)(connection, wanted, space, version, most)
    return sorted(found, key=lambda match: (match.distance, match.track_id))


def _by_index(connection: Connection, wanted: bytes, space: str, version: int, most: int) -> list[Match]:
    rows = connection.execute(
        text(
            f"SELECT track_id, distance FROM {INDEX} WHERE embedding MATCH :wanted AND k = :most AND space = :space"  # noqa: S608 -- a constant of ours
        ),
        {"wanted": wanted, "most": most, "space": f"{space}/{version}"},
    )
    return [Match(track_id, distance) for track_id, distance in rows]


def _by_numpy(connection: Connection, wanted: bytes, space: str, version: int, most: int) -> list[Match]:
    rows = connection.execute(
        select(Track.id, Track.reid_embedding).where(
            Track.reid_space == space, Track.reid_version == version, Track.reid_embedding.is_not(None)
        )
    ).all()
    if not rows:
        return []
    candidates = np.stack([embedding for _, embedding in rows if embedding is not None]).astype(np.float64)  # (n, 256)
    query = np.frombuffer(wanted, dtype="<f4").astype(np.float64)
    distances = 1 - candidates @ query / (np.linalg.norm(candidates, axis=1) * np.linalg.norm(query))
    order = np.argsort(distances, kind="stable")[:most]
    return [Match(rows[place][0], float(distances[place])) for place in order]
