"""Cameras found on the network for the operator, and what each sends: so that nobody has to know an address."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

from pydantic import StringConstraints

from gymbox.errors import OnvifError, OnvifLoginError
from gymbox.hub.problem import Refusal
from gymbox.hub.route import OPERATOR, In, Out, Route
from gymbox.onvif.device import streams, with_login
from gymbox.onvif.discovery import discover
from gymbox.onvif.soap import Login

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call

_looking = asyncio.Lock()

Typed = Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]


class FoundCamera(Out):
    """A camera that said it is there."""

    address: str
    service: str
    """Where it can be asked what it sends."""
    name: str
    """Often its maker; may be empty, like all below."""
    hardware: str
    location: str
    camera_id: str | None
    """Of the settings' camera at this address, if there is one."""


class FoundCameras(Out):
    """All of them, by address."""

    cameras: tuple[FoundCamera, ...]


class Question(In):
    """Which camera to ask, and as whom."""

    service: Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$")]
    user: Typed = ""
    """Empty for a camera that wants none."""
    password: Typed = ""


class CameraStream(Out):
    """One of the streams that a camera sends."""

    name: str
    url: str
    """As a camera of the settings takes it: with the credentials that were given."""
    codec: str
    width: int
    height: int
    """0 × 0 where the camera does not say."""
    fps: int | None


class CameraStreams(Out):
    """All of them, the most fitting first."""

    streams: tuple[CameraStream, ...]


async def look(box: Box, _call: Call) -> FoundCameras:
    """Who answers within some seconds."""
    async with _looking:
        try:
            found = await discover()
        except OnvifError as error:
            raise Refusal(409, "no network", str(error)) from error
    box.roster.look()
    known = {urlsplit(one.url.get_secret_value()).hostname: one.id for one in box.roster.all}
    return FoundCameras(
        cameras=tuple(
            FoundCamera(
                address=one.address,
                service=one.service,
                name=one.name,
                hardware=one.hardware,
                location=one.location,
                camera_id=known.get(one.address),
            )
            for one in found
        )
    )


async def ask(_box: Box, call: Call) -> CameraStreams:
    """What one camera sends."""
    question: Question = call.body
    login = Login(question.user, question.password) if question.user else None
    try:
        found = await streams(question.service, login)
    except OnvifLoginError as error:
        raise Refusal(409, "wrong password", str(error)) from error
    except OnvifError as error:
        raise Refusal(409, "no streams", str(error)) from error
    return CameraStreams(
        streams=tuple(
            CameraStream(
                name=one.name,
                url=with_login(one.url, login) if login else one.url,
                codec=one.codec,
                width=one.width,
                height=one.height,
                fps=one.fps,
            )
            for one in found
        )
    )


ROUTES: Final = (
    Route(
        method="POST",
        path="/cameras/discovery",
        handle=look,
        name="findCameras",
        summary="The cameras that answer on the network: takes some seconds",
        who=OPERATOR,
        reply=FoundCameras,
        errors=(409,),
    ),
    Route(
        method="POST",
        path="/cameras/discovery/streams",
        handle=ask,
        name="askCamera",
        summary="What a camera sends, as it says itself",
        who=OPERATOR,
        body=Question,
        reply=CameraStreams,
        errors=(409,),
    ),
)
