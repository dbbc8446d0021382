"""Cameras tried out, added, changed and removed by the operator: in the settings' file, which every process follows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, ValidationError

from gymbox.config import CameraSettings
from gymbox.config.edit import add_camera, change_camera, remove_camera
from gymbox.config.settings import Turn
from gymbox.errors import ConfigError, VideoError, in_words
from gymbox.hub.cameras import CameraPath, known
from gymbox.hub.problem import Refusal
from gymbox.hub.route import OPERATOR, In, Route
from gymbox.hub.trials import Trial, tried
from gymbox.identity import CameraId

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gymbox.hub.box import Box
    from gymbox.hub.route import Call

MOST_ZONES: Final = 16
MOST_CORNERS: Final = 64

Address = Annotated[str, StringConstraints(max_length=500, pattern=r"^((rtsps?|https?|file)://|/)[^\s\x00-\x1f\x7f]+$")]
"""`rtsp(s)://user:password@host/stream`, `http(s)://…`, a device such as `/dev/video0`, or a video file."""
Zone = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Description = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Corner = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]
Polygon = Annotated[tuple[Corner, ...], Field(min_length=3, max_length=MOST_CORNERS)]


class NewCamera(In):
    """A camera to be."""

    id: CameraId
    url: Address
    """`rtsp(s)://user:password@host/stream`, `http(s)://…`, a device such as `/dev/video0`, or a video file."""
    zone: Zone = ""
    """Which part of the floor it sees, such as `weights`."""
    description: Description = ""
    rotate: Turn = 0
    """Degrees clockwise, for a camera that hangs on its side."""
    transport: Literal["tcp", "udp"] = "tcp"
    """Of RTSP."""


class CameraChange(In):
    """What is to be different; what is not given stays as it is."""

    zone: Zone | None = None
    description: Description | None = None
    enabled: bool | None = None


class Privacy(In):
    """What a camera must not show from here on."""

    zones: Annotated[tuple[Polygon, ...], Field(max_length=MOST_ZONES)]
    """Polygons, x and y 0 to 1 over the upright picture."""


async def try_out(_box: Box, call: Call) -> Trial:
    """What a camera that is not there yet sends."""
    return await _tried(_checked(call.body))


async def try_again(box: Box, call: Call) -> Trial:
    """What a camera of the settings sends."""
    camera = known(box, call.path.camera_id)
    return await _tried(camera.model_dump() | {"url": camera.url.get_secret_value()})


async def add(box: Box, call: Call) -> None:
    """Write it into the settings."""
    _checked(call.body)
    values = call.body.model_dump(exclude_unset=True)
    await edit(box, lambda path: add_camera(path, values))


async def change(box: Box, call: Call) -> None:
    """Change what stands in the settings."""
    known(box, call.path.camera_id)
    values = call.body.model_dump(exclude_none=True)
    await edit(box, lambda path: change_camera(path, call.path.camera_id, values))


async def hide(box: Box, call: Call) -> None:
    """Set the privacy zones: pictures are black there at once, and clips are not shown until they are."""
    known(box, call.path.camera_id)
    zones = [[list(corner) for corner in zone] for zone in call.body.zones]
    await edit(box, lambda path: change_camera(path, call.path.camera_id, {"privacy_zones": zones}))


async def remove(box: Box, call: Call) -> None:
    """Take it out of the settings."""
    known(box, call.path.camera_id)
    await edit(box, lambda path: remove_camera(path, call.path.camera_id))


def _checked(camera: NewCamera) -> dict[str, Any]:
    values = camera.model_dump()
    try:
        CameraSettings.model_validate(values)
    except ValidationError as error:
        raise Refusal(422, "invalid", in_words(error)) from error
    return values


async def _tried(camera: dict[str, Any]) -> Trial:
    try:
        return await tried(camera)
    except VideoError as error:
        raise Refusal(409, "no picture", str(error)) from error


async def edit(box: Box, change: Callable[[Path], object]) -> None:
    """Change the settings' file.

    Raises:
        Refusal: 409: there is none, it may not be written, or it is no longer as it was.
    """
    if box.roster.path is None:
        raise Refusal(409, "conflict", "the box runs without a settings file: start it with --config gymbox.toml")
    try:
        await asyncio.to_thread(change, box.roster.path)
    except ConfigError as error:
        raise Refusal(409, "conflict", str(error)) from error
    except OSError as error:
        raise Refusal(409, "conflict", f"{box.roster.path}: cannot be written: {error.strerror}") from error
    box.roster.look()


ROUTES: Final = (
    Route(
        method="POST",
        path="/cameras/trial",
        handle=try_out,
        name="tryCamera",
        summary="Connect to a camera that is not there yet, and say what it sends",
        who=OPERATOR,
        body=NewCamera,
        reply=Trial,
        errors=(409,),
    ),
    Route(
        method="POST",
        path="/cameras",
        handle=add,
        name="addCamera",
        summary="Add a camera",
        who=OPERATOR,
        body=NewCamera,
        errors=(409,),
    ),
    Route(
        method="POST",
        path="/cameras/{camera_id}/trial",
        handle=try_again,
        name="retryCamera",
        summary="Connect to a camera once more, and say what it sends",
        who=OPERATOR,
        path_model=CameraPath,
        reply=Trial,
        errors=(409,),
    ),
    Route(
        method="PATCH",
        path="/cameras/{camera_id}",
        handle=change,
        name="changeCamera",
        summary="Change where a camera looks, or whether it is looked at",
        who=OPERATOR,
        path_model=CameraPath,
        body=CameraChange,
        errors=(409,),
    ),
    Route(
        method="DELETE",
        path="/cameras/{camera_id}",
        handle=remove,
        name="removeCamera",
        summary="Remove a camera; what was recorded of it stays",
        who=OPERATOR,
        path_model=CameraPath,
        errors=(409,),
    ),
    Route(
        method="PUT",
        path="/cameras/{camera_id}/privacy",
        handle=hide,
        name="setPrivacy",
        summary="Paint over parts of a camera's picture, in all that is stored or shown",
        who=OPERATOR,
        path_model=CameraPath,
        body=Privacy,
        errors=(409,),
    ),
)
