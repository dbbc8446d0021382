"""A person's visit as the hub knows it: where they are, their set, what was said of it, and who listens."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from gymbox import events
from gymbox.hub import telling, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gymbox.bus.subscribe import Cursor
    from gymbox.events import Event
    from gymbox.hub.client import Client
    from gymbox.hub.position import Position
    from gymbox.hub.words import Numbered

KEPT: Final = 2_000
"""Messages of one visit that can be had again: two hours of training. Who was away for more reads the history."""


class Entry(NamedTuple):
    """A numbered message, serialised once, and its place: among its speaker's, and in all that the hub has heard."""

    speaker: str
    cursor: Cursor
    position: Position
    message: Numbered
    frame: bytes
    """The message as it goes to everybody who had not heard more than the hub has."""

    def is_after(self, position: Position, epochs: Mapping[str, Sequence[str]]) -> bool:
        """Whether a client at `position` has not got it.

        Args:
            position: how far the client has heard.
            epochs: of each speaker, the counts that the hub has met, in order.
        """
        heard = position.of(self.speaker)
        if heard is None:
            return True
        if heard.epoch == self.cursor.epoch:
            return self.cursor.number > heard.number
        known = epochs[self.speaker]
        return heard.epoch not in known or known.index(heard.epoch) < known.index(self.cursor.epoch)

    def frame_for(self, start: Position) -> bytes:
        """As it goes to a client that began at `start`, which may be more than a hub that began anew has heard."""
        joined = start.joined(self.position)
        return self.frame if joined == self.position else telling.frame(self.message, joined)


class Visit:
    """One visit."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self.set: words.LiveSet | None = None
        """The one under way, or the last one."""
        self.clients: set[Client] = set()
        self._tracks: dict[str, None] = {}
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def hear(self, event: Event) -> None:
        """Let the state follow an event."""
        match event:
            case events.TrackLinkedEvent():
                self._tracks[event.track_id] = None
            case events.TrackEndedEvent():
                self._tracks.pop(event.track_id, None)
            case events.SessionEndedEvent():
                self._tracks.clear()
            case events.SetStartedEvent():
                self.set = self._set(event.set_id).model_copy(update={"exercise": event.exercise})
            case events.RepCountedEvent():
                self.set = _counted(self._set(event.set_id), event)
            case events.SetFinishedEvent():
                numbers = {"reps": event.reps, "partial_reps": event.partial_reps, "exercise": event.exercise}
                self.set = self._set(event.set_id).model_copy(update=numbers | {"done": True, "provisional": False})
            case _:
                pass

    def keep(self, entry: Entry) -> None:
        """Keep a message for those who come back; the oldest goes."""
        self._entries.append(entry)

    def after(self, position: Position, epochs: Mapping[str, Sequence[str]]) -> tuple[list[Entry], bool]:
        """The messages that a client at `position` has not got, and whether there may be more, which are gone."""
        missing = [entry for entry in self._entries if entry.is_after(position, epochs)]
        return missing, len(missing) == KEPT

    def state(self) -> words.State:
        """How things stand."""
        return words.State(session_id=self.session_id, track_ids=tuple(self._tracks), set=self.set)

    def _set(self, set_id: str) -> words.LiveSet:
        if self.set is not None and self.set.set_id == set_id:
            return self.set
        return words.LiveSet(set_id=set_id, exercise=None, reps=0, partial_reps=0, provisional=False, done=False)


def _counted(live: words.LiveSet, event: events.RepCountedEvent) -> words.LiveSet:
    if event.rep is None or event.state != "confirmed":
        return live.model_copy(update={"provisional": event.state == "provisional"})
    counter = "reps" if event.rep.kind == "full" else "partial_reps"
    known = {"provisional": False, "exercise": event.rep.exercise, counter: event.rep.number}
    return live.model_copy(update=known)
