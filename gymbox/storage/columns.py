"""What all tables are made of: the base with its naming, UTC moments, embeddings; alike on SQLite and Postgres."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import JSON, BigInteger, DateTime, Integer, LargeBinary, MetaData, types
from sqlalchemy.orm import DeclarativeBase

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

DIMENSIONS: Final = 256
"""Numbers in an appearance embedding."""

Polygons = list[list[list[float]]]
"""Each a list of corners x, y."""
Vector = npt.NDArray[np.float32]

Nanoseconds: Final = BigInteger()
"""A reading of the monotonic clock. SQLite's integers have 64 bits anyway."""
RowId: Final = BigInteger().with_variant(Integer(), "sqlite")
"""A number the database gives; SQLite counts only columns that are plain INTEGER."""


class Base(DeclarativeBase):
    """The tables. Every constraint has a name, so that a migration can speak of it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy reads it so
        dict[str, Any]: JSON,
        list[dict[str, Any]]: JSON,
        Polygons: JSON,
    }


class UtcDateTime(types.TypeDecorator[datetime]):
    """A moment, aware and in UTC on both sides; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What goes to the database: SQLite has no zones, and gets UTC without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"moment: expected one with a time zone, got {value}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What comes from the database."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Embedding(types.TypeDecorator[Vector]):
    """An appearance as (256,) float32, little endian in a BLOB: the same bytes that sqlite-vec reads.

    A vector that has no direction (zero) or is not finite is refused: a cosine with it means nothing.
    """

    impl = LargeBinary(4 * DIMENSIONS)
    cache_ok = True

    def process_bind_param(self, value: Vector | None, dialect: Dialect) -> bytes | None:
        """What goes to the database."""
        del dialect
        return None if value is None else packed(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Vector | None:
        """What comes from the database."""
        del dialect
        return None if value is None else np.frombuffer(value, dtype="<f4")


def has_direction(vector: npt.ArrayLike) -> bool:
    """Whether a cosine with `vector` means something: it is finite as float32, and not zero."""
    length = float(np.linalg.norm(np.asarray(vector, np.float32).astype(np.float64)))
    return np.isfinite(length) and length > 0


def packed(vector: npt.ArrayLike) -> bytes:
    """`vector` as it is stored.

    Raises:
        ValueError: it has another length, is zero, or not finite.
    """
    numbers = np.asarray(vector, dtype="<f4")
    if numbers.shape != (DIMENSIONS,):
        raise ValueError(f"embedding: expected shape ({DIMENSIONS},), got {numbers.shape}")
    if not has_direction(numbers):
        raise ValueError("embedding: expected a finite vector with a direction, got none")
    return numbers.tobytes()
