"""Who is on the floor now, as skeletons: for a phone that has claimed nobody; with counts for a screen on the wall."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Final, Literal

from aiohttp import WSCloseCode, web
from pydantic import Field, RootModel, ValidationError

from gymbox.hub.audience import RELEASED
from gymbox.hub.guests import PROTOCOL
from gymbox.hub.limits import Limit
from gymbox.hub.problem import Refusal, forbidden
from gymbox.hub.route import ALL, Out, Role, Route
from gymbox.hub.telling import figure
from gymbox.hub.words import Figure, LiveSet, Ping, Pong
from gymbox.storage import owners

if TYPE_CHECKING:
    from gymbox.events import PerceptionEvent
    from gymbox.hub.box import Box
    from gymbox.hub.guests import Guest
    from gymbox.hub.route import Call

SCREENS: Final[frozenset[Role]] = frozenset({"kiosk", "operator"})

TICK_S: Final = 0.1
"""Between two pictures of the floor. Lowering it costs the network more; people train no faster for it."""
LOOK_S: Final = 1.0
"""How old the knowledge of who was claimed may be."""
HEARTBEAT_S: Final = 20.0
"""Between two pings; who does not answer is gone."""
NO_VISIT: Final = ""
"""What a client follows that looks at the floor."""
SAYS_MOST: Final = 20
"""Messages of a client at once, and then two a second."""
STALLED_S: Final = 10.0
"""How long a client may take for one picture until it is dropped."""


class Someone(Out):
    """Somebody on the floor."""

    figure: Figure
    zone: str
    session_id: str | None
    """The visit to claim; none where the box is not sure yet."""
    claimed: bool
    """Whether a phone has the visit already."""
    set: LiveSet | None
    """The set under way or the last one; for screens alone."""


class People(Out):
    """All who are there."""

    name: str
    """The box's."""
    people: tuple[Someone, ...]


class FloorSeen(Out):
    """The floor as it is now; the next one replaces it."""

    type: Literal["floor"] = "floor"
    data: People


class SentToWatchers(RootModel[Annotated[FloorSeen | Pong, Field(discriminator="type")]]):
    """Anything that who watches the floor is sent."""


async def people(box: Box, call: Call) -> People:
    """Who is there. A phone that has a visit sees its own visit alone, so not this."""
    await _admit(box, call.guest)
    claimed = await _claimed(box, box.floor.people())
    return _shown(box, box.floor.people(), claimed, sets=call.guest.role in SCREENS)


async def watch(box: Box, call: Call) -> web.StreamResponse:
    """The same whenever it changes, until either side ends it."""
    await _admit(box, call.guest)
    ws = web.WebSocketResponse(protocols=[PROTOCOL], heartbeat=HEARTBEAT_S, compress=False, timeout=2)
    if not ws.can_prepare(call.request):
        raise Refusal(400, "bad request", "expected a WebSocket's handshake")
    await ws.prepare(call.request)
    box.audience.add(call.guest, ws, NO_VISIT)
    showing = asyncio.create_task(_show(box, call.guest, ws))
    try:
        await _answer(ws)
    finally:
        box.audience.discard(call.guest, ws)
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
    return ws


async def _answer(ws: web.WebSocketResponse) -> None:
    """Answer pings until it ends; there is nothing else to say here."""
    limit = Limit(SAYS_MOST, each_s=0.5)
    async for message in ws:
        try:
            limit.take("")
            Ping.model_validate_json(message.data, strict=True)
        except (Refusal, ValidationError):
            await ws.close(code=WSCloseCode.POLICY_VIOLATION, message=b"expected a ping now and then")
            return
        await ws.send_str(Pong().model_dump_json())


async def _show(box: Box, guest: Guest, ws: web.WebSocketResponse) -> None:
    """Send each picture of the floor that is another than the last one."""
    claimed, looked, last = frozenset[str](), -LOOK_S, ""
    while not ws.closed:
        there = box.floor.people()
        if (now := asyncio.get_running_loop().time()) - looked >= LOOK_S:
            if await _has_visit(box, guest):
                await ws.close(code=RELEASED, message=b"this phone has claimed a visit", drain=False)
                return
            claimed, looked = await _claimed(box, there), now
        text = FloorSeen(data=_shown(box, there, claimed, sets=guest.role in SCREENS)).model_dump_json()
        if text != last:
            try:
                await asyncio.wait_for(ws.send_str(text), STALLED_S)
            except (TimeoutError, ConnectionError):
                await ws.close(code=WSCloseCode.TRY_AGAIN_LATER, drain=False)
                return
            last = text
        await asyncio.sleep(TICK_S)


async def _admit(box: Box, guest: Guest) -> None:
    if await _has_visit(box, guest):
        raise forbidden("this phone has claimed a visit; the floor is for those that have not")


async def _has_visit(box: Box, guest: Guest) -> bool:
    return guest.role == "phone" and await box.reader.read(owners.open_visit, guest.id) is not None


async def _claimed(box: Box, there: list[PerceptionEvent]) -> frozenset[str]:
    sessions = [box.floor.session_of(event.track_id) for event in there]
    return frozenset(await box.reader.read(owners.claimed, [one for one in sessions if one]))


def _shown(box: Box, there: list[PerceptionEvent], claimed: frozenset[str], *, sets: bool) -> People:
    zones = {camera.id: camera.zone for camera in box.roster.all}
    found = []
    for event in there:
        session_id = box.floor.session_of(event.track_id)
        found.append(
            Someone(
                figure=figure(event),
                zone=zones.get(event.camera_id, ""),
                session_id=session_id,
                claimed=session_id in claimed,
                set=box.floor.set_of(event.track_id) if sets else None,
            )
        )
    return People(name=box.settings.hub.name, people=tuple(found))


ROUTES: Final = (
    Route(
        method="GET",
        path="/floor",
        handle=people,
        name="floor",
        summary="Who is on the floor, as skeletons; with counts for a screen on the wall",
        who=ALL,
        reply=People,
    ),
    Route(
        method="GET",
        path="/ws/floor",
        handle=watch,
        name="watchFloor",
        summary="The same, whenever it changes (WebSocket)",
        who=ALL,
        kind="socket",
        says=SentToWatchers,
        hears=Ping,
    ),
)
