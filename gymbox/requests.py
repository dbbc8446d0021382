"""What one process may ask of another, answered at the desks of `bus.endpoints`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gymbox.bus.request import Request
from gymbox.events import Count, Message, Name
from gymbox.identity import CameraId, SessionId, SetId, TrackId
from gymbox.wishes import Wishes

Key = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""Of the asker's making: a request that is sent again with the same key is done once."""
Words = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Done(Message):
    """It is on disk: whoever reads the database now sees it."""


class EditSet(Request):
    """Correct the exercise of a set, its repetitions, or both."""

    set_id: SetId
    key: Key
    exercise: Name | None = None
    reps: Annotated[int, Field(ge=0, le=10_000)] | None = None


class DeleteSet(Request):
    """Delete a set, so that it can be undone."""

    set_id: SetId
    key: Key


class UndoSet(Request):
    """Take back the newest change of a set that still holds."""

    set_id: SetId
    key: Key


class Pair(Request):
    """Let a phone in, and make a visit its own."""

    device_id: Words
    token_id: Words
    name: Words
    session_id: SessionId | None = None


class Claim(Request):
    """Make a visit a phone's own."""

    device_id: Words
    session_id: SessionId


class Wish(Request):
    """Keep how a phone's owner wants to be coached."""

    device_id: Words
    wishes: Wishes


class Release(Request):
    """Make a visit nobody's again, where it is a phone's."""

    session_id: SessionId


class Revoke(Request):
    """Shut a phone out; its history stays."""

    device_id: Words


class Forget(Request):
    """Delete everything about a phone's or a visit's id, for good."""

    person: Words


class Invite(Request):
    """Make a pairing code."""

    session_id: SessionId | None = None


class Invited(Message):
    """A pairing code: good once."""

    url: str
    """What the QR code shows."""
    lasts_s: float


class AskSetup(Request):
    """What the box's own screen is to show."""


class SetupShown(Message):
    """Where the box is, and whether it is new."""

    name: str
    addresses: tuple[str, ...]
    """Such as `http://192.168.1.20`; none where there is no network."""
    url: str
    """What a QR code shows."""
    code: str | None
    """By which a new box is set up; none where it has been."""


class SeeIncident(Request):
    """The operator has seen it."""

    incident_id: Annotated[int, Field(ge=1, lt=2**63)]


class BackUp(Request):
    """Make a verified backup now."""


class NameExercise(Request):
    """Say what somebody does, which vision then need not find out; none: it is to find out again."""

    track_id: TrackId
    exercise: Name | None


class AskCoach(Request):
    """How the coach does."""


class Said(Message):
    """Sentences of one kind."""

    kind: str
    source: str
    times: Count


class CoachReport(Message):
    """How the coach does, since its process started."""

    model: str | None
    """Which words sentences; none without a key."""
    breaker: Literal["closed", "open", "half_open"]
    """Open: the model failed too often, and is not asked for now."""
    trouble: str
    """Why it does not serve; empty where it does."""
    tokens_today: Count
    tokens_per_day: Count
    questions: dict[str, Count]
    """To the model, by what became of them."""
    said: tuple[Said, ...]


class AskVision(Request):
    """How vision is."""


class CameraSight(Message):
    """How much of one camera vision has seen, since its process started."""

    camera_id: CameraId
    seen: Count
    """Pictures that were looked at."""
    dropped: Count
    """Pictures that were overwritten before."""


class VisionReport(Message):
    """How vision is."""

    model: str
    device: str
    inference_ms: Annotated[float, Field(ge=0)]
    """How long the model usually takes, lately, for the pictures that it looks at together."""
    cameras: tuple[CameraSight, ...]
