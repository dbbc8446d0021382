"""Whether people who come back are known again: `python -m accuracy.identity CLIP`, a clip of people one by one.

Every two of them are played after one another with a while between: the first part of one's visit, then the rest of the
same visit, which should go on with it, or another's, which never should.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from gymbox import _core, models
from gymbox.config import VisionSettings
from gymbox.exercises import catalogue_json
from gymbox.picture import frame_of
from gymbox.runtime import runtime_library
from gymbox.video import Video
from gymbox.vision.looks import chosen

if TYPE_CHECKING:
    import numpy.typing as npt

    from gymbox.vision.looks import Looks

    Floats = npt.NDArray[np.float32]

SECOND: Final = 1_000_000_000
FIRST_PART: Final = 0.6
"""Share of a visit after which the person goes out of sight."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One person in one frame."""

    t_ns: int
    boxes: Floats
    keypoints: Floats
    looks: Floats | None


def floor(looks: Looks) -> _core.Floor:
    """An empty floor."""
    return _core.Floor(catalogue_json(), **models.described().thresholds.model_dump(), looks=looks.space[0])


def visits(clip: Path, looks: Looks) -> tuple[list[list[Moment]], tuple[int, int]]:
    """Each person's moments, in the order in which they come, and the picture's size."""
    found = models.find()
    model = _core.PoseModel(found.path, runtime_library=runtime_library(), **found.thresholds.model_dump())
    hall, size = floor(looks), (0, 0)
    people: dict[int, list[Moment]] = {}
    with Video(clip) as video:
        for picture in video.frames():
            frame = frame_of(picture.picture, sample_aspect_ratio=picture.sample_aspect_ratio)
            size = frame.width, frame.height
            boxes, keypoints = model.detect(frame)
            hall.step(boxes, keypoints, picture.t_ns, width=size[0], height=size[1])
            for person in hall.people:
                row = int(np.abs(boxes[:, :4] - person.bbox).sum(axis=1).argmin())
                looked = looks.look(hall, frame, person)
                moment = Moment(picture.t_ns, boxes[row : row + 1], keypoints[row : row + 1], looked)
                people.setdefault(person.track, []).append(moment)
    return [moments for _, moments in sorted(people.items())], size


def goes_on(looks: Looks, gone: list[Moment], came: list[Moment], size: tuple[int, int], away_s: float) -> bool:
    """Whether somebody who comes `away_s` after another went is taken for them."""
    hall, begun = floor(looks), len(gone)
    shift = gone[-1].t_ns + round(away_s * SECOND) - came[0].t_ns
    visits: set[int] = set()
    for place, moment in enumerate([*gone, *came]):
        t_ns = moment.t_ns + (shift if place >= begun else 0)
        told = hall.step(moment.boxes, moment.keypoints, t_ns, width=size[0], height=size[1])
        visits |= {link.visit for link in told.linked}
        for track in hall.due:
            hall.look(track, moment.looks)
    return len(visits) == 1


def main() -> int:
    """Print what was found; 1 where two people became one."""
    parser = argparse.ArgumentParser(prog="python -m accuracy.identity", description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--looks-model", type=Path, help="an OSNet as ONNX; colours without")
    options = parser.parse_args()
    looks = chosen(VisionSettings(looks_model=options.looks_model))
    people, size = visits(options.clip, looks)
    merged = 0
    for away_s in (3, 8, 15, 30, 55):
        known = 0
        for one, other in product(range(len(people)), repeat=2):
            cut = round(FIRST_PART * len(people[one]))
            gone, came = people[one][:cut], people[one][cut:] if one == other else people[other]
            same = goes_on(looks, gone, came, size, away_s)
            known += same and one == other
            merged += same and one != other
            if same and one != other:
                print(f"away for {away_s} s: {other + 1} is taken for {one + 1}")
        print(f"away for {away_s} s: {known} of {len(people)} known again")
    pairs = len(people) * (len(people) - 1) * 5
    print(f"taken for somebody else: {merged} of {pairs}")
    return int(merged > 0)


if __name__ == "__main__":
    sys.exit(main())
