"""All cameras' floors: records in, events out. The same records give the same events, in whichever life of vision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gymbox import _core
from gymbox.exercises import catalogue_json
from gymbox.identity import epoch_after
from gymbox.vision.record import Ended, Looked, Named, Seen
from gymbox.vision.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gymbox.clock import Clock
    from gymbox.events import Event
    from gymbox.models.manifest import Thresholds
    from gymbox.vision.record import Record

BACKWARDS_NS: Final = 2_000_000_000
"""How far a camera's time may run backwards until it has begun anew: less is a picture that came too late."""


@dataclass(frozen=True, slots=True)
class Place:
    """One camera's floor, and how it is spoken of."""

    floor: _core.Floor
    wording: Wording

    def has(self, track: int) -> bool:
        """Whether somebody is there under that number."""
        return any(link.track == track for link in self.floor.links)


class Hall:
    """Whoever is in front of any camera.

    Args:
        life: who counts, until the floors are given up: the names of all tracks follow from it.
        thresholds: the pose model's.
        clock: what events are stamped by.
        away_s: how long somebody may be out of sight and go on with the same visit.
        looks: the kind of embedding that people are known again by.
    """

    def __init__(self, life: str, thresholds: Thresholds, *, clock: Clock, away_s: float, looks: str) -> None:
        self.life, self.clock = life, clock
        self._thresholds, self._away_s, self.looks = thresholds.model_dump(), away_s, looks
        self._places: dict[str, Place] = {}

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places.values())

    def known(self, camera_id: str) -> Place | None:
        """A camera's floor, where there is one."""
        return self._places.get(camera_id)

    def place(self, camera_id: str) -> Place:
        """A camera's floor, made where there was none."""
        return self._places.get(camera_id) or self.open(camera_id, epoch_after(self.life, camera_id), None)

    def open(self, camera_id: str, epoch: str, state: bytes | None) -> Place:
        """A camera's floor as it was; without a state, an empty one.

        Raises:
            StateError: the state is of another version, or none.
        """
        floor = _core.Floor(
            catalogue_json(None), **self._thresholds, away_s=self._away_s, looks=self.looks, state=state
        )
        place = self._places[camera_id] = Place(floor, Wording(camera_id, epoch, self.clock))
        place.wording.know(floor.visits)
        return place

    def takes(self, seen: Seen) -> bool:
        """Whether a picture changes anything: not one that came too late, nor an empty one of an empty floor."""
        if seen.camera_id not in self._places:
            return bool(len(seen.boxes))
        floor = self._places[seen.camera_id].floor
        if floor.empty and not len(seen.boxes):
            return False
        last = floor.last_ns
        return last is None or seen.t_ns > last or seen.t_ns < last - BACKWARDS_NS

    def apply(self, record: Record) -> list[Event]:
        """What follows from a record."""
        match record:
            case Seen():
                return self._see(record)
            case Ended():
                return self._end(record.camera_id)
            case Looked():
                self.place(record.camera_id).floor.look(record.track, record.looks)
                return []
            case Named():
                floor, wording = (place := self.place(record.camera_id)).floor, place.wording
                return wording.events(floor.name(record.track, record.exercise), floor.last_ns or 0)

    def finish(self) -> list[Event]:
        """What follows from there being no more pictures of any camera."""
        return [event for camera_id in list(self._places) for event in self._end(camera_id)]

    def _see(self, seen: Seen) -> list[Event]:
        place = self.place(seen.camera_id)
        last, ended = place.floor.last_ns, []
        if last is not None and seen.t_ns <= last:  # the camera's time began anew
            ended = self._end(seen.camera_id)
            place = self.open(seen.camera_id, place.wording.next_epoch(), None)
        told = place.floor.step(
            seen.boxes,
            seen.keypoints,
            seen.t_ns,
            width=seen.width,
            height=seen.height,
            sample_aspect_ratio=seen.sample_aspect_ratio,
        )
        return ended + (place.wording.events(told, seen.t_ns) if told else [])

    def _end(self, camera_id: str) -> list[Event]:
        if not (place := self._places.get(camera_id)):
            return []
        return place.wording.events(place.floor.finish(), place.floor.last_ns or 0)
