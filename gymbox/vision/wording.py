"""From the core's numbers to the bus's words: tracks, visits and sets get names that are unique for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from gymbox import _core
from gymbox.events import (
    FormAlertEvent,
    PerceptionEvent,
    Rep,
    RepCountedEvent,
    SessionEndedEvent,
    SetFinishedEvent,
    SetStartedEvent,
    TrackEndedEvent,
    TrackLinkedEvent,
)
from gymbox.identity import TrackName, alert_of, epoch_after, session_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gymbox.clock import Clock
    from gymbox.events import Embedding, Event


class Wording:
    """One camera's. A visit is named after its first track, and so are its sets: they go on under other tracks.

    Nothing is drawn by lot here: whoever works the same records out again finds the same names.
    """

    def __init__(self, camera_id: str, epoch: str, clock: Clock) -> None:
        self.camera_id, self.epoch = camera_id, epoch
        self._clock = clock
        self._visits: dict[int, int] = {}
        """Whose each track is, as long as anything may be said of it."""

    def next_epoch(self) -> str:
        """Who counts after this one: it follows from this one, so that it is the same when it is worked out again."""
        return epoch_after(self.epoch, self.camera_id)

    def track(self, number: int) -> TrackName:
        """The name of a track of the core."""
        return TrackName(self.camera_id, self.epoch, number)

    def know(self, visits: list[tuple[int, int]]) -> None:
        """Take note of visits that were announced before, each with its newest track."""
        self._visits |= {track: visit for visit, track in visits}

    def resumed(self, link: _core.Link, t_ns: int) -> Event:
        """That a track goes on after vision was away."""
        return self._linked(link, t_ns).model_copy(update={"reason": "resumed", "score": None})

    def events(self, told: _core.Told, t_ns: int) -> list[Event]:
        """What a step told, as events in the order in which they are to be said."""
        return list(self._events(told, t_ns))

    def _events(self, told: _core.Told, t_ns: int) -> Iterator[Event]:
        self.know([(link.visit, link.track) for link in told.linked])
        for link in told.linked:
            yield self._linked(link, t_ns)
        for event in told.events:
            yield self._did(event)
        for link in told.left:
            yield TrackEndedEvent(
                **self._of(link.track, t_ns), session_id=session_of(self.track(link.visit)), start_ns=link.since_ns
            )
        for visit in told.over:
            self._visits = {track: whose for track, whose in self._visits.items() if whose != visit}
            at = self._clock.utc(t_ns)
            session_id = session_of(self.track(visit))
            yield SessionEndedEvent(camera_id=self.camera_id, t_ns=t_ns, at=at, session_id=session_id)

    def _linked(self, link: _core.Link, t_ns: int) -> TrackLinkedEvent:
        return TrackLinkedEvent(
            **self._of(link.track, t_ns),
            session_id=session_of(self.track(link.visit)),
            reason="new" if link.score is None else "relinked",
            score=link.score,
        )

    def _did(self, event: _core.Event) -> Event:
        whose = self._of(event.track, event.at_ns)
        match event:
            case _core.Event.RepConfirmed(rep=rep):
                return self._rep(event, "confirmed", rep)
            case _core.Event.RepProvisional(rep=rep):
                return self._rep(event, "provisional", rep)
            case _core.Event.RepWithdrawn(set=number):
                return RepCountedEvent(**whose, set_id=self._set(event, number), state="withdrawn", rep=None)
            case _core.Event.SetStarted(set=number):
                return SetStartedEvent(
                    **whose, set_id=self._set(event, number), exercise=event.exercise, start_ns=event.start_ns
                )
            case _core.Event.SetFinished(set=number):
                return SetFinishedEvent(
                    **whose,
                    set_id=self._set(event, number),
                    exercise=event.exercise,
                    start_ns=event.start_ns,
                    end_ns=event.end_ns,
                    reps=event.reps,
                    partial_reps=event.partial_reps,
                    form_score=event.form_score,
                )
            case _core.Event.FormAlert(set=number):
                set_id = self._set(event, number)
                return FormAlertEvent(
                    **whose,
                    alert_id=alert_of(set_id, event.check, event.at_ns),
                    set_id=set_id,
                    exercise=event.exercise,
                    check=event.check,
                    phase=event.phase,
                    rep=event.rep,
                    measured=event.measured,
                    min=event.min,
                    max=event.max,
                )
        raise AssertionError(event)

    def _rep(self, event: _core.Event, state: Literal["provisional", "confirmed"], rep: _core.Rep) -> RepCountedEvent:
        found = Rep(
            exercise=rep.exercise,
            number=rep.number,
            kind=rep.kind,
            start_ns=rep.start_ns,
            turn_ns=rep.turn_ns,
            end_ns=rep.end_ns,
            range_of_motion=rep.range_of_motion,
            depth=rep.depth,
            peak_velocity=rep.peak_velocity,
            symmetry=rep.symmetry,
            confidence=rep.confidence,
        )
        whose, set_id = self._of(event.track, event.at_ns), self._set(event, rep.set)
        return RepCountedEvent(**whose, set_id=set_id, state=state, rep=found)

    def _set(self, event: _core.Event, number: int) -> str:
        return self.track(self._visits[event.track]).set_id(number)

    def _of(self, track: int, t_ns: int) -> dict[str, Any]:
        """What every event of a track has."""
        return {
            "camera_id": self.camera_id,
            "t_ns": t_ns,
            "at": self._clock.utc(t_ns),
            "track_id": str(self.track(track)),
        }

    def perceptions(
        self, people: list[_core.Person], t_ns: int, looks: Mapping[int, Embedding], *, aspect: float, inference_ns: int
    ) -> list[Event]:
        """Everybody in a picture, each with what they look like where that was refreshed."""
        return [
            PerceptionEvent(
                **self._of(person.track, t_ns),
                bbox=person.bbox,
                score=person.score,
                keypoints=tuple(person.keypoints),
                aspect=aspect,
                reid_embedding=looks.get(person.track),
                inference_ns=inference_ns,
            )
            for person in people
        ]
