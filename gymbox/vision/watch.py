"""What vision does with each picture, and how a life goes on where the one before was cut off."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import structlog

from gymbox import _core
from gymbox.clock import Clock, now_ns
from gymbox.errors import BusError, ExerciseError, StateError
from gymbox.exercises import catalogue_json, load
from gymbox.identity import TrackName, new_epoch
from gymbox.vision.diary import ANEW_S, Diary, FloorState, Head
from gymbox.vision.ends import ends
from gymbox.vision.hall import Hall
from gymbox.vision.looks import embedding
from gymbox.vision.record import Ended, Looked, Named, Seen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gymbox.bus.publish import Speaker
    from gymbox.config import Settings
    from gymbox.events import Embedding, Event
    from gymbox.models import Model
    from gymbox.vision.eye import Eye, Picture
    from gymbox.vision.looks import Looks
    from gymbox.vision.record import Floats, Record

_log = structlog.get_logger(__name__)

QUIET_NS: Final = 5_000_000_000
"""How long a camera may send nothing until that means that nobody is seen: as long as a track waits for its person."""
BEAT_NS: Final = 1_000_000_000
"""How often a life leaves word that it goes on."""
LATE_NS: Final = 2 * BEAT_NS
"""How long before the last word pictures may have been left out: it comes once a second, and they come late."""
SETTLED_NS: Final = 300_000_000
"""How long nothing may come from a file that is over until its last picture was seen."""
NOBODY: Final = np.zeros((0, 5), np.float32), np.zeros((0, 17, 3), np.float32)
RECENT: Final = 300
"""Inferences that the usual one is taken from."""


class Outcome(NamedTuple):
    """What a picture gave."""

    events: list[Event]
    perceptions: list[Event]


class Watch:
    """Pictures in, events on the bus. `resume` first; then `look`, in whatever thread, and `say` what it gave.

    Args:
        model: which pose model, found.
        pose: the same, loaded.
        looks: how people are looked at, to be known again.
        settings: of the box.
        speaker: the voice of vision.
        diary: where all that this works from is written down.
    """

    def __init__(
        self, model: Model, pose: _core.PoseModel, looks: Looks, *, settings: Settings, speaker: Speaker, diary: Diary
    ) -> None:
        self._model, self._pose, self._looks, self._speaker, self._diary = model, pose, looks, speaker, diary
        self._clock = Clock.shared(settings.run_dir)
        self._away_s = settings.vision.relink_s
        self._version = self._versioned()
        self._hall = self._new_hall(new_epoch())
        self._begun_ns = now_ns()
        self._beat_ns = 0
        self._alive_ns: int | None = None
        self._last_seen: dict[str, int] = {}
        self._inferences: deque[int] = deque(maxlen=RECENT)

    @property
    def inference_ms(self) -> float:
        """How long the model usually takes, lately; for all pictures that it looks at together."""
        return median(self._inferences) / 1e6 if self._inferences else 0.0

    def resume(self) -> None:
        """Take up what the life before left, say what it did not come to say, and begin a diary.

        What cannot be taken up is over: its end is said.
        """
        if not self._takes_up():
            self._hall = self._new_hall(new_epoch())
            self._tell(ends(self._speaker.kept()))
        self._begin_diary()

    def left_off_ns(self, camera_id: str, *, paced: bool = True) -> int | None:
        """From when on pictures of a camera were not looked at; none where no life before this one looked at any.

        Args:
            camera_id: the camera.
            paced: whether its pictures come when they are taken; not those of a file that waits for whoever looks.
        """
        if self._alive_ns is None:
            return None
        place = self._hall.known(camera_id)
        last_ns = place.floor.last_ns if place else None
        if place and last_ns is not None and not place.floor.empty:
            return last_ns
        if not paced:  # its times have nothing to do with when the life before ended
            return last_ns or 0
        # Pictures without anybody are not written down: the life before saw them until it ended.
        return max(last_ns or 0, self._alive_ns - LATE_NS)

    def absent(self, camera_ids: set[str]) -> set[str]:
        """Cameras on whose floors somebody is, but for these."""
        return {place.wording.camera_id for place in self._hall if not place.floor.empty} - camera_ids

    def _takes_up(self) -> bool:
        """Whether the life before left what this one can go on with, and it does."""
        left = self._diary.read()
        if left and left[0].version != self._version:
            _log.warning("what vision remembered is another version's: what was open is over")
            return False
        try:
            if left:
                self._take_up(*left)
        except StateError as error:
            _log.error("what vision remembered is damaged: what was open is over", error=str(error))
            return False
        return left is not None

    def _take_up(self, head: Head, states: list[bytes], records: Iterable[Record]) -> None:
        same_boot = head.clock.boot_id == self._clock.boot_id
        self._hall = self._new_hall(head.life, clock=self._clock if same_boot else head.clock)
        for floor, state in zip(head.floors, states, strict=True):
            self._hall.open(floor.camera_id, floor.epoch, state)
        events = [event for record in records for event in self._hall.apply(record)]
        said = self._speaker.head - head.said if self._speaker.epoch == head.epoch else 0
        self._tell(events[said:])
        if not same_boot:  # who was there has gone, and times of another boot compare with none of this one
            self._tell(self._hall.finish())
            self._hall = self._new_hall(new_epoch())
            return
        self._alive_ns = self._diary.alive_ns
        resumed = [
            place.wording.resumed(link, place.floor.last_ns or 0) for place in self._hall for link in place.floor.links
        ]
        self._tell(resumed)
        _log.info("goes on", tracks=len(resumed), unsaid=len(events[said:]))

    def look(self, eyes: list[Eye]) -> list[Outcome]:
        """What the newest picture of each eye gives; the pose model looks at all of them together where it can."""
        pictures = [picture for eye in eyes if (picture := eye.newest())]
        if not pictures:
            return []
        begun = time.perf_counter_ns()
        found = self._pose.detect_batch([picture.frame for picture in pictures])
        inference_ns = time.perf_counter_ns() - begun
        self._inferences.append(inference_ns)
        return [
            self._take(picture, boxes, keypoints, inference_ns)
            for picture, (boxes, keypoints) in zip(pictures, found, strict=True)
        ]

    def _take(self, picture: Picture, boxes: Floats, keypoints: Floats, inference_ns: int) -> Outcome:
        frame, camera_id = picture.frame, picture.camera_id
        self._last_seen[camera_id] = now_ns()
        seen = Seen(camera_id, picture.t_ns, frame.width, frame.height, frame.sample_aspect_ratio, boxes, keypoints)
        if not self._hall.takes(seen):
            return Outcome([], [])
        events = self._apply(seen)
        floor, wording = (place := self._hall.place(camera_id)).floor, place.wording
        looks: dict[int, Embedding] = {}
        people, due = floor.people, set(floor.due)
        for person in people:
            if person.track in due:
                row = self._looks.look(floor, frame, person)
                events += self._apply(Looked(camera_id, person.track, row))
                if row is not None:
                    looks[person.track] = embedding(self._looks, row)
        seen_now = people if picture.live else []
        said = wording.perceptions(seen_now, picture.t_ns, looks, aspect=seen.aspect, inference_ns=inference_ns)
        return Outcome(events, said)

    def rest(self, eyes: list[Eye]) -> list[Outcome]:
        """What follows from cameras that send nothing, and from files that are over."""
        events: list[Event] = []
        for eye in eyes:
            place = self._hall.place(eye.camera_id)
            quiet_ns = now_ns() - self._last_seen.setdefault(eye.camera_id, now_ns())
            if place.floor.empty or not (picture := place.floor.picture):
                continue
            if eye.over and quiet_ns > SETTLED_NS:
                events += self._apply(Ended(eye.camera_id))
            elif quiet_ns > QUIET_NS:
                self._last_seen[eye.camera_id] += quiet_ns
                t_ns = (place.floor.last_ns or 0) + quiet_ns
                width, height, ratio = picture
                events += self._apply(Seen(eye.camera_id, t_ns, width, height, ratio, *NOBODY))
        return [Outcome(events, [])]

    def give_up(self, camera_ids: Iterable[str]) -> list[Outcome]:
        """What follows from cameras that were taken away."""
        return [Outcome(self._apply(Ended(camera_id)), []) for camera_id in camera_ids]

    def name(self, track_id: str, exercise: str | None) -> list[Outcome]:
        """What follows from being told what somebody does.

        Raises:
            BusError: nobody is there under that name.
            ExerciseError: there is no such exercise.
        """
        track = TrackName.parse(track_id)
        place = self._hall.known(track.camera_id)
        if not place or place.wording.epoch != track.epoch or not place.has(track.number):
            raise BusError(f"track {track_id}: nobody is there under that name")
        if exercise is not None and exercise not in (known := [each.id for each in load().exercises]):
            raise ExerciseError(f"exercise {exercise}: expected one of {', '.join(known)}")
        events = self._apply(Named(track.camera_id, track.number, exercise))
        self._diary.sync()
        return [Outcome(events, [])]

    def say(self, outcomes: list[Outcome]) -> None:
        """Say what pictures gave; belongs to the event loop's thread."""
        for outcome in outcomes:
            if outcome.perceptions:
                self._speaker.say(*outcome.perceptions)
            self._tell(outcome.events)
        if now_ns() - self._beat_ns > BEAT_NS:
            self._beat_ns = now_ns()
            self._diary.beat()
        if self._diary.is_stale and now_ns() - self._begun_ns > ANEW_S * 1e9:
            self._begin_diary()

    def _apply(self, record: Record) -> list[Event]:
        self._diary.add(record)
        return self._hall.apply(record)

    def _tell(self, events: list[Event]) -> None:
        if events:
            self._diary.sync()
            self._speaker.say(*events)

    def _begin_diary(self) -> None:
        """Write down how everything is."""
        self._begun_ns = now_ns()
        places = list(self._hall)
        states = [place.floor.state() for place in places]
        floors = tuple(
            FloorState(camera_id=place.wording.camera_id, epoch=place.wording.epoch, size=len(state))
            for place, state in zip(places, states, strict=True)
        )
        head = Head(
            version=self._version,
            clock=self._hall.clock,
            life=self._hall.life,
            epoch=self._speaker.epoch,
            said=self._speaker.head,
            floors=floors,
        )
        self._diary.begin(head, states)

    def _new_hall(self, life: str, *, clock: Clock | None = None) -> Hall:
        return Hall(
            life, self._model.thresholds, clock=clock or self._clock, away_s=self._away_s, looks=self._looks.space[0]
        )

    def _versioned(self) -> str:
        """The version of all that the floors' states depend on."""
        parts = Path(_core.__file__).read_bytes(), catalogue_json(None).encode(), self._model.sha256.encode()
        settings = f"{self._away_s} {self._looks.space} {self._looks.id}".encode()
        return hashlib.blake2b(b"".join((*parts, settings)), digest_size=16).hexdigest()
