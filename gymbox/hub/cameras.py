"""The cameras as the operator sees them: what is set, without credentials, and how each is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from gymbox.hub.route import OPERATOR, Out, Route
from gymbox.redact import redact

if TYPE_CHECKING:
    from gymbox.config import CameraSettings
    from gymbox.events import CameraStatus
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call


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
    description: str
    source: str
    """Its address, credentials hidden."""
    enabled: bool
    people: int
    """Whom it sees now."""
    status: Status | None
    """None where its process has said nothing since the hub began."""


class Cameras(Out):
    """All of them, as the settings list them."""

    cameras: tuple[Camera, ...]


async def cameras(box: Box, _call: Call) -> Cameras:
    """All cameras."""
    seen = [event.camera_id for event in box.floor.people()]
    known = box.floor.cameras
    return Cameras(cameras=tuple(_camera(one, known.get(one.id), seen.count(one.id)) for one in box.settings.camera))


def _camera(settings: CameraSettings, status: CameraStatus | None, people: int) -> Camera:
    return Camera(
        id=settings.id,
        zone=settings.zone,
        description=settings.description,
        source=str(settings.url),
        enabled=settings.enabled,
        people=people,
        status=_status(status) if status else None,
    )


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
)
