"""The ends of what vision began and cannot go on with: another version's state, or a damaged one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gymbox.events import (
    RepCountedEvent,
    SessionEndedEvent,
    SetFinishedEvent,
    SetStartedEvent,
    TrackEndedEvent,
    TrackEvent,
    TrackLinkedEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gymbox.events import Event


@dataclass(slots=True)
class _Set:
    started: SetStartedEvent
    last: RepCountedEvent | None = None
    """Its newest word of a repetition."""
    end_ns: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {"full": 0, "partial": 0})

    def count(self, event: RepCountedEvent) -> None:
        self.last = event
        if event.state == "confirmed" and event.rep:
            self.end_ns = event.rep.end_ns
            self.counts[event.rep.kind] = event.rep.number

    def ends(self) -> Iterator[Event]:
        last = self.last or self.started
        if self.last and self.last.state == "provisional":
            yield self.last.model_copy(update={"state": "withdrawn", "rep": None})
        yield SetFinishedEvent(
            **_of(last),
            set_id=self.started.set_id,
            exercise=self.started.exercise,
            start_ns=self.started.start_ns,
            end_ns=max(self.end_ns, self.started.start_ns),
            reps=self.counts["full"],
            partial_reps=self.counts["partial"],
            form_score=None,
        )


@dataclass(slots=True)
class _Visit:
    last: TrackEvent
    tracks: dict[str, TrackLinkedEvent] = field(default_factory=dict)
    sets: dict[str, _Set] = field(default_factory=dict)

    def hear(self, event: TrackEvent) -> None:
        self.last = event
        match event:
            case SetStartedEvent():
                self.sets[event.set_id] = _Set(event)
            case RepCountedEvent() if event.set_id in self.sets:
                self.sets[event.set_id].count(event)
            case SetFinishedEvent():
                self.sets.pop(event.set_id, None)
            case TrackEndedEvent():
                self.tracks.pop(event.track_id, None)
            case _:
                pass

    def ends(self, session_id: str) -> Iterator[Event]:
        for one in self.sets.values():
            yield from one.ends()
        for linked in self.tracks.values():
            yield TrackEndedEvent(**_of(self.last, linked.track_id), session_id=session_id, start_ns=linked.t_ns)
        yield SessionEndedEvent(
            camera_id=self.last.camera_id, t_ns=self.last.t_ns, at=self.last.at, session_id=session_id
        )


def ends(events: Iterable[Event]) -> list[Event]:
    """What has to be said after these, all that vision kept, for every visit and set that they began to be over.

    A set has no score of form then: that is lost with the state.
    """
    visits: dict[str, _Visit] = {}
    of_track: dict[str, _Visit] = {}
    for event in events:
        if isinstance(event, TrackLinkedEvent):
            visit = of_track[event.track_id] = visits.setdefault(event.session_id, _Visit(event))
            visit.tracks.setdefault(event.track_id, event)
        elif isinstance(event, SessionEndedEvent):
            visits.pop(event.session_id, None)
        if isinstance(event, TrackEvent) and event.track_id in of_track:
            of_track[event.track_id].hear(event)
    return [end for session_id, visit in visits.items() for end in visit.ends(session_id)]


def _of(event: TrackEvent, track_id: str | None = None) -> dict[str, Any]:
    """What every event of a track has, at the moment of another."""
    return {"camera_id": event.camera_id, "t_ns": event.t_ns, "at": event.at, "track_id": track_id or event.track_id}
