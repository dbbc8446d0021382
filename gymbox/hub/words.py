"""What a phone is told live, and what it may say: a vocabulary of its own, apart from the bus.

Every message is `{"type": …, "data": {…}, "cursor": …}`. The cursor says how far the phone has heard; one that comes
back with the newest it has goes on right there. Messages without a cursor are of the moment: the next replaces them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, RootModel

from gymbox.hub.route import In, Out

Point = tuple[float, float, float]


class OfTrack(Out):
    """Something of the person that is followed."""

    track_id: str
    at: datetime
    t_ns: int
    """Capture time of the frame that made it certain, on the box's own clock."""


class Repetition(OfTrack):
    """A repetition. Withdrawn, it was none, and says nothing of itself."""

    set_id: str
    state: Literal["provisional", "confirmed", "withdrawn"]
    exercise: str | None = None
    kind: Literal["full", "partial"] | None = None
    number: int | None = None
    """Among the set's repetitions of its kind."""
    down_s: float | None = None
    up_s: float | None = None
    range_of_motion: float | None = None
    """Degrees; none where the joint was unseen."""
    symmetry: float | None = None


class Fault(OfTrack):
    """A fault of form."""

    alert_id: str
    set_id: str
    exercise: str
    check: str
    rep: int
    message: dict[str, str]
    """By language, such as `{"en": "Chest up"}`."""
    measured: float
    min: float | None
    max: float | None


class SetBegun(OfTrack):
    """A set has its first repetition."""

    set_id: str
    exercise: str


class SetDone(OfTrack):
    """A set is over."""

    set_id: str
    exercise: str
    reps: int
    partial_reps: int
    form_score: float | None
    duration_s: float


class Sentence(OfTrack):
    """Something to say aloud."""

    set_id: str
    alert_id: str | None
    text: str
    language: str
    kind: Literal["fault", "milestone", "encouragement", "count", "summary"]
    """A `count` is the bare number of a repetition, for those who asked to hear it."""
    source: Literal["cue", "model"]
    """The box's own words at once, or a language model's, which follow for the same alert or set."""


class ClipMade(OfTrack):
    """A replay can be fetched."""

    clip_id: str
    alert_id: str
    set_id: str
    duration_s: float


class TrackChange(OfTrack):
    """The person is followed under this track from here on, or no longer."""

    camera_id: str
    reason: str | None


class VisitOver(Out):
    """The visit has ended."""

    session_id: str
    at: datetime


class LiveSet(Out):
    """The set under way, or the last one."""

    set_id: str
    exercise: str | None
    reps: int
    partial_reps: int
    provisional: bool
    """Whether one more repetition is likely."""
    done: bool


class State(Out):
    """How things stand: the first message of every connection."""

    session_id: str
    track_ids: tuple[str, ...]
    """Under which the person is followed now."""
    set: LiveSet | None


class Figure(Out):
    """Somebody, as a skeleton; coordinates 0 to 1 of the upright picture."""

    track_id: str
    camera_id: str
    t_ns: int
    aspect: float
    """Width of the picture over its height: what makes coordinates lengths."""
    bbox: tuple[float, float, float, float]
    keypoints: tuple[Point, ...]
    """COCO's 17, each x, y, score."""


class Gap(Out):
    """Events are gone for good: read the history anew."""

    why: str


class Complaint(Out):
    """What was sent is not understood."""

    detail: str


class Nothing(Out):
    """No more to say."""


class RepCounted(Out):
    """A repetition."""

    type: Literal["rep_counted"] = "rep_counted"
    data: Repetition
    cursor: str = ""


class FormAlert(Out):
    """A fault of form."""

    type: Literal["form_alert"] = "form_alert"
    data: Fault
    cursor: str = ""


class SetStarted(Out):
    """A set begins."""

    type: Literal["set_started"] = "set_started"
    data: SetBegun
    cursor: str = ""


class SetFinished(Out):
    """A set ends."""

    type: Literal["set_finished"] = "set_finished"
    data: SetDone
    cursor: str = ""


class Guidance(Out):
    """A sentence of the coach."""

    type: Literal["guidance"] = "guidance"
    data: Sentence
    cursor: str = ""


class ClipReady(Out):
    """A replay."""

    type: Literal["clip_ready"] = "clip_ready"
    data: ClipMade
    cursor: str = ""


class TrackLinked(Out):
    """The person goes on under a track."""

    type: Literal["track_linked"] = "track_linked"
    data: TrackChange
    cursor: str = ""


class TrackEnded(Out):
    """A track is over; the visit may go on under another."""

    type: Literal["track_ended"] = "track_ended"
    data: TrackChange
    cursor: str = ""


class SessionEnded(Out):
    """The visit is over."""

    type: Literal["session_ended"] = "session_ended"
    data: VisitOver
    cursor: str = ""


class Standing(Out):
    """The first message; its cursor is where this connection begins."""

    type: Literal["state"] = "state"
    data: State
    cursor: str = ""


class Missed(Out):
    """Events are gone for good."""

    type: Literal["missed"] = "missed"
    data: Gap
    cursor: str = ""


class Pose(Out):
    """The person's skeleton, where it was asked for."""

    type: Literal["pose"] = "pose"
    data: Figure


class Pong(Out):
    """The answer to a ping."""

    type: Literal["pong"] = "pong"
    data: Nothing = Nothing()


class Wrong(Out):
    """The answer to what is not understood."""

    type: Literal["wrong"] = "wrong"
    data: Complaint


Numbered = (
    RepCounted
    | FormAlert
    | SetStarted
    | SetFinished
    | Guidance
    | ClipReady
    | TrackLinked
    | TrackEnded
    | SessionEnded
    | Missed
)
"""What a client that stays connected or comes back gets whole, in order, and once."""


class Sent(RootModel[Annotated[Numbered | Standing | Pose | Pong | Wrong, Field(discriminator="type")]]):
    """Anything that a WebSocket client is sent."""


class Wish(In):
    """Whether poses are wanted."""

    on: bool


class Ping(In):
    """Is the box still there? For clients that cannot send a WebSocket's own ping."""

    type: Literal["ping"]


class WatchPose(In):
    """Ask for poses, or for none."""

    type: Literal["pose"]
    data: Wish


class Taken(RootModel[Annotated[Ping | WatchPose, Field(discriminator="type")]]):
    """Anything that a WebSocket client may send."""
