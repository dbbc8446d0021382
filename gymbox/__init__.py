"""gymbox: counts repetitions, spots bad form, and tells the person.

`count(video)` gives the sets of a video; a `Pipeline` gives an `Event` at a time while pictures come in.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gymbox._core import Event
    from gymbox.counting import count
    from gymbox.pipeline import Pipeline

__all__ = ["Event", "Pipeline", "count"]

_HOMES = {"Event": "gymbox._core", "Pipeline": "gymbox.pipeline", "count": "gymbox.counting"}


def __getattr__(name: str) -> object:
    """The public names, imported when they are first asked for, so that `gymbox --help` does not wait for them."""
    if name not in _HOMES:
        raise AttributeError(f"module `gymbox` has no attribute `{name}`")
    return getattr(import_module(_HOMES[name]), name)
