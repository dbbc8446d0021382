"""Who is on the floor now: as skeletons for a phone that has not claimed one, with counts for a kiosk's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gymbox.hub.problem import forbidden
from gymbox.hub.route import ALL, Out, Role, Route
from gymbox.hub.telling import figure
from gymbox.hub.words import Figure, LiveSet
from gymbox.storage import owners

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call

SCREENS: Final[frozenset[Role]] = frozenset({"kiosk", "operator"})


class Someone(Out):
    """Somebody on the floor."""

    figure: Figure
    zone: str
    session_id: str | None
    """The visit to claim; none where the box is not sure yet."""
    claimed: bool
    """Whether a phone has the visit already."""


class People(Out):
    """All who are there."""

    people: tuple[Someone, ...]


class Lifter(Out):
    """Somebody with what they do."""

    figure: Figure
    zone: str
    set: LiveSet | None


class Kiosk(Out):
    """What a screen shows."""

    name: str
    people: tuple[Lifter, ...]


async def people(box: Box, call: Call) -> People:
    """Who is there. A phone that has a visit sees its own visit alone, so not this."""
    if call.guest.role == "phone" and await box.reader.read(owners.open_visit, call.guest.id) is not None:
        raise forbidden("this phone has claimed a visit; the floor is for those that have not")
    zones = {camera.id: camera.zone for camera in box.settings.camera}
    there = box.floor.people()
    sessions = [box.floor.session_of(event.track_id) for event in there]
    claimed = await box.reader.read(owners.claimed, [one for one in sessions if one])
    return People(
        people=tuple(
            Someone(
                figure=figure(event),
                zone=zones.get(event.camera_id, ""),
                session_id=session_id,
                claimed=session_id in claimed,
            )
            for event, session_id in zip(there, sessions, strict=True)
        )
    )


async def kiosk(box: Box, _call: Call) -> Kiosk:
    """What a screen shows."""
    zones = {camera.id: camera.zone for camera in box.settings.camera}
    return Kiosk(
        name=box.settings.hub.name,
        people=tuple(
            Lifter(figure=figure(event), zone=zones.get(event.camera_id, ""), set=box.floor.set_of(event.track_id))
            for event in box.floor.people()
        ),
    )


ROUTES: Final = (
    Route(
        method="GET",
        path="/floor",
        handle=people,
        name="floor",
        summary="Who is on the floor, as skeletons",
        who=ALL,
        reply=People,
    ),
    Route(
        method="GET",
        path="/kiosk",
        handle=kiosk,
        name="kiosk",
        summary="Skeletons and counts, for a screen on the wall",
        who=SCREENS,
        reply=Kiosk,
    ),
)
