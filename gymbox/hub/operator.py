"""What only the operator may: log in, see and shut out devices, see what went wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

from aiohttp import web
from pydantic import Field, StringConstraints

from gymbox.hub.guests import COOKIE, address
from gymbox.hub.password import LONGEST
from gymbox.hub.problem import unauthorised
from gymbox.hub.route import OPEN, OPERATOR, In, Out, Route
from gymbox.requests import Revoke, SeeIncident
from gymbox.storage import devices, incidents, views

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call

LOGIN_S: Final = 12 * 3600
"""How long the operator stays in."""


class Login(In):
    """The operator's password."""

    password: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]


class LoggedIn(Out):
    """The operator's token."""

    token: str
    expires_at: datetime


class DevicePath(In):
    """A paired device."""

    device_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]


class PairedDevice(Out):
    """A paired phone or screen."""

    id: str
    name: str
    paired_at: datetime
    revoked_at: datetime | None


class Devices(Out):
    """All of them, newest first."""

    devices: tuple[PairedDevice, ...]


class IncidentPath(In):
    """An incident."""

    incident_id: Annotated[int, Field(ge=1, lt=2**63)]


class Incidents(Out):
    """What nobody has confirmed to have seen, oldest first."""

    incidents: tuple[views.Incident, ...]


async def login(box: Box, call: Call) -> web.Response:
    """A token for the password; a browser gets it as a cookie, too, which shows pages and changes nothing."""
    who = address(call.request)
    box.guests.failures.take(who)
    if not await box.password.holds(call.body.password):
        raise unauthorised("it is not the password")
    box.guests.failures.forgive(who)
    entered = log_in(box)
    response = web.Response(body=entered.model_dump_json().encode(), content_type="application/json")
    secure = box.settings.hub.tls_certificate is not None
    response.set_cookie(COOKIE, entered.token, max_age=LOGIN_S, httponly=True, samesite="Strict", secure=secure)
    return response


def log_in(box: Box) -> LoggedIn:
    """A token for whoever has shown to be the operator."""
    token = box.tokens.issue("operator", "operator", box.password.generation, lasts_s=LOGIN_S)
    expires = datetime.fromtimestamp(box.tokens.read(token).expires, UTC)
    return LoggedIn(token=token, expires_at=expires)


async def all_devices(box: Box, _call: Call) -> Devices:
    """All paired devices."""
    found = await box.reader.read(devices.devices)
    return Devices(
        devices=tuple(PairedDevice(**one.model_dump(include=set(PairedDevice.model_fields))) for one in found)
    )


async def revoke(box: Box, call: Call) -> None:
    """Shut a device out, at once."""
    await box.do(Revoke(device_id=call.path.device_id))
    box.audience.keep_only(await box.guests.active())


async def unseen(box: Box, _call: Call) -> Incidents:
    """What the operator has to know."""
    return Incidents(incidents=tuple(await box.reader.read(incidents.unseen)))


async def see(box: Box, call: Call) -> None:
    """Confirm to have seen it."""
    await box.do(SeeIncident(incident_id=call.path.incident_id))


ROUTES: Final = (
    Route(
        method="POST",
        path="/login",
        handle=login,
        name="login",
        summary="The operator's token, for the password",
        who=OPEN,
        body=Login,
        reply=LoggedIn,
        errors=(401,),
    ),
    Route(
        method="GET",
        path="/devices",
        handle=all_devices,
        name="devices",
        summary="The paired phones and screens",
        who=OPERATOR,
        reply=Devices,
    ),
    Route(
        method="DELETE",
        path="/devices/{device_id}",
        handle=revoke,
        name="revoke",
        summary="Shut a device out; its history stays",
        who=OPERATOR,
        path_model=DevicePath,
    ),
    Route(
        method="GET",
        path="/incidents",
        handle=unseen,
        name="incidents",
        summary="What went wrong and nobody has seen yet",
        who=OPERATOR,
        reply=Incidents,
    ),
    Route(
        method="POST",
        path="/incidents/{incident_id}/seen",
        handle=see,
        name="seeIncident",
        summary="Confirm to have seen an incident",
        who=OPERATOR,
        path_model=IncidentPath,
    ),
)
