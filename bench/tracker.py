"""Our tracker, called from Python, against Roboflow's `trackers` (ByteTrack in NumPy), in speed and switches.

Both see each frame in turn and get what they take ready-made, so that only tracking is timed. Theirs is set to begin,
match and forget as ours does.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import supervision
from trackers import ByteTrackTracker

from bench.row import Row, at_least, at_most
from bench.scene import FPS, Seen, covered, scene, switches
from gymbox._core import ByteTrack

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAMES = 900  # half a minute
WARM_UP = 30
SEED = 7
WIDTH, HEIGHT = 1920, 1080
WANTED_RATIO = {20: 50.0, 100: 20.0}  # by people


class Run(NamedTuple):
    """One tracker on one scene."""

    milliseconds: float
    """Of the median frame."""
    switches: int
    """How often a person's track changed."""
    covered: float
    """The share of people's detections that had a track."""

    def __str__(self) -> str:
        """The row's cell."""
        return f"{self.milliseconds:.4f} ms/frame, {self.switches} switches, {self.covered:.1%} tracked"


def compare(seen: list[Seen]) -> tuple[Run, Run]:
    """Ours and theirs on the same frames, by turns."""
    ours = ByteTrack(width=WIDTH, height=HEIGHT)
    theirs = ByteTrackTracker(
        lost_track_buffer=5 * FPS, frame_rate=FPS, track_activation_threshold=0.6, high_conf_det_threshold=0.5
    )
    taken: tuple[list[float], list[float]] = ([], [])
    tracks: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]] = ([], [])
    for frame, people in enumerate(seen):
        # Their answer may come in another order, so each detection carries its number.
        detections = supervision.Detections(
            xyxy=people.boxes * np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], np.float32),
            confidence=people.scores,
            data={"number": np.arange(len(people.boxes))},
        )
        start = time.perf_counter()
        found = ours.update(people.boxes, people.scores, frame * 10**9 // FPS)
        middle = time.perf_counter()
        answer = theirs.update(detections)
        end = time.perf_counter()
        taken[0].append(middle - start)
        taken[1].append(end - middle)
        numbered = np.full(len(people.boxes), -1, np.int64)
        numbered[answer.data["number"]] = answer.tracker_id
        tracks[0].append(found)
        tracks[1].append(numbered)
    runs = [
        Run(float(np.median(seconds[WARM_UP:])) * 1e3, switches(seen, found), covered(seen, found))
        for seconds, found in zip(taken, tracks, strict=True)
    ]
    return runs[0], runs[1]


def rows() -> list[Row]:
    """Speed and switches with 20 and with 100 people."""
    table = []
    for people, wanted in WANTED_RATIO.items():
        ours, theirs = compare(scene(people, frames=FRAMES, seed=SEED))
        faster = theirs.milliseconds / ours.milliseconds
        table.append(Row(f"tracker, {people} people, speed", str(ours), str(theirs), faster, *at_least(wanted, faster)))
        swapped = ours.switches / max(theirs.switches, 1)
        table.append(
            Row(
                f"tracker, {people} people, identity switches",
                f"{ours.switches}",
                f"{theirs.switches}",
                swapped,
                *at_most(1.0, swapped),
            )
        )
    return table
