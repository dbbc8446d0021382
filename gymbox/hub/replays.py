"""Replays: their list, with addresses that a video player can fetch for a while, and the files behind them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

from aiohttp import web
from pydantic import Field, StringConstraints

from gymbox.errors import UnknownError
from gymbox.hub.guests import Guest
from gymbox.hub.problem import Refusal, forbidden, unknown
from gymbox.hub.route import MEMBERS, OPEN, In, Out, Route
from gymbox.hub.telling import DIGITS, SECOND
from gymbox.hub.visits import TrackPath
from gymbox.hub.words import Point
from gymbox.identity import ClipId, TrackName
from gymbox.storage import devices, history, owners

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call


class Replay(Out):
    """A clip of the moment around a form alert."""

    clip_id: str
    alert_id: str
    track_id: str
    set_id: str
    duration_s: float
    aspect: float
    """Width of its picture over its height."""
    size_bytes: int
    at: datetime
    url: str
    """Relative to the box; good until `expires_at`."""
    expires_at: datetime


class Replays(Out):
    """Of a track's visit, newest first."""

    track_id: str
    replays: tuple[Replay, ...]


class ClipPose(Out):
    """The person in one picture of a clip."""

    at_s: float
    """Since the clip began."""
    keypoints: tuple[Point, ...]
    """COCO's 17, each x, y, score; 0 to 1 of the upright picture."""


class ClipPoses(Out):
    """Whom a clip is of, as a skeleton to draw over it, picture by picture."""

    clip_id: str
    poses: tuple[ClipPose, ...]


class ClipPath(In):
    """A clip."""

    clip_id: ClipId


class Seal(In):
    """What makes the address good."""

    by: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
    """Whom it was made for."""
    until: Annotated[int, Field(ge=0, lt=2**53)]
    """Seconds since 1970."""
    seal: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


async def replays(box: Box, call: Call) -> Replays:
    """The replays of a track's visit."""
    await box.owned(call.guest, owners.of_track, call.path.track_id)
    found = []
    for clip in await box.reader.read(history.clips, call.path.track_id):
        url, expires = box.tokens.sign_link(f"/clips/{clip.id}.mp4", call.guest.id)
        fields = clip.model_dump(exclude={"id", "file", "start_ns", "hides"})
        found.append(Replay(**fields, clip_id=clip.id, url=url, expires_at=datetime.fromtimestamp(expires, UTC)))
    return Replays(track_id=call.path.track_id, replays=tuple(found))


async def clip_poses(box: Box, call: Call) -> ClipPoses:
    """The skeleton of whom a replay is of; fewer pictures, or none, where poses have expired before the clip."""
    await box.owned(call.guest, owners.of_clip, call.path.clip_id)
    found = await box.reader.read(history.clip, call.path.clip_id)
    end_ns = found.start_ns + int(found.duration_s * SECOND)
    poses = []
    for second, block in await box.reader.read(history.poses_between, found.track_id, found.start_ns, end_ns):
        for offset, keypoints in zip(block.offsets.tolist(), block.keypoints.tolist(), strict=True):
            t_ns = second * SECOND + offset
            if found.start_ns <= t_ns <= end_ns:
                places = tuple((round(x, DIGITS), round(y, DIGITS), round(score, 2)) for x, y, score in keypoints)
                poses.append(ClipPose(at_s=round((t_ns - found.start_ns) / SECOND, 3), keypoints=places))
    return ClipPoses(clip_id=found.id, poses=tuple(poses))


async def clip(box: Box, call: Call) -> web.StreamResponse:
    """The file, whole or a range of it."""
    seal: Seal = call.query
    box.tokens.check_link(f"/clips/{call.path.clip_id}.mp4", seal.by, seal.until, seal.seal)
    if seal.by != "operator":
        try:
            await box.reader.read(devices.active, seal.by)
        except UnknownError as error:
            raise forbidden("the device was revoked since") from error
        await box.owned(Guest("phone", seal.by), owners.of_clip, call.path.clip_id)  # it may have been given up since
    found = await box.reader.read(history.clip, call.path.clip_id)
    camera_id = TrackName.parse(found.track_id).camera_id
    box.roster.look()
    if any(found.shows(camera.privacy_zones) for camera in box.roster.all if camera.id == camera_id):
        raise Refusal(409, "conflict", f"clip {found.id}: a privacy zone is being painted over; try again")
    path = box.reader.place.clips / found.file
    if path.parent != box.reader.place.clips or not path.is_file():
        raise unknown(f"clip {found.id}: there is none any more")
    return web.FileResponse(path, headers={"Content-Type": "video/mp4", "Cache-Control": "private, max-age=600"})


ROUTES: Final = (
    Route(
        method="GET",
        path="/tracks/{track_id}/replay",
        handle=replays,
        name="replays",
        summary="The replays of a track's visit, with addresses that expire",
        who=MEMBERS,
        path_model=TrackPath,
        reply=Replays,
    ),
    Route(
        method="GET",
        path="/clips/{clip_id}/poses",
        handle=clip_poses,
        name="clipPoses",
        summary="The skeleton of whom a replay is of",
        who=MEMBERS,
        path_model=ClipPath,
        reply=ClipPoses,
    ),
    Route(
        method="GET",
        path="/clips/{clip_id}.mp4",
        handle=clip,
        name="clip",
        summary="A replay's file; the address is as `replays` gave it",
        who=OPEN,
        path_model=ClipPath,
        query=Seal,
        kind="file",
        media="video/mp4",
        errors=(403, 409, 503),
    ),
)
