"""Stick figures that exercise: keypoints over time, as a pose model would see them, without pixels or tracker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gymbox._core import Athletes, Event, Rep
from gymbox.exercises import catalogue_json
from tests.lifter import SIZE, pose

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SECOND = 10**9
MIRRORED = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
ASPECT = SIZE[0] / SIZE[1]


def squatting(depth: float) -> Floats:
    """(17, 3) of somebody `depth` of the way down, seen from the side."""
    _, keypoints = pose(depth)
    return np.asarray(keypoints[0], np.float32)


def curling(depth: float, *, drawn: float = 0.0) -> Floats:
    """(17, 3) of somebody who has curled both arms `depth` of the way, the trunk drawn back by `drawn` degrees."""
    standing = squatting(0)
    hips = standing[11:13].mean(axis=0)
    shoulders = np.array([hips[0] - 0.23 * np.sin(np.radians(drawn)) / ASPECT, hips[1] - 0.23])
    bend = np.radians(10 + 125 * depth)
    for side in (0, 1):
        aside = side * 0.004
        standing[5 + side, :2] = shoulders[0] + aside, shoulders[1]
        elbow = shoulders + np.array([aside, 0.145])
        standing[7 + side, :2] = elbow
        standing[9 + side, :2] = elbow + 0.14 * np.array([np.sin(bend) / ASPECT, np.cos(bend)])
    return standing


def pushing(depth: float, *, gathered: float = 0.0) -> Floats:
    """(17, 3) of a plank, `depth` of the way down, seen from the side; legs and hips `gathered` so far to get up."""
    arm, upper = 0.285 * (1 - 0.72 * depth), 0.145
    hand = np.array([0.48, 0.9])
    shoulder = hand - [0, arm]
    along = np.array([0.65, arm]) / np.hypot(0.65, arm)
    hip, knee, ankle = (shoulder + length * along for length in (0.23, 0.42, 0.61))
    bent = np.array([np.sqrt(max(0.0, upper**2 - (arm / 2) ** 2)), arm / 2])
    hip[1] -= 0.12 * gathered
    knee += gathered * np.array([-0.19, 0.1])
    ankle[0] -= 0.25 * gathered
    nose = shoulder - [0.09, 0.03]
    face = nose + np.array([[0, 0], *[[0, -0.015]] * 2, *[[0.03, -0.02]] * 2])
    points = np.array([*face, *(joint for joint in (shoulder, shoulder + bent, hand, hip, knee, ankle) for _ in "lr")])
    points[6::2, 0] += 0.004  # the right side, a little apart
    points[:, 0] /= ASPECT
    return np.column_stack([points, np.full(17, 0.8)]).astype(np.float32)


MOVES = {"squat": squatting, "bicep_curl": curling, "push_up": pushing}


@dataclass(frozen=True, slots=True)
class Seen:
    """Frames of one person."""

    t_ns: NDArray[np.int64]
    keypoints: Floats
    """(frames, 17, 3)"""

    def mirrored(self) -> Seen:
        """The same in a mirror: left is right."""
        keypoints = self.keypoints[:, MIRRORED].copy()
        keypoints[..., 0] = 1 - keypoints[..., 0]
        return replace(self, keypoints=keypoints)

    def later(self, seconds: float) -> Seen:
        """The same at another time."""
        return replace(self, t_ns=self.t_ns + round(seconds * SECOND))

    def noisy(self, deviation: float, seed: int = 0) -> Seen:
        """The same seen badly; the deviation is in picture heights."""
        keypoints = self.keypoints.copy()
        keypoints[..., :2] += np.random.default_rng(seed).normal(0, deviation, keypoints[..., :2].shape) / [ASPECT, 1]
        return replace(self, keypoints=keypoints)

    def events(self, *, exercise: str | None = None) -> list[Event]:
        """What follows from it."""
        athletes = Athletes(catalogue_json(), 1, width=SIZE[0], height=SIZE[1], exercise=exercise)
        events: list[Event] = []
        for t_ns, keypoints in zip(self.t_ns.tolist(), self.keypoints, strict=True):
            events += athletes.step(keypoints[None], t_ns)
        return events + athletes.finish(int(self.t_ns[-1]))

    def reps(self) -> list[Rep]:
        """Its confirmed repetitions."""
        return [event.rep for event in self.events() if isinstance(event, Event.RepConfirmed)]


def still(exercise: str, seconds: float, *, fps: float = 15) -> Seen:
    """Somebody who stands."""
    return performed(exercise, 0, fps=fps, still_s=seconds / 2)


def performed(
    exercise: str, reps: int, *, seconds: float = 2.4, depth: float = 1.0, fps: float = 15, still_s: float = 1.5
) -> Seen:
    """`reps` repetitions of `seconds` each to `depth`, with short rests between and time to stand around them."""
    times = np.arange(0, 2 * still_s + reps * (seconds + 0.4), 1 / fps)
    into = (times - still_s) % (seconds + 0.4)
    moving = (times >= still_s) & (times < still_s + reps * (seconds + 0.4)) & (into < seconds)
    depths = np.where(moving, depth * np.sin(np.pi * into / seconds) ** 2, 0)
    keypoints = np.stack([MOVES[exercise](float(each)) for each in depths]).astype(np.float32)
    return Seen(np.round(times * SECOND).astype(np.int64), keypoints)
