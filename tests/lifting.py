"""Somebody who lifts, as the coach hears of them: events of now, or of any moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from gymbox.events import FormAlertEvent, Rep, RepCountedEvent, SetFinishedEvent, SetStartedEvent, TrackLinkedEvent
from gymbox.identity import TrackName, alert_of
from tests import floor, kept

SECOND: Final = 1_000_000_000


@dataclass
class Set:
    """A set of squats, one repetition in 2.5 s, told at `t_ns`."""

    t_ns: int = 1_000 * SECOND
    camera_id: str = "rack-1"
    number: int = 1
    session_id: str = kept.VISIT
    reps: int = 0

    @property
    def track(self) -> TrackName:
        return floor.track(self.camera_id)

    @property
    def _common(self) -> dict[str, Any]:
        at = datetime.fromtimestamp(self.t_ns // SECOND, UTC)
        return {"camera_id": self.camera_id, "track_id": str(self.track), "t_ns": self.t_ns, "at": at}

    @property
    def set_id(self) -> str:
        return self.track.set_id(self.number)

    def after(self, seconds: float) -> None:
        self.t_ns += int(seconds * SECOND)

    def linked(self) -> TrackLinkedEvent:
        return TrackLinkedEvent(**self._common, session_id=self.session_id, reason="new")

    def started(self) -> SetStartedEvent:
        return SetStartedEvent(**self._common, set_id=self.set_id, exercise="squat", start_ns=self.t_ns)

    def rep(self, *, speed: float = 1.0, kind: str = "full", range_deg: float = 95) -> RepCountedEvent:
        """The next one, 2.5 s later."""
        self.after(2.5)
        self.reps += kind == "full"
        rep = Rep.model_validate(
            {
                "exercise": "squat",
                "number": max(self.reps, 1),
                "kind": kind,
                "start_ns": self.t_ns - 2 * SECOND,
                "turn_ns": self.t_ns - SECOND,
                "end_ns": self.t_ns,
                "range_of_motion": range_deg,
                "depth": 1.0,
                "peak_velocity": speed,
                "symmetry": 0.95,
                "confidence": 0.9,
            }
        )
        return RepCountedEvent(**self._common, set_id=self.set_id, state="confirmed", rep=rep)

    def alert(self, check: str = "chest_drops") -> FormAlertEvent:
        """A fault, now."""
        return FormAlertEvent(
            **self._common,
            alert_id=alert_of(self.set_id, check, self.t_ns),
            set_id=self.set_id,
            exercise="squat",
            check=check,
            phase="turn",
            rep=self.reps + 1,
            measured=71.4,
            min=None,
            max=58.0,
        )

    def finished(self, *, partial_reps: int = 0) -> SetFinishedEvent:
        return SetFinishedEvent(
            **self._common,
            set_id=self.set_id,
            exercise="squat",
            start_ns=self.t_ns - 30 * SECOND,
            end_ns=self.t_ns,
            reps=self.reps,
            partial_reps=partial_reps,
            form_score=91.6,
        )
