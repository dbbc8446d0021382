"""Who is on the floor now, whose visit each track belongs to, and what goes to whom."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gymbox import events
from gymbox.bus.endpoints import VISION, Keep
from gymbox.hub import telling, words
from gymbox.hub.client import Client
from gymbox.hub.position import SPEAKERS, Position
from gymbox.hub.visit import Entry, Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from gymbox.bus.subscribe import Cursor
    from gymbox.events import Event, PerceptionEvent
    from gymbox.hub.client import Pipe

PRESENT_S: Final = 2.0
"""How long after the last picture somebody is on the floor. Lowering it makes people flicker behind a rack."""
MOST_VISITS: Final = 300
"""Visits that are kept for clients that come back; the one that was quiet for longest goes first."""
MOST_TRACKS: Final = 10_000
LASTING: Final = frozenset(channel.name for channel in SPEAKERS if channel.keep is Keep.DISK)
"""The speakers that tell again what they said. What others said before is in the database, and no loss."""
TOO_MUCH: Final = "more may have happened than the box keeps; read the history"


@dataclass(slots=True)
class _Seen:
    event: PerceptionEvent
    at: float


class Floor:
    """The hub's picture of the gym, all of it from the bus: a hub that starts again has it again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.position = Position()
        """How far the speakers were heard."""
        self.cameras: dict[str, events.CameraStatus] = {}
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._visits: dict[str, Visit] = {}
        self._session_of: dict[str, str] = {}
        self._epochs: dict[str, list[str]] = {channel.name: [] for channel in SPEAKERS}

    def session_of(self, track_id: str) -> str | None:
        """The visit that a track belongs to, if it was heard of."""
        return self._session_of.get(track_id)

    def set_of(self, track_id: str) -> words.LiveSet | None:
        """The set that the person of a track does now."""
        visit = self._visits.get(self._session_of.get(track_id, ""))
        return visit.set if visit else None

    def listeners(self, track_id: str) -> int:
        """How many phones hear what concerns this track."""
        visit = self._visits.get(self._session_of.get(track_id, ""))
        return len(visit.clients) if visit else 0

    def people(self) -> list[PerceptionEvent]:
        """Who is there, newest picture of each, in the order they came."""
        since = self._clock() - PRESENT_S
        return [seen.event for seen in self._seen.values() if seen.at >= since]

    def link(self, track_id: str, session_id: str) -> None:
        """A track belongs to a visit."""
        self._session_of.pop(track_id, None)
        self._session_of[track_id] = session_id
        if len(self._session_of) > MOST_TRACKS:
            del self._session_of[next(iter(self._session_of))]

    def see(self, event: PerceptionEvent) -> None:
        """Somebody in a picture: kept until the next one, shown to whoever asked for poses."""
        now = self._clock()
        seen = self._seen.setdefault(event.track_id, _Seen(event, now))
        seen.event, seen.at = event, now
        session_id = self._session_of.get(event.track_id)
        visit = self._visits.get(session_id) if session_id else None
        watching = [client for client in visit.clients if client.wants_poses] if visit else ()
        if watching:
            frame = telling.at_once(words.Pose(data=telling.figure(event)))
            for client in watching:
                client.show(frame)

    def hear(self, speaker: str, event: Event, cursor: Cursor) -> None:
        """A numbered event: into the state, and serialised once, to everybody it concerns."""
        if speaker in LASTING and self.position.of(speaker) is None:
            self._begin(speaker, cursor)
        self._move(speaker, cursor)
        if isinstance(event, events.TrackLinkedEvent):
            self.link(event.track_id, event.session_id)
        if isinstance(event, events.TrackEndedEvent):
            self._seen.pop(event.track_id, None)
        session_id = self._whose(event)
        if session_id is None:
            return
        visit = self._fresh(session_id)
        visit.hear(event)
        message = telling.told(event)
        if message is None:
            return
        entry = Entry(speaker, cursor, self.position, message, telling.frame(message, self.position))
        visit.keep(entry)
        for client in visit.clients:
            if client.ahead:
                self._catch_up(client, entry)
            else:
                client.offer(entry.frame)

    def lose(self, speaker: str, cursor: Cursor, why: str) -> None:
        """Numbered events are gone for good: everybody is told to read the history."""
        self._move(speaker, cursor)
        for visit in self._visits.values():
            for client in visit.clients:
                client.offer(self._gap(client.position, why))

    def pass_over(self, speaker: str, cursor: Cursor) -> None:
        """Numbered events are gone, which is no loss to a client."""
        self._move(speaker, cursor)

    def join(self, session_id: str, after: Position, pipe: Pipe) -> tuple[Visit, Client]:
        """Somebody who hears all of a visit from here on, and first what they missed, and how things stand.

        Args:
            session_id: the visit.
            after: how far they have heard; nothing where they begin.
            pipe: where frames go.
        """
        known = session_id in self._visits
        visit = self._fresh(session_id)
        begins = not after.cursors
        start = self.position if begins else after
        entries, more = ([], False) if begins else visit.after(after, self._epochs)
        frames = [entry.frame_for(start) for entry in entries]
        if more or not (known or begins or self._is_behind(after)):
            frames.insert(0, telling.frame(words.Missed(data=words.Gap(why=TOO_MUCH)), start))
        state = words.Standing(data=visit.state())
        client = Client(start, pipe, [*frames, telling.frame(state, start.joined(self.position))])
        visit.clients.add(client)
        return visit, client

    def _catch_up(self, client: Client, entry: Entry) -> None:
        """An event to a client that may have heard it from the hub's last life."""
        if entry.is_after(client.position, self._epochs):
            client.offer(entry.frame_for(client.position))
        client.ahead = client.position.joined(self.position) != self.position

    def _is_behind(self, after: Position) -> bool:
        """Whether this hub, which began anew, has yet to hear of vision what a client has: all of it is to come."""
        theirs, ours = after.of(VISION.name), self.position.of(VISION.name)
        if theirs is None or ours is None:
            return theirs is not None
        return ours.epoch == theirs.epoch and ours.number < theirs.number

    def _begin(self, speaker: str, first: Cursor) -> None:
        """Who had heard less than the first that a speaker still tells has missed what was between."""
        for visit in self._visits.values():
            for client in visit.clients:
                heard = client.position.of(speaker)
                if heard and not (heard.epoch == first.epoch and first.number <= heard.number + 1):
                    client.offer(self._gap(client.position, TOO_MUCH))

    def _gap(self, position: Position, why: str) -> bytes:
        """For a client that stood there."""
        return telling.frame(words.Missed(data=words.Gap(why=why)), position.joined(self.position))

    def _move(self, speaker: str, cursor: Cursor) -> None:
        self.position = self.position.moved(speaker, cursor)
        if cursor.epoch not in self._epochs[speaker]:
            self._epochs[speaker].append(cursor.epoch)

    def _whose(self, event: Event) -> str | None:
        match event:
            case events.TrackLinkedEvent() | events.TrackEndedEvent() | events.SessionEndedEvent():
                return event.session_id
            case events.TrackEvent():
                return self._session_of.get(event.track_id)
            case _:
                return None

    def _fresh(self, session_id: str) -> Visit:
        """A visit, as the last to be forgotten."""
        visit = self._visits.pop(session_id, None) or Visit(session_id)
        self._visits[session_id] = visit
        if len(self._visits) > MOST_VISITS:
            quiet = (other for other in self._visits.values() if not other.clients)
            if (oldest := next(quiet, visit)) is not visit:
                del self._visits[oldest.session_id]
        return visit
