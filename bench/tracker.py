"""Our tracker, called from Python, against Roboflow's `trackers` (ByteTrack in Python and NumPy), on one scene in one run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import supervision
from trackers import ByteTrackTracker

from bench.scene import FPS, Seen, covered, scene, switches
from gymbox._core import ByteTrack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Update = Callable[[int, Seen], NDArray[np.int64]]

FRAMES = 900  # half a minute
WARM_UP = 30
SEED = 7
WIDTH, HEIGHT = 1920, 1080


def ours() -> Update:
    """Our tracker with its own defaults."""
    tracker = ByteTrack(width=WIDTH, height=HEIGHT)

    def update(frame: int, seen: Seen) -> NDArray[np.int64]:
        return tracker.update(seen.boxes, seen.scores, frame * 1_000_000_000 // FPS)

    return update


def theirs() -> Update:
    """Roboflow's tracker, matching, beginning and forgetting as ours does, so that it is asked the same question."""
    tracker = ByteTrackTracker(
        lost_track_buffer=5 * FPS, frame_rate=FPS, track_activation_threshold=0.6, high_conf_det_threshold=0.5
    )

    def update(_frame: int, seen: Seen) -> NDArray[np.int64]:
        boxes = seen.boxes * np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], np.float32)
        # Its answer may come in another order, so that each detection carries its number.
        numbered = {"number": np.arange(len(boxes))}
        found = tracker.update(supervision.Detections(xyxy=boxes, confidence=seen.scores, data=numbered))
        tracks = np.full(len(boxes), -1, np.int64)
        tracks[found.data["number"]] = found.tracker_id
        return tracks

    return update
