"""Stick figures who come, train, go and come back, each in their own colours, as a floor is told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from gymbox import _core, models
from gymbox.exercises import catalogue_json
from tests.lifter import FPS, SIZE, depths, pose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

SECOND: Final = 1_000_000_000
HUES: Final = slice(8, 32)


def colours(hue: int) -> Floats:
    """Looks (256,) of somebody who wears nothing but this hue, of 24."""
    row = np.zeros((8, 32), np.float32)
    row[:, HUES][:, hue % 24] = 1
    return (row / np.linalg.norm(row)).ravel()


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody in front of the camera: from when, doing how many squats, where across the picture, in which colour."""

    start_s: float
    reps: int
    place: float
    hue: int

    @property
    def depths(self) -> Floats:
        return np.asarray(depths(self.reps), np.float32)

    @property
    def end_s(self) -> float:
        return self.start_s + len(self.depths) / FPS


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame of all who are there then."""

    t_ns: int
    boxes: Floats
    keypoints: Floats
    hues: tuple[int, ...]


def moments(stays: Iterable[Stay], *, until_s: float) -> Iterator[Moment]:
    """What a camera sees of these people."""
    moves = [(stay, stay.depths) for stay in stays]
    for frame in range(round(until_s * FPS)):
        seen, hues = [(np.zeros((0, 5), np.float32), np.zeros((0, 17, 3), np.float32))], []
        for stay, deep in moves:
            place = frame - round(stay.start_s * FPS)
            if 0 <= place < len(deep):
                seen.append(pose(float(deep[place]), middle=stay.place))
                hues.append(stay.hue)
        boxes, keypoints = (np.concatenate(parts) for parts in zip(*seen, strict=True))
        yield Moment(round(frame * SECOND / FPS), boxes, keypoints, tuple(hues))


def floor(state: bytes | None = None, *, away_s: float = 60) -> _core.Floor:
    return _core.Floor(catalogue_json(), **models.described().thresholds.model_dump(), away_s=away_s, state=state)


def step(floor: _core.Floor, moment: Moment) -> _core.Told:
    """A frame, and a look at whoever is due."""
    told = floor.step(moment.boxes, moment.keypoints, moment.t_ns, width=SIZE[0], height=SIZE[1])
    people = {person.track: person for person in floor.people}
    for track in floor.due:
        row = int(np.abs(moment.boxes[:, :4] - people[track].bbox).sum(axis=1).argmin())
        floor.look(track, colours(moment.hues[row]))
    return told


@dataclass(slots=True)
class Heard:
    """All that a floor told."""

    links: list[_core.Link] = field(default_factory=list)
    events: list[_core.Event] = field(default_factory=list)
    over: list[int] = field(default_factory=list)

    def take(self, told: _core.Told) -> None:
        self.links += told.linked
        self.events += told.events
        self.over += told.over

    @property
    def visits(self) -> set[int]:
        return {link.visit for link in self.links}

    def reps(self) -> list[tuple[int, int, int]]:
        """(visit, set, number) of each confirmed repetition, in order."""
        whose = {link.track: link.visit for link in self.links}
        confirmed = [event for event in self.events if isinstance(event, _core.Event.RepConfirmed)]
        return [(whose[event.track], event.rep.set, event.rep.number) for event in confirmed]


def heard(stays: Iterable[Stay], *, until_s: float, away_s: float = 60) -> Heard:
    """What is told of these people by the end."""
    told, hall = Heard(), floor(away_s=away_s)
    for moment in moments(stays, until_s=until_s):
        told.take(step(hall, moment))
    told.take(hall.finish())
    return told
