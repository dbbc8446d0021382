"""The same clips seen otherwise: mirrored, rolled, at another pace, with fewer frames, with noise, with points lost.

An alteration takes a trace's header and rows and gives others of the same format; truth stays what it was.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Row = dict[str, Any]
SWAPPED = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
HEAD, FEET = (0, 1, 2, 3, 4), (15, 16)


def read(path: Path) -> list[Row]:
    """A trace's lines, the header first."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write(path: Path, rows: list[Row]) -> None:
    """Lines as a trace."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.write("\n".join(json.dumps(row) for row in rows) + "\n")


def looped(rows: list[Row], times: int) -> list[Row]:
    """A seamless loop played `times` times."""
    header, frames = rows[0], rows[1:]
    at = [row["t_ns"] for row in frames]
    period = at[-1] - at[0] + int(np.median(np.diff(at)))
    return [header, *(row | {"t_ns": row["t_ns"] + period * turn} for turn in range(times) for row in frames)]


@dataclass(frozen=True, slots=True)
class Alteration:
    """One way to alter a trace; what is not said stays as it is."""

    name: str
    mirrored: bool = False
    rolled: float = 0.0  # degrees, clockwise as seen
    pace: float = 1.0  # above 1 the clip runs faster
    every: int = 1  # of so many frames one stays
    frames_lost: float = 0.0  # share
    noise: float = 0.0  # deviation, share of the person's height
    points_lost: float = 0.0  # share
    unseen: tuple[int, ...] = ()  # keypoints never seen

    def __call__(self, rows: list[Row], seed: int = 1) -> list[Row]:
        """The altered trace; the same for the same seed."""
        random = np.random.default_rng(seed)
        header, frames = rows[0], rows[1:]
        aspect = header["width"] * header.get("sample_aspect_ratio", 1.0) / header["height"]
        frames = [row for row in frames[:: self.every] if random.random() >= self.frames_lost]
        return [
            header,
            *(
                {
                    "t_ns": round(row["t_ns"] / self.pace),
                    "detections": [self._person(person, aspect, random) for person in row["detections"]],
                }
                for row in frames
            ),
        ]

    def _person(self, person: Row, aspect: float, random: np.random.Generator) -> Row:
        points = np.array(person["keypoints"], float)
        x1, y1, x2, y2 = person["bbox"]
        box = self._moved(np.array([[x1, y1], [x1, y2], [x2, y1], [x2, y2]]), aspect)
        points[:, :2] = self._moved(points[:, :2], aspect)
        if self.mirrored:
            points = points[SWAPPED]
        points[:, :2] += random.normal(0, self.noise, (17, 2)) * np.ptp(points[:, 1]) / [aspect, 1]
        points[random.random(17) < self.points_lost, 2] = 0
        points[list(self.unseen), 2] = 0
        return person | {"bbox": [*box.min(0).tolist(), *box.max(0).tolist()], "keypoints": points.tolist()}

    def _moved(self, points: NDArray[np.float64], aspect: float) -> NDArray[np.float64]:
        """Rolled and mirrored about the middle of the picture, in square units."""
        cosine, sine = np.cos(np.radians(self.rolled)), np.sin(np.radians(self.rolled))
        square = (points - 0.5) * [-aspect if self.mirrored else aspect, 1]
        turned: NDArray[np.float64] = square @ np.array([[cosine, sine], [-sine, cosine]]) / [aspect, 1] + 0.5
        return turned


ALTERATIONS = (
    Alteration("as it is"),
    Alteration("mirrored", mirrored=True),
    Alteration("rolled by 8°", rolled=8),
    Alteration("rolled by -8°", rolled=-8),
    Alteration("rolled by 15°", rolled=15),
    Alteration("rolled by -15°", rolled=-15),
    Alteration("1.5 × faster", pace=1.5),
    Alteration("1.5 × slower", pace=1 / 1.5),
    Alteration("7.5 fps", every=2),
    Alteration("30 % of frames lost", frames_lost=0.3),
    Alteration("noise of 1 %", noise=0.01),
    Alteration("noise of 2 %", noise=0.02),
    Alteration("noise of 3 %", noise=0.03),
    Alteration("20 % of points lost", points_lost=0.2),
    Alteration("40 % of points lost", points_lost=0.4),
    Alteration("head unseen", unseen=HEAD),
    Alteration("feet unseen", unseen=FEET),
)
