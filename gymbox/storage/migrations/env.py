"""How Alembic runs here: on the connection it is given, in that connection's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context

from gymbox.storage.columns import Embedding, UtcDateTime
from gymbox.storage.models import TABLES
from gymbox.storage.vectors import INDEX

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """Not the vector index and its shadow tables: they are derived, and made where they can be."""
    return not (kind == "table" and name is not None and name.startswith(INDEX))


def _rendered(kind: str, thing: object, autogen: AutogenContext) -> str | Literal[False]:
    if kind == "type" and isinstance(thing, UtcDateTime | Embedding):
        autogen.imports.add("from gymbox.storage import columns")
        return f"columns.{type(thing).__name__}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TABLES,
    render_as_batch=True,
    compare_server_default=True,
    include_name=_ours,
    render_item=_rendered,
)
with context.begin_transaction():
    context.run_migrations()
