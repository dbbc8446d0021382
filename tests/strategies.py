"""Anything that may happen on the floor, for properties."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from gymbox import events
from gymbox.identity import TrackName

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

epochs = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=12, max_size=12)
camera_ids = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", fullmatch=True)
track_names = st.builds(TrackName, camera_ids, epochs, st.integers(1, 10**11))
names = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,63}", fullmatch=True)
scores = st.floats(0, 1)
t_ns = st.integers(0, 2**63 - 1)
walls = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- zone is added
finite = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(0, 1e9)
counts = st.integers(0, 2**53 - 1)
numbers = st.integers(1, 2**31 - 1)


def _minted(letter: str) -> SearchStrategy[str]:
    return epochs.map(lambda epoch: f"{letter}-{epoch}")


keypoints = st.lists(st.tuples(finite, finite, scores), min_size=17, max_size=17).map(tuple)
embeddings = st.builds(
    events.Embedding,
    space=names,
    version=numbers,
    vector=st.lists(st.sampled_from([0.0, -0.25, 1e-7, 0.1]), min_size=256, max_size=256).map(tuple),
)


@st.composite
def reps(draw: st.DrawFn) -> events.Rep:
    """A repetition whose times are in order."""
    start, turn, end = sorted(draw(st.tuples(t_ns, t_ns, t_ns)))
    return events.Rep(
        exercise=draw(names),
        number=draw(numbers),
        kind=draw(st.sampled_from(["full", "partial"])),
        start_ns=start,
        turn_ns=turn,
        end_ns=end,
        range_of_motion=draw(st.none() | st.floats(0, 360)),
        depth=draw(positive),
        peak_velocity=draw(positive),
        symmetry=draw(st.none() | scores),
        confidence=draw(scores),
    )


@st.composite
def any_event(draw: st.DrawFn) -> events.Event:
    """Any event of the bus."""
    kind = draw(st.sampled_from(sorted(_FIELDS, key=lambda kind: kind.__name__)))
    track = draw(track_names)
    values: dict[str, Any] = {"camera_id": track.camera_id, "t_ns": draw(t_ns), "at": draw(walls)}
    if issubclass(kind, events.TrackEvent):
        values["track_id"] = str(track)
    if "set_id" in kind.model_fields:
        values["set_id"] = track.set_id(draw(numbers) % 10**8 + 1)
    values |= draw(st.fixed_dictionaries(_FIELDS[kind]))
    if kind is events.RepCountedEvent:
        values["rep"] = None if values["state"] == "withdrawn" else draw(reps())
    event = kind(**values)
    assert isinstance(event, events.Event)
    return event


_FIELDS: dict[type[events.BusEvent], dict[str, SearchStrategy[Any]]] = {
    events.FrameMessage: {
        "ring": st.from_regex(r"[A-Za-z0-9._-]{1,200}", fullmatch=True),
        "slot": counts,
        "sequence": counts,
        "width": numbers,
        "height": numbers,
        "format": st.sampled_from(["rgb24", "bgr24", "i420", "i422", "i444", "nv12"]),
    },
    events.PerceptionEvent: {
        "bbox": st.tuples(finite, finite, finite, finite),
        "score": scores,
        "keypoints": keypoints,
        "aspect": st.floats(0.1, 10),
        "reid_embedding": st.none() | embeddings,
    },
    events.RepCountedEvent: {"state": st.sampled_from(["provisional", "confirmed", "withdrawn"])},
    events.FormAlertEvent: {
        "alert_id": _minted("a"),
        "exercise": names,
        "check": names,
        "phase": st.sampled_from(["rest", "out", "turn", "back"]),
        "rep": numbers,
        "measured": finite,
        "min": st.none() | finite,
        "max": st.none() | finite,
    },
    events.SetStartedEvent: {"exercise": names, "start_ns": t_ns},
    events.SetFinishedEvent: {
        "exercise": names,
        "start_ns": t_ns,
        "end_ns": t_ns,
        "reps": counts,
        "partial_reps": counts,
        "form_score": st.none() | st.floats(0, 100),
    },
    events.TrackLinkedEvent: {
        "session_id": _minted("s"),
        "reason": st.sampled_from(["new", "relinked", "paired", "resumed"]),
        "score": st.none() | scores,
    },
    events.TrackEndedEvent: {"session_id": _minted("s"), "start_ns": t_ns},
    events.SessionEndedEvent: {"session_id": _minted("s")},
    events.GuidanceMessage: {
        "alert_id": st.none() | _minted("a"),
        "text": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300),
        "language": st.sampled_from(["en", "de", "pt-BR"]),
        "kind": st.sampled_from(["fault", "milestone", "encouragement", "count", "summary"]),
        "source": st.sampled_from(["cue", "model"]),
    },
    events.ClipReady: {
        "clip_id": _minted("c"),
        "alert_id": _minted("a"),
        "start_ns": t_ns,
        "duration_s": st.floats(0.1, 1e4),
        "aspect": st.floats(0.1, 10),
        "size_bytes": counts,
    },
    events.CameraStatus: {
        "state": st.sampled_from(["starting", "online", "stalled", "unauthorised", "unreachable"]),
        "detail": st.text(st.characters(exclude_categories=["Cs"]), max_size=500),
        "codec": st.none() | st.text("abch264", max_size=32),
        "width": st.none() | numbers,
        "height": st.none() | numbers,
        "fps": st.none() | positive,
        "keyframe_interval_s": st.none() | positive,
        "decoder": st.none() | st.just("software"),
        "frames": counts,
        "dropped": counts,
        "reconnects": counts,
        "retry_in_s": st.none() | positive,
    },
}
