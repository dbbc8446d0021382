"""From a QR code to a token, and from a skeleton on the floor to a visit of one's own."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import segno
from pydantic import StringConstraints

from gymbox.errors import GymboxError
from gymbox.hub.guests import address
from gymbox.hub.people import SCREENS
from gymbox.hub.problem import Refusal
from gymbox.hub.route import MEMBERS, OPEN, OPERATOR, In, Out, Role, Route
from gymbox.hub.tokens import DAY_S
from gymbox.hub.visits import SessionPath
from gymbox.identity import SessionId, new_epoch
from gymbox.requests import Claim, Pair, Release
from gymbox.storage import owners

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call

DeviceName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""What its owner calls a device."""


class Wanted(In):
    """A pairing code, for a visit where one is named."""

    session_id: SessionId | None = None


class Code(Out):
    """A pairing code: good once, and for minutes."""

    token: str
    url: str
    """What a QR code shows: a phone's camera opens it."""
    matrix: tuple[str, ...]
    """The QR code itself: a text of 0 and 1 for each row, 1 is dark, without a margin."""
    expires_at: datetime


class Pairing(In):
    """What a phone sends."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    """Of the QR code."""
    name: DeviceName = "phone"


class Paired(Out):
    """What a device keeps."""

    token: str
    """To be sent as `Authorization: Bearer …`."""
    device_id: str
    expires_at: datetime
    box_id: str
    fingerprint: str
    """Of the box, to know it again."""
    session_id: str | None
    """The visit that is its own already."""


class Screen(In):
    """A kiosk's screen."""

    name: DeviceName = "kiosk"


async def invite(box: Box, call: Call) -> Code:
    """A pairing code for a screen to show."""
    return code(box, call.body.session_id)


def code(box: Box, session_id: str | None = None) -> Code:
    """A new pairing code."""
    token = box.invitations.issue(session_id)
    url = box.addresses.join_url(token, session_id)
    expires = datetime.now(UTC).timestamp() + box.invitations.lasts_s
    rows = segno.make(url, error="l", micro=False).matrix
    matrix = tuple("".join(map(str, row)) for row in rows)
    return Code(token=token, url=url, matrix=matrix, expires_at=datetime.fromtimestamp(expires, UTC))


async def pair(box: Box, call: Call) -> Paired:
    """A token for a phone that shows a pairing code."""
    wanted: Pairing = call.body
    box.guests.failures.check(address(call.request))
    try:
        invitation = box.invitations.use(wanted.token)
    except Refusal:
        box.guests.failures.take(address(call.request))
        raise
    try:
        return await _admit(box, "phone", wanted.name, invitation.session_id)
    except GymboxError:
        box.invitations.give_back(wanted.token, invitation)
        raise


async def claim(box: Box, call: Call) -> None:
    """Make a visit the phone's own: from here on it hears and sees it, and keeps it."""
    going = await box.reader.read(owners.open_visit, call.guest.id)
    if going not in {None, call.path.session_id}:
        raise Refusal(409, "conflict", f"this phone has a visit that goes on: {going}")
    await box.do(Claim(device_id=call.guest.id, session_id=call.path.session_id))


async def release(box: Box, call: Call) -> None:
    """Give a visit up that was claimed by mistake: whose it is may claim it then."""
    session_id = call.path.session_id
    owner = await box.reader.read(owners.of_session, session_id)
    if owner.device_id is None:
        return  # asked again after a lost answer
    await box.owned(call.guest, owners.of_session, session_id)
    await box.do(Release(session_id=session_id))
    box.audience.release(owner.device_id, session_id)


async def add_kiosk(box: Box, call: Call) -> Paired:
    """A token for a screen."""
    return await _admit(box, "kiosk", call.body.name, None)


async def _admit(box: Box, role: Role, name: str, session_id: str | None) -> Paired:
    device_id, token_id = f"{role}-{new_epoch()}", secrets.token_hex(16)
    await box.do(Pair(device_id=device_id, token_id=token_id, name=name, session_id=session_id))
    lasts_s = box.settings.hub.device_token_days * DAY_S
    token = box.tokens.issue(role, device_id, token_id, lasts_s=lasts_s)
    expires = datetime.fromtimestamp(box.tokens.read(token).expires, UTC)
    return Paired(
        token=token,
        device_id=device_id,
        expires_at=expires,
        box_id=box.keys.box_id,
        fingerprint=box.addresses.fingerprint,
        session_id=session_id,
    )


ROUTES: Final = (
    Route(
        method="POST",
        path="/pairing",
        handle=invite,
        name="invite",
        summary="A pairing code for a screen to show",
        who=SCREENS,
        body=Wanted,
        reply=Code,
        status=201,
    ),
    Route(
        method="POST",
        path="/pair",
        handle=pair,
        name="pair",
        summary="A phone's token, for a pairing code",
        who=OPEN,
        body=Pairing,
        reply=Paired,
        status=201,
        errors=(401, 404, 409, 503),
    ),
    Route(
        method="PUT",
        path="/sessions/{session_id}/claim",
        handle=claim,
        name="claim",
        summary="Make a visit the phone's own",
        who=frozenset({"phone"}),
        path_model=SessionPath,
        errors=(409,),
    ),
    Route(
        method="DELETE",
        path="/sessions/{session_id}/claim",
        handle=release,
        name="release",
        summary="Give up a visit that was claimed by mistake",
        who=MEMBERS,
        path_model=SessionPath,
    ),
    Route(
        method="POST",
        path="/kiosks",
        handle=add_kiosk,
        name="addKiosk",
        summary="A token for a kiosk's screen",
        who=OPERATOR,
        body=Screen,
        reply=Paired,
        status=201,
        errors=(409,),
    ),
)
