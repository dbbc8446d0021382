"""From what happens on the floor to what a person hears of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

from gymbox import events
from gymbox.coach import prompt
from gymbox.coach.effort import LAST_REPS, Effort
from gymbox.coach.people import Remembered
from gymbox.coach.phrases import phrases
from gymbox.coach.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from gymbox.coach.adviser import Adviser
    from gymbox.coach.notes import Notes
    from gymbox.coach.patience import Kind
    from gymbox.coach.people import People, Person
    from gymbox.events import Event, GuidanceMessage

SECOND: Final = 1_000_000_000
SUMMARY_FROM: Final = 2
"""Repetitions of a set that is worth a summary."""

_Told = events.FormAlertEvent | events.RepCountedEvent | events.SetFinishedEvent


class Coach:
    """Hears the floor, and says sentences.

    Args:
        people: who is there.
        say: where a sentence goes.
        notes: coaching notes for the model's questions.
        adviser: asks the language model; none without one.
        cue_within_s: how long after an event something is said of it.
        clock: now, as `t_ns`.
    """

    def __init__(
        self,
        people: People,
        say: Callable[[GuidanceMessage], None],
        notes: Notes,
        adviser: Adviser | None,
        *,
        cue_within_s: float,
        clock: Callable[[], int],
    ) -> None:
        self.said: Counter[tuple[str, str]] = Counter()
        """Sentences by kind and source."""
        self._people, self._say, self._notes, self._adviser, self._clock = people, say, notes, adviser, clock
        self._late_ns = int(cue_within_s * SECOND)
        self._efforts: Remembered[Effort] = Remembered()
        self._phrases = phrases()
        self._asking: set[asyncio.Task[None]] = set()

    async def hear(self, event: Event, *, live: bool) -> None:
        """Take an event. Of what is `live` and not late, people are told; all else is only remembered."""
        match event:
            case events.TrackLinkedEvent():
                self._people.link(event.track_id, event.session_id)
            case events.SetStartedEvent():
                await self._begin(event.track_id, event.set_id, event.exercise)
            case events.RepCountedEvent(state="confirmed") | events.FormAlertEvent() | events.SetFinishedEvent():
                await self._follow(event, live=live and 0 <= self._clock() - event.t_ns <= self._late_ns)
            case _:
                pass

    async def close(self) -> None:
        """Give up questions that are under way."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def _begin(self, track_id: str, set_id: str, exercise: str) -> Effort:
        effort = self._efforts.of(set_id, lambda: Effort(set_id, exercise))
        effort.exercise = exercise
        await self._people.read_past(self._people.of_track(track_id), effort)
        return effort

    async def _follow(self, event: _Told, *, live: bool) -> None:
        person = self._people.of_track(event.track_id)
        effort = self._efforts.get(event.set_id)
        if effort is None:  # an alert may come before the first repetition, with which a set begins
            effort = await self._begin(event.track_id, event.set_id, _exercise(event))
        if live:
            await self._people.read_wishes(person)
        match event:
            case events.FormAlertEvent():
                effort.err(event)
                if live:
                    self._fault(person, effort, event)
            case events.RepCountedEvent(rep=events.Rep() as rep):
                milestones = effort.count(rep)
                if live:
                    self._repetition(person, effort, event, milestones)
            case events.SetFinishedEvent():
                del self._efforts[event.set_id]
                if live and event.reps >= SUMMARY_FROM:
                    self._summary(person, effort, event)
            case _:
                pass

    def _fault(self, person: Person, effort: Effort, alert: events.FormAlertEvent) -> None:
        """The cue at once, and then the model's words for it."""
        language = person.wishes.language
        cue = self._tell(person, alert, "fault", self._phrases.fault(alert.exercise, alert.check, language))
        if cue is None or self._adviser is None or person.wishes.level == "quiet":
            return
        note = self._notes.about_fault(alert.exercise, alert.check)
        asked = prompt.about_fault(alert, effort.facts(), effort.past, cue=cue, note=note, language=language)
        self._later(self._advise(person, alert, asked))

    def _repetition(self, person: Person, effort: Effort, event: events.RepCountedEvent, milestones: list[str]) -> None:
        """At most one sentence, the most telling; else the number, where it is wanted."""
        rep, language = event.rep, person.wishes.language
        assert rep is not None, "confirmed"
        for name in milestones:
            if self._tell(person, event, "milestone", self._phrases.milestones[name].of(language), n=LAST_REPS):
                effort.is_said(name)
                return
        if rep.kind != "full":
            return
        cheers = self._phrases.encouragement.of(language)
        if effort.deserves_cheer() and self._tell(person, event, "encouragement", cheers):
            return
        if person.wishes.counts and self._wants(person, "count"):
            self._put(person, event, "count", str(rep.number), "cue")

    def _summary(self, person: Person, effort: Effort, event: events.SetFinishedEvent) -> None:
        """Where a model is asked, that the set is done, and then its words; else the box's own words at once."""
        facts, language = effort.facts(event), person.wishes.language
        own = summarise(facts, effort.past, self._phrases, person.repertoire, language)
        if self._adviser is None or not self._adviser.would_ask(_names(person, event)):
            self._put(person, event, "summary", own, "cue")
            return
        done = self._phrases.milestones["set_done"].of(language)
        self._tell(person, event, "milestone", done, what=self._phrases.amount(facts.exercise, facts.reps, language))
        note = self._notes.about_set(facts, effort.past)
        asked = prompt.about_set(facts, effort.past, note=note, language=language)
        self._later(self._advise(person, event, asked, otherwise=own))

    async def _advise(self, person: Person, event: _Told, asked: prompt.Prompt, otherwise: str | None = None) -> None:
        """Say what the model says of it, if that comes in time; else what is said otherwise."""
        assert self._adviser is not None, "asked of one"
        age_s = (self._clock() - event.t_ns) / SECOND
        said = await self._adviser.advise(_names(person, event), asked, age_s=age_s)
        if otherwise is not None:
            self._put(person, event, "summary", said or otherwise, "model" if said else "cue")
        elif said and event.set_id in self._efforts:  # a set that is over has its summary
            self._put(person, event, "fault", said, "model")

    def _wants(self, person: Person, kind: Kind) -> bool:
        return person.patience.bears(kind, person.wishes.level, self._clock())

    def _tell(self, person: Person, event: _Told, kind: Kind, wordings: Sequence[str], **values: object) -> str | None:
        """Say the box's own words, if the person wants to hear them now; what was said."""
        if not wordings or not self._wants(person, kind):
            return None
        wording = person.repertoire.choose(wordings)
        text = wording.format(**values) if values else wording
        self._put(person, event, kind, text, "cue")
        return text

    def _put(self, person: Person, event: _Told, kind: Kind, text: str, source: str) -> None:
        person.patience.heard(kind, self._clock())
        self.said[kind, source] += 1
        self._say(
            events.GuidanceMessage.model_validate(
                {
                    "camera_id": event.camera_id,
                    "t_ns": event.t_ns,
                    "at": event.at,
                    "track_id": event.track_id,
                    "set_id": event.set_id,
                    "alert_id": event.alert_id if isinstance(event, events.FormAlertEvent) else None,
                    "text": text,
                    "language": person.wishes.language,
                    "kind": kind,
                    "source": source,
                }
            )
        )

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)


def _names(person: Person, event: _Told) -> set[str]:
    return {person.name, event.track_id}


def _exercise(event: _Told) -> str:
    if isinstance(event, events.RepCountedEvent):
        assert event.rep is not None, "confirmed"
        return event.rep.exercise
    return event.exercise
