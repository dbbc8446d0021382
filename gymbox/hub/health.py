"""Whether the hub is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from gymbox.hub.route import OPEN, Out, Route

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call


class Health(Out):
    """It is."""

    status: Literal["ok"] = "ok"


async def health(_box: Box, _call: Call) -> Health:
    """Answer at all."""
    return Health()


ROUTES: Final = (
    Route(
        method="GET",
        path="/healthz",
        handle=health,
        name="health",
        summary="Whether the hub is there",
        who=OPEN,
        reply=Health,
    ),
)
