"""What the processes say to each other: frozen, strict, and each with its own `type` on the wire.

A topic is `{domain}:{camera_id}`, such as `reps:rack-2`. Every event has the capture time of the frame that caused it,
`t_ns`, and the same moment as UTC wall time, `at` (see `gymbox.clock`). `decode(encode(event)) == event` for all.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar, Final, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from gymbox.errors import EventError, in_words
from gymbox.identity import AlertId, CameraId, ClipId, SessionId, SetId, TrackId, TrackName

VERSION: Final = 1
"""Of the whole vocabulary. A program that meets another one refuses the message and says so."""

Domain = Literal["frames", "perceptions", "reps", "alerts", "sets", "sessions", "status", "clips", "guidance"]
"""The first part of a topic."""


def _utc(wall: datetime) -> datetime:
    if wall.utcoffset() != timedelta(0):
        raise ValueError("expected UTC")
    return wall.astimezone(UTC)


Utc = Annotated[AwareDatetime, AfterValidator(_utc)]
TimeNs = Annotated[int, Field(ge=0, lt=2**63)]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Number = Annotated[int, Field(ge=1, lt=2**31)]
Score = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Keypoint = tuple[float, float, Score]


class Message(BaseModel):
    """Anything that crosses from one process to another."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class BusEvent(Message):
    """Something that happened at a camera."""

    domain: ClassVar[Domain]

    v: Literal[1] = VERSION
    camera_id: CameraId
    t_ns: TimeNs
    """Capture time of the frame that made it certain, on the monotonic clock of this boot."""
    at: Utc
    """The same moment on the wall clock."""

    @property
    def topic(self) -> str:
        """`{domain}:{camera_id}`."""
        return f"{self.domain}:{self.camera_id}"


class FrameMessage(BusEvent):
    """A picture lies in a slot of the camera's ring; the message carries no pixels."""

    domain = "frames"
    type: Literal["frame"] = "frame"
    ring: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,200}$")]
    """The ring's name in shared memory."""
    slot: Count
    sequence: Count
    """Of the frame in this ring; the slot is still this frame as long as the ring says the same number."""
    width: Number
    height: Number
    format: Literal["rgb24", "bgr24", "i420", "i422", "i444", "nv12"]


class TrackEvent(BusEvent):
    """Something that belongs to one track of the camera."""

    track_id: TrackId

    @model_validator(mode="after")
    def _of_this_camera(self) -> Self:
        if TrackName.parse(self.track_id).camera_id != self.camera_id:
            raise ValueError(f"track {self.track_id} is not of camera {self.camera_id}")
        return self


class Embedding(Message):
    """256 numbers that tell people apart; only vectors of one space and version may be compared."""

    space: Name
    version: Number
    vector: Annotated[tuple[float, ...], Field(min_length=256, max_length=256)]


class PerceptionEvent(TrackEvent):
    """One tracked person in one frame. Coordinates are 0 to 1 over the upright picture."""

    domain = "perceptions"
    type: Literal["perception"] = "perception"
    bbox: tuple[float, float, float, float]
    """x1, y1, x2, y2."""
    score: Score
    keypoints: Annotated[tuple[Keypoint, ...], Field(min_length=17, max_length=17)]
    """COCO's 17, each x, y, score."""
    aspect: Annotated[float, Field(gt=0)]
    """Width of the upright picture over its height, as it is seen: what makes coordinates lengths."""
    reid_embedding: Embedding | None = None
    """Where it was refreshed in this frame."""
    inference_ns: Count = 0
    """How long the pose model took for this frame, and those that it looked at together with it."""


class Rep(Message):
    """One repetition, from rest over the turn to rest, as the core found it."""

    exercise: Name
    number: Number
    """Among the set's repetitions of its kind."""
    kind: Literal["full", "partial"]
    start_ns: TimeNs
    turn_ns: TimeNs
    end_ns: TimeNs
    range_of_motion: Annotated[float, Field(ge=0, le=360)] | None
    """Degrees of the primary joint in the picture plane; none where it was unseen."""
    depth: Annotated[float, Field(ge=0)]
    """Over the person's usual depth in this set: 1 is usual."""
    peak_velocity: Annotated[float, Field(ge=0)]
    """Body heights a second."""
    symmetry: Score | None
    """Smaller over larger range of the two sides; none where one was unseen."""
    confidence: Score

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.start_ns <= self.turn_ns <= self.end_ns:
            raise ValueError("a repetition starts, turns and ends in this order")
        return self


class RepCountedEvent(TrackEvent):
    """A repetition: shown while provisional, stored once confirmed. A confirmed one counts for ever."""

    domain = "reps"
    type: Literal["rep_counted"] = "rep_counted"
    set_id: SetId
    state: Literal["provisional", "confirmed", "withdrawn"]
    rep: Rep | None
    """None where it was withdrawn: the set's only repetition was none."""

    @model_validator(mode="after")
    def _rep_unless_withdrawn(self) -> Self:
        if (self.rep is None) != (self.state == "withdrawn"):
            raise ValueError("a repetition is described unless it was withdrawn")
        return self


class FormAlertEvent(TrackEvent):
    """A joint was outside its range in the phase that a form check names."""

    domain = "alerts"
    type: Literal["form_alert"] = "form_alert"
    alert_id: AlertId
    set_id: SetId
    exercise: Name
    check: Name
    phase: Literal["rest", "out", "turn", "back"]
    rep: Number
    """The number that the repetition under way will have if it counts."""
    measured: float
    """The worst value so far, in the check's unit."""
    min: float | None
    max: float | None


class SetStartedEvent(TrackEvent):
    """A set has its first confirmed repetition, which follows at once."""

    domain = "sets"
    type: Literal["set_started"] = "set_started"
    set_id: SetId
    exercise: Name
    start_ns: TimeNs


class SetFinishedEvent(TrackEvent):
    """A set is over: 60 s without a repetition, another exercise, or the person left."""

    domain = "sets"
    type: Literal["set_finished"] = "set_finished"
    set_id: SetId
    exercise: Name
    start_ns: TimeNs
    end_ns: TimeNs
    reps: Count
    partial_reps: Count
    form_score: Annotated[float, Field(ge=0, le=100)] | None


class TrackLinkedEvent(TrackEvent):
    """From here on this track is part of that visit."""

    domain = "sessions"
    type: Literal["track_linked"] = "track_linked"
    session_id: SessionId
    reason: Literal["new", "relinked", "paired", "resumed"]
    """A stranger's new visit; someone who was away for up to 60 s; bound to a phone; vision itself was restarted."""
    score: Score | None = None
    """How sure a re-link is."""


class TrackEndedEvent(TrackEvent):
    """The track is over: nobody was where it was last seen."""

    domain = "sessions"
    type: Literal["track_ended"] = "track_ended"
    session_id: SessionId
    start_ns: TimeNs


class SessionEndedEvent(BusEvent):
    """The visit is over: none of its tracks was seen for as long as a re-link may take."""

    domain = "sessions"
    type: Literal["session_ended"] = "session_ended"
    session_id: SessionId


class GuidanceMessage(TrackEvent):
    """A sentence for the person to hear."""

    domain = "guidance"
    type: Literal["guidance"] = "guidance"
    set_id: SetId
    alert_id: AlertId | None
    text: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
    kind: Literal["fault", "milestone", "encouragement", "count", "summary"]
    source: Literal["cue", "model"]
    """The local cue that goes out at once, or the language model's line that follows."""


class ClipReady(TrackEvent):
    """A replay clip lies on disk and its row in the database."""

    domain = "clips"
    type: Literal["clip_ready"] = "clip_ready"
    clip_id: ClipId
    alert_id: AlertId
    set_id: SetId
    start_ns: TimeNs
    """Of its first picture."""
    duration_s: Annotated[float, Field(gt=0)]
    aspect: Annotated[float, Field(gt=0)]
    """Width of its picture over its height."""
    size_bytes: Count


class CameraStatus(BusEvent):
    """How a camera is, said when it changes and now and then."""

    domain = "status"
    type: Literal["camera_status"] = "camera_status"
    state: Literal["starting", "online", "stalled", "frozen", "unauthorised", "unreachable", "unsupported", "ended"]
    detail: Annotated[str, StringConstraints(max_length=500)] = ""
    """In words, credentials redacted."""
    codec: Annotated[str, StringConstraints(max_length=32)] | None = None
    width: Number | None = None
    height: Number | None = None
    fps: Annotated[float, Field(ge=0)] | None = None
    """Frames a second that arrive from the camera."""
    keyframe_interval_s: Annotated[float, Field(ge=0)] | None = None
    decoder: Annotated[str, StringConstraints(max_length=64)] | None = None
    """Which decodes: `software`, `cuda`, `vaapi`, …."""
    frames: Count = 0
    """Put into the ring since this process started."""
    dropped: Count = 0
    """Wanted at the configured rate and lost; what down-sampling leaves out is not among them."""
    reconnects: Count = 0
    retry_in_s: Annotated[float, Field(ge=0)] | None = None


Event = (
    FrameMessage
    | PerceptionEvent
    | RepCountedEvent
    | FormAlertEvent
    | SetStartedEvent
    | SetFinishedEvent
    | TrackLinkedEvent
    | TrackEndedEvent
    | SessionEndedEvent
    | GuidanceMessage
    | ClipReady
    | CameraStatus
)
EVENT_TYPES: Final[tuple[type[BusEvent], ...]] = get_args(Event)
_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def encode(event: Event) -> bytes:
    """JSON of one event."""
    return event.__pydantic_serializer__.to_json(event)


def decode(body: bytes) -> Event:
    """The event that `body` is.

    Raises:
        EventError: no event of this vocabulary: another version, an unknown type, a wrong or unknown field.
    """
    try:
        return _EVENT.validate_json(body)
    except ValidationError as error:
        raise EventError(f"event: {in_words(error)}") from error
