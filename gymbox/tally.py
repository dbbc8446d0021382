"""Events in, sets out: each finished set with its repetitions and alerts, and people numbered as they came."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from gymbox._core import Event
from gymbox.result import AlertResult, RepResult, SetResult

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gymbox._core import Rep
    from gymbox.exercises import Catalogue, Exercise


@dataclass(slots=True)
class _Notes:
    reps: list[RepResult] = field(default_factory=list)
    alerts: list[AlertResult] = field(default_factory=list)


class Tally:
    """What a stream of events adds up to.

    Args:
        catalogue: The exercises that the events name.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._exercises = {exercise.id: exercise for exercise in catalogue.exercises}
        self._open: dict[tuple[int, int], _Notes] = {}
        self._done: list[tuple[int, Event.SetFinished, _Notes]] = []

    def add(self, events: Iterable[Event]) -> None:
        """Take note of what happened."""
        for event in events:
            match event:
                case Event.RepConfirmed(track=track, rep=rep):
                    notes = self._notes(track, rep.set)
                    notes.reps.append(_rep(rep, self._exercises[rep.exercise]))
                case Event.FormAlert(track=track, set=number):
                    # May come before its set has started: the set is provisional until a rep is confirmed.
                    self._notes(track, number).alerts.append(_alert(event, self._exercises[event.exercise]))
                case Event.RepWithdrawn(track=track, set=number):
                    self._open.pop((track, number), None)
                case Event.SetFinished(track=track, set=number):
                    self._done.append((track, event, self._open.pop((track, number), _Notes())))
                case _:  # a provisional rep is shown, not counted; a set that started is told of when it is over
                    pass

    def sets(self) -> tuple[SetResult, ...]:
        """The finished sets, by person and time."""
        # Track numbers grow with time: the smallest came first.
        person = {track: number for number, track in enumerate(sorted({track for track, _, _ in self._done}), 1)}
        sets = [_set(person[track], finished, notes) for track, finished, notes in self._done]
        return tuple(sorted(sets, key=lambda each: (each.person, each.start_s)))

    def _notes(self, track: int, number: int) -> _Notes:
        return self._open.setdefault((track, number), _Notes())


def _set(person: int, finished: Event.SetFinished, notes: _Notes) -> SetResult:
    typical = [rep for rep in notes.reps if rep.kind == "full"] or notes.reps
    ranges = [rep.range_deg for rep in typical if rep.range_deg is not None]
    return SetResult(
        person=person,
        exercise=finished.exercise,
        start_s=_seconds(finished.start_ns),
        end_s=_seconds(finished.end_ns),
        reps=finished.reps,
        partial_reps=finished.partial_reps,
        range_deg=round(median(ranges), 1) if ranges else None,
        tempo_down_s=round(median(rep.tempo_down_s for rep in typical), 3),
        tempo_up_s=round(median(rep.tempo_up_s for rep in typical), 3),
        form_score=_rounded(finished.form_score, 1),
        alerts=tuple(notes.alerts),
        rep_list=tuple(notes.reps),
    )


def _rep(rep: Rep, exercise: Exercise) -> RepResult:
    out_s, back_s = round(rep.tempo_out, 3), round(rep.tempo_back, 3)
    down_s, up_s = (out_s, back_s) if lowers_first(exercise) else (back_s, out_s)
    return RepResult(
        number=rep.number,
        kind=rep.kind,
        start_s=_seconds(rep.start_ns),
        turn_s=_seconds(rep.turn_ns),
        end_s=_seconds(rep.end_ns),
        tempo_down_s=down_s,
        tempo_up_s=up_s,
        range_deg=_rounded(rep.range_of_motion, 1),
        depth=round(rep.depth, 3),
        peak_velocity=round(rep.peak_velocity, 3),
        symmetry=_rounded(rep.symmetry, 3),
        confidence=round(rep.confidence, 3),
    )


def lowers_first(exercise: Exercise) -> bool:
    """Whether a repetition begins with lowering: a body over its feet or hands does, a hand about its shoulder not."""
    return exercise.anchor != "shoulders"


def _alert(alert: Event.FormAlert, exercise: Exercise) -> AlertResult:
    return AlertResult(
        check=alert.check,
        message=exercise.check(alert.check).message["en"],
        at_s=_seconds(alert.at_ns),
        rep=alert.rep,
        phase=alert.phase,
        measured=round(alert.measured, 1),
        min=_rounded(alert.min, 1),
        max=_rounded(alert.max, 1),
    )


def _seconds(t_ns: int) -> float:
    return round(t_ns / 1e9, 3)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
