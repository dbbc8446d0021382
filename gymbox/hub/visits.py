"""What was done: a visit with its sets, by its own id or by a track's; corrections of a set."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from gymbox.bus.endpoints import VISION_REQUESTS
from gymbox.errors import RefusedError
from gymbox.exercises import load
from gymbox.hub.problem import Refusal
from gymbox.hub.route import MEMBERS, In, Out, Route, Whole
from gymbox.identity import SessionId, SetId, TrackId
from gymbox.requests import DeleteSet, EditSet, NameExercise, UndoSet
from gymbox.storage import history, owners, views

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.guests import Guest
    from gymbox.hub.route import Call

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Of the asker's making: the same sent again after a lost answer is done once."""


class SessionPath(In):
    """A visit."""

    session_id: SessionId


class TrackPath(In):
    """A track."""

    track_id: TrackId


class SetPath(In):
    """A set."""

    set_id: SetId


class KeyQuery(In):
    """What makes twice once."""

    key: Key


def _known(exercise: str) -> str:
    if exercise not in _exercises():
        raise ValueError(f"expected one of {', '.join(_exercises())}")
    return exercise


def _exercises() -> list[str]:
    return [exercise.id for exercise in load().exercises]


ExerciseName = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": _exercises()})]
"""One that this gymbox knows."""


class Doing(In):
    """What somebody does."""

    exercise: ExerciseName | None
    """None: the box is to find out again."""


class Correction(In):
    """What is right instead of what was counted; what is not given stays as it is."""

    key: Key
    exercise: ExerciseName | None = None
    reps: Annotated[int | None, Field(ge=0, le=10_000), Whole] = None


class Undoing(In):
    """Take back the newest change."""

    key: Key


class RepList(Out):
    """A set's repetitions."""

    set_id: str
    reps: tuple[views.Rep, ...]


async def session(box: Box, call: Call) -> views.Session:
    """A visit with its sets."""
    await box.owned(call.guest, owners.of_session, call.path.session_id)
    return await box.reader.session(call.path.session_id)


async def track(box: Box, call: Call) -> views.History:
    """What the person of a track did in this visit."""
    await box.owned(call.guest, owners.of_track, call.path.track_id)
    return await box.reader.history(call.path.track_id)


async def reps(box: Box, call: Call) -> RepList:
    """The repetitions of a set."""
    await box.owned(call.guest, owners.of_set, call.path.set_id)
    found = await box.reader.read(history.reps, call.path.set_id)
    return RepList(set_id=call.path.set_id, reps=found)


async def correct(box: Box, call: Call) -> views.Set:
    """Correct a set."""
    wanted: Correction = call.body
    await box.owned(call.guest, owners.of_set, call.path.set_id)
    if wanted.exercise is not None or wanted.reps is not None:
        key = _key(call.guest, wanted.key)
        await box.do(EditSet(set_id=call.path.set_id, key=key, exercise=wanted.exercise, reps=wanted.reps))
    return await box.reader.read(history.one_set, call.path.set_id)


async def delete(box: Box, call: Call) -> None:
    """Delete a set, so that it can be undone."""
    await box.owned(call.guest, owners.of_set, call.path.set_id)
    await box.do(DeleteSet(set_id=call.path.set_id, key=_key(call.guest, call.query.key)))


async def name(box: Box, call: Call) -> None:
    """Say what somebody does, so that vision need not find out."""
    await box.owned(call.guest, owners.of_track, call.path.track_id)
    request = NameExercise(track_id=call.path.track_id, exercise=call.body.exercise)
    try:
        await box.do(request, VISION_REQUESTS)
    except RefusedError as error:
        raise Refusal(409, "conflict", str(error)) from error  # they have left


async def undo(box: Box, call: Call) -> views.Set:
    """Take back the newest change of a set."""
    await box.owned(call.guest, owners.of_set, call.path.set_id)
    await box.do(UndoSet(set_id=call.path.set_id, key=_key(call.guest, call.body.key)))
    return await box.reader.read(history.one_set, call.path.set_id)


def _key(guest: Guest, key: str) -> str:
    """The asker's key, apart from every other asker's."""
    return hashlib.sha256(f"{guest.id}\n{key}".encode()).hexdigest()[:40]


ROUTES: Final = (
    Route(
        method="GET",
        path="/sessions/{session_id}",
        handle=session,
        name="session",
        summary="A visit with its sets",
        who=MEMBERS,
        path_model=SessionPath,
        reply=views.Session,
    ),
    Route(
        method="GET",
        path="/tracks/{track_id}/history",
        handle=track,
        name="history",
        summary="What the person of a track did in this visit",
        who=MEMBERS,
        path_model=TrackPath,
        reply=views.History,
    ),
    Route(
        method="PUT",
        path="/tracks/{track_id}/exercise",
        handle=name,
        name="nameExercise",
        summary="Say what the person of a track does now",
        who=MEMBERS,
        path_model=TrackPath,
        body=Doing,
        errors=(409,),
    ),
    Route(
        method="GET",
        path="/sets/{set_id}/reps",
        handle=reps,
        name="reps",
        summary="The repetitions of a set",
        who=MEMBERS,
        path_model=SetPath,
        reply=RepList,
    ),
    Route(
        method="PATCH",
        path="/sets/{set_id}",
        handle=correct,
        name="correctSet",
        summary="Correct the exercise or the repetitions of a set",
        who=MEMBERS,
        path_model=SetPath,
        body=Correction,
        reply=views.Set,
        errors=(409,),
    ),
    Route(
        method="DELETE",
        path="/sets/{set_id}",
        handle=delete,
        name="deleteSet",
        summary="Delete a set, so that it can be undone",
        who=MEMBERS,
        path_model=SetPath,
        query=KeyQuery,
        errors=(409,),
    ),
    Route(
        method="POST",
        path="/sets/{set_id}/undo",
        handle=undo,
        name="undoSet",
        summary="Take back the newest change of a set",
        who=MEMBERS,
        path_model=SetPath,
        body=Undoing,
        reply=views.Set,
        errors=(409,),
    ),
)
