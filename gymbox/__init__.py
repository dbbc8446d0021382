"""gymbox: counts repetitions, spots bad form, and tells the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gymbox.counting import count
    from gymbox.pipeline import Pipeline

__all__ = ["Pipeline", "count"]


def __getattr__(name: str) -> object:
    """The public names, imported when they are first asked for, so that `gymbox --help` does not wait for them."""
    if name == "Pipeline":
        from gymbox.pipeline import Pipeline  # noqa: PLC0415

        return Pipeline
    if name == "count":
        from gymbox.counting import count  # noqa: PLC0415

        return count
    raise AttributeError(f"module `gymbox` has no attribute `{name}`")
