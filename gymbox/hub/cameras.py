"""The cameras as the operator sees them: what is set, without credentials, how each is, and what it sees."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

from aiohttp import web
from pydantic import Field

from gymbox.errors import VideoError
from gymbox.hub.preview import preview
from gymbox.hub.problem import Refusal, unknown
from gymbox.hub.route import OPERATOR, In, Out, Route
from gymbox.identity import CameraId
from gymbox.redact import redact

if TYPE_CHECKING:
    from gymbox.config import CameraSettings
    from gymbox.events import CameraStatus
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call


class CameraPath(In):
    """A camera."""

    camera_id: CameraId


class PictureQuery(In):
    """How large."""

    longest: Annotated[int, Field(ge=64, le=1920)] = 1280
    """Pixels of the longer side, at most."""


class Status(Out):
    """How a camera last said it was."""

    state: str
    detail: str
    codec: str | None
    width: int | None
    height: int | None
    fps: float | None
    decoder: str | None
    frames: int
    dropped: int
    reconnects: int
    retry_in_s: float | None
    at: datetime


class Camera(Out):
    """A camera of the settings."""

    id: str
    zone: str
    """Which part of the floor it sees."""
    description: str
    source: str
    """Its address, credentials hidden."""
    enabled: bool
    rotate: int
    privacy_zones: tuple[tuple[tuple[float, float], ...], ...]
    """Polygons, 0 to 1 over the upright picture, that are black in everything stored or shown."""
    people: int
    """Whom it sees now."""
    status: Status | None
    """None where its process has said nothing since the hub began."""


class Cameras(Out):
    """All of them, as the settings list them."""

    cameras: tuple[Camera, ...]


async def cameras(box: Box, _call: Call) -> Cameras:
    """All cameras."""
    box.roster.look()
    seen = [event.camera_id for event in box.floor.people()]
    known = box.floor.cameras
    return Cameras(cameras=tuple(_camera(one, known.get(one.id), seen.count(one.id)) for one in box.roster.all))


async def picture(box: Box, call: Call) -> web.Response:
    """The newest picture."""
    camera = known(box, call.path.camera_id)
    try:
        jpeg = await asyncio.to_thread(preview, camera, box.settings.run_dir, longest=call.query.longest)
    except VideoError as error:
        raise Refusal(409, "no picture", str(error)) from error
    return web.Response(body=jpeg, content_type="image/jpeg")


def known(box: Box, camera_id: str) -> CameraSettings:
    """A camera of the settings as they are now.

    Raises:
        Refusal: 404: there is none of this id.
    """
    box.roster.look()
    for camera in box.roster.all:
        if camera.id == camera_id:
            return camera
    there = ", ".join(camera.id for camera in box.roster.all) or "no camera"
    raise unknown(f"camera {camera_id}: there is none; there is {there}")


def _camera(settings: CameraSettings, status: CameraStatus | None, people: int) -> Camera:
    names = ("id", "zone", "description", "enabled", "rotate", "privacy_zones")
    same = {name: getattr(settings, name) for name in names}
    return Camera(**same, source=str(settings.url), people=people, status=_status(status) if status else None)


def _status(status: CameraStatus) -> Status:
    fields = {name: getattr(status, name) for name in Status.model_fields}
    return Status(**fields | {"detail": redact(status.detail)})


ROUTES: Final = (
    Route(
        method="GET",
        path="/cameras",
        handle=cameras,
        name="cameras",
        summary="The cameras and how they are",
        who=OPERATOR,
        reply=Cameras,
    ),
    Route(
        method="GET",
        path="/cameras/{camera_id}/picture",
        handle=picture,
        name="picture",
        summary="What a camera sees now, privacy zones black",
        who=OPERATOR,
        path_model=CameraPath,
        query=PictureQuery,
        kind="page",
        media="image/jpeg",
        errors=(409,),
    ),
)
