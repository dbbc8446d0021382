"""Our tracker, called from Python, against Roboflow's `trackers` (ByteTrack in NumPy), in speed and switches.

They take turns, a second of frames each, and get what they take ready-made, so that only tracking is timed. Theirs is
set to begin, match and forget as ours does.
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
SEED = 7
WIDTH, HEIGHT = 1920, 1080
WANTED_RATIO = {20: 50.0, 100: 50.0}  # by people


class Run(NamedTuple):
    """One tracker on one scene."""

    milliseconds: float
    """Of the median frame, the first second left out."""
    switches: int
    """How often a person's track changed."""
    covered: float
    """The share of people's detections that had a track."""


class Ours:
    """Our tracker with its own defaults."""

    def __init__(self) -> None:
        self.tracker = ByteTrack(width=WIDTH, height=HEIGHT)

    def update(self, seen: Seen, frame: int) -> tuple[float, NDArray[np.int64]]:
        """Seconds taken, and each detection's track."""
        t_ns = frame * 10**9 // FPS
        start = time.perf_counter()
        tracks = self.tracker.update(seen.boxes, seen.scores, t_ns)
        return time.perf_counter() - start, tracks


class Theirs:
    """Roboflow's, which wants pixels and its own kind of detections."""

    def __init__(self) -> None:
        self.tracker = ByteTrackTracker(
            lost_track_buffer=5 * FPS, frame_rate=FPS, track_activation_threshold=0.6, high_conf_det_threshold=0.5
        )

    def update(self, seen: Seen, _frame: int) -> tuple[float, NDArray[np.int64]]:
        """Seconds taken, and each detection's track."""
        # The answer may come in another order, so each detection carries its number.
        detections = supervision.Detections(
            xyxy=seen.boxes * np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], np.float32),
            confidence=seen.scores,
            data={"number": np.arange(len(seen.boxes))},
        )
        start = time.perf_counter()
        answer = self.tracker.update(detections)
        seconds = time.perf_counter() - start
        tracks = np.full(len(seen.boxes), -1, np.int64)
        tracks[np.asarray(answer.data["number"])] = np.asarray(answer.tracker_id)
        return seconds, tracks


def compare(seen: list[Seen]) -> tuple[Run, Run]:
    """Ours and theirs on the same frames, a second by turns."""
    trackers: tuple[Ours | Theirs, ...] = (Ours(), Theirs())
    answers: tuple[list[tuple[float, NDArray[np.int64]]], ...] = ([], [])
    for second in range(0, len(seen), FPS):
        for tracker, answered in zip(trackers, answers, strict=True):
            for frame in range(second, min(second + FPS, len(seen))):
                answered.append(tracker.update(seen[frame], frame))
    ours, theirs = (
        Run(
            float(np.median([seconds for seconds, _ in answered[FPS:]])) * 1e3,
            switches(seen, [tracks for _, tracks in answered]),
            covered(seen, [tracks for _, tracks in answered]),
        )
        for answered in answers
    )
    return ours, theirs


def rows() -> list[Row]:
    """Speed and switches with 20 and with 100 people."""
    table: list[Row] = []
    for people, wanted in WANTED_RATIO.items():
        ours, theirs = compare(scene(people, frames=FRAMES, seed=SEED))
        faster = theirs.milliseconds / ours.milliseconds
        swapped = ours.switches / max(theirs.switches, 1)
        table += [
            Row(
                f"tracker, {people} people: a frame",
                f"{ours.milliseconds:.4f} ms",
                f"{theirs.milliseconds:.4f} ms",
                faster,
                *at_least(wanted, faster),
            ),
            Row(
                f"tracker, {people} people: identity switches",
                f"{ours.switches}, {ours.covered:.1%} tracked",
                f"{theirs.switches}, {theirs.covered:.1%} tracked",
                swapped,
                *at_most(1.0, swapped),
            ),
        ]
    return table
