"""A phone about itself: its visits, everything that is kept about it, and to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gymbox.hub.route import In, Out, Route
from gymbox.requests import Forget, Wish
from gymbox.storage import devices, history, views
from gymbox.wishes import Language, Level, Wishes

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call, Role

PHONE: Final[frozenset[Role]] = frozenset({"phone"})


class Me(Out):
    """A phone and what is its own."""

    device_id: str
    name: str
    wishes: Wishes
    """How its owner wants to be coached; the box's own way where they have not said."""
    sessions: tuple[views.Session, ...]
    """Newest first, at most 100."""


class Coaching(In):
    """How somebody wants to be coached."""

    language: Language
    level: Level
    """`quiet`: faults, and how a set was; `normal`: also milestones; `chatty`: also encouragement."""
    counts: bool
    """Whether every repetition's number is spoken."""


async def me(box: Box, call: Call) -> Me:
    """The phone that asks."""
    device = await box.reader.read(devices.active, call.guest.id)
    visits = await box.reader.read(history.visits, call.guest.id)
    wishes = device.wishes or box.settings.coach.wishes
    return Me(device_id=device.id, name=device.name, wishes=wishes, sessions=visits)


async def wish(box: Box, call: Call) -> None:
    """From the next sentence on the coach heeds them."""
    await box.do(Wish(device_id=call.guest.id, wishes=Wishes(**call.body.model_dump())))


async def export(box: Box, call: Call) -> views.Person:
    """Everything that is kept about the phone's owner."""
    return await box.reader.export_person(call.guest.id)


async def forget(box: Box, call: Call) -> None:
    """Delete all of it, the phone's token too, for good."""
    await box.do(Forget(person=call.guest.id))
    box.audience.keep_only(await box.guests.active())


ROUTES: Final = (
    Route(
        method="GET",
        path="/me",
        handle=me,
        name="me",
        summary="The phone that asks, and its visits",
        who=PHONE,
        reply=Me,
    ),
    Route(
        method="PUT",
        path="/me/wishes",
        handle=wish,
        name="wish",
        summary="Say how the phone's owner wants to be coached",
        who=PHONE,
        body=Coaching,
        errors=(404,),
    ),
    Route(
        method="GET",
        path="/me/export",
        handle=export,
        name="exportMe",
        summary="Everything that is kept about the phone's owner",
        who=PHONE,
        reply=views.Person,
        errors=(404,),
    ),
    Route(
        method="DELETE",
        path="/me",
        handle=forget,
        name="forgetMe",
        summary="Delete everything about the phone's owner, for good",
        who=PHONE,
        errors=(404,),
    ),
)
