"""Another version of gymbox: what is known of it, and what the operator wishes. Root's own process does it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from gymbox.hub.problem import Refusal
from gymbox.hub.route import OPERATOR, In, Out, Route
from gymbox.update.state import Book
from gymbox.update.wish import Wish, wish

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call


class Happened(Out):
    """Something that happened."""

    at: datetime
    what: str
    """`installed`, `kept`, `fell back`, `went back`, `restored`, `refused` or `failed`."""
    version: str
    why: str


class Offered(Out):
    """A newer version that can be had."""

    version: str
    notes: str
    size_bytes: int


class Updates(Out):
    """All that is known."""

    kind: Literal["", "package", "image"]
    """How gymbox was installed; nothing where whoever installed it updates it."""
    running: str
    """The version."""
    proven: bool
    """Whether it has shown that it works; else it is on trial."""
    before: str
    """The version that a way back leads to; nothing where there is none."""
    doing: str
    """`nothing`, `looking`, `downloading`, `installing` or `trying`."""
    progress: float | None
    """Of a download, 0 to 1."""
    offer: Offered | None
    happened: tuple[Happened, ...]
    """Newest first."""


class Wished(In):
    """What is to be done; the box starts again for it, or its processes do."""

    do: Literal["check", "install", "rollback"]


async def updates(_box: Box, _call: Call) -> Updates:
    """What the book says."""
    state = await asyncio.to_thread(Book().read)
    offer = Offered(**state.offer.model_dump(exclude={"found_at"})) if state.offer else None
    happened = tuple(Happened(**one.model_dump()) for one in state.happened)
    return Updates(
        kind=state.kind,
        running=state.running,
        proven=state.running == state.good,
        before=state.before,
        doing=state.doing,
        progress=state.progress,
        offer=offer,
        happened=happened,
    )


async def wished(box: Box, call: Call) -> None:
    """Leave the wish where systemd sees it.

    Raises:
        Refusal: 409: this box is not updated so, or is about it already.
    """
    state = await asyncio.to_thread(Book().read)
    if not state.kind:
        raise Refusal(409, "conflict", "this gymbox is updated by whoever installed it, by neither package nor image")
    if state.doing != "nothing":
        raise Refusal(409, "conflict", f"an update is under way: {state.doing}")
    await asyncio.to_thread(wish, box.settings.run_dir, Wish(do=call.body.do))


ROUTES: Final = (
    Route(
        method="GET",
        path="/updates",
        handle=updates,
        name="updates",
        summary="Which version runs, which can be had, and what happened",
        who=OPERATOR,
        reply=Updates,
    ),
    Route(
        method="POST",
        path="/updates",
        handle=wished,
        name="wishUpdate",
        summary="Look for another version, install it, or go back",
        who=OPERATOR,
        body=Wished,
        errors=(409,),
    ),
)
