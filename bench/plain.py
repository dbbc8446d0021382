"""Smoothing, joint angles and hysteresis in plain Python: what `exercise.py` is held against.

The same maths as `core-rs/src/motion` and `core-rs/src/exercise/cycle.rs`, written as one would in Python: tuples,
lists and `math`, no numpy, which is slower on arrays as small as one person. It leaves out how the core looks for a new
rest in the middle of a rise, so it has less to do.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median
from typing import NamedTuple

Point = tuple[float, float]
Seen = tuple[float, float, float]  # x and y in square units, score

WINDOW_S, TRUST_S, FEWEST, STALE_S = 0.30, 1.0, 3, 1.0
STATURE_S, STATURE_QUANTILE = 12.0, 0.80
SMALLEST_RISE, LOCKOUT, RESTING = 0.05, 0.75, 0.08
ANGLES = ((5, 7, 9), (6, 8, 10), (11, 5, 7), (12, 6, 8), (5, 11, 13), (6, 12, 14), (11, 13, 15), (12, 14, 16))
LIMBS = ((5, 7, 9, 0.33), (6, 8, 10, 0.33), (11, 13, 15, 0.49), (12, 14, 16, 0.49))
TRUNK, SHOULDERS = 0.29, 0.28
CHANNELS = ("legs", "arms", "left_arm", "right_arm")


class Cycle(NamedTuple):
    """One rise and return."""

    row: int
    channel: str
    start_s: float
    turn_s: float
    end_s: float
    rise: float


def angle(a: Seen | None, b: Seen | None, c: Seen | None) -> float:
    """Degrees at `b`, not-a-number where a point is unseen."""
    if a is None or b is None or c is None:
        return math.nan
    ux, uy, vx, vy = a[0] - b[0], a[1] - b[1], c[0] - b[0], c[1] - b[1]
    return math.degrees(math.atan2(abs(ux * vy - uy * vx), ux * vx + uy * vy))


def mixed(a: Seen | None, b: Seen | None, a_score: float, b_score: float) -> Point | None:
    """Between two points, nearer to the one seen better."""
    if a is None or b is None:
        one = a or b
        return None if one is None else (one[0], one[1])
    v, w = a_score * a_score, b_score * b_score
    return (v * a[0] + w * b[0]) / (v + w), (v * a[1] + w * b[1]) / (v + w)


def distance(a: Seen | Point | None, b: Seen | Point | None) -> float:
    """Between two points, 0 where one is unseen."""
    return 0.0 if a is None or b is None else math.hypot(a[0] - b[0], a[1] - b[1])


class Follower:
    """Valley, turn, valley of one height."""

    def __init__(self) -> None:
        self.valley: tuple[float, float] | None = None
        self.turn: tuple[float, float] | None = None

    def step(self, at: float, height: float, stature: float) -> tuple[float, float, float, float] | None:
        """Start, turn, end and rise of the cycle that ended."""
        if self.valley is None:
            self.valley = (at, height)
            return None
        if self.turn is None:
            low = self.valley[1]
            if height <= low:
                self.valley = (at, height)
            elif height <= low + RESTING * stature * SMALLEST_RISE:
                self.valley = (at, low)
            if height - self.valley[1] >= SMALLEST_RISE * stature:
                self.turn = (at, height)
            return None
        if height >= self.turn[1]:
            self.turn = (at, height)
        rise = self.turn[1] - self.valley[1]
        if self.turn[1] - height < LOCKOUT * rise:
            return None
        cycle = (self.valley[0], self.turn[0], at, rise / stature)
        self.valley, self.turn = (at, height), None
        return cycle


class Person:
    """One row."""

    def __init__(self, aspect: float, visible: float) -> None:
        self.aspect, self.visible = aspect, visible
        self.frames: deque[tuple[float, list[Seen | None]]] = deque()
        self.trust = [0.0] * 17
        self.heights: deque[tuple[float, float]] = deque()
        self.followers = [Follower() for _ in CHANNELS]

    def step(self, at: float, keypoints: list[list[float]]) -> tuple[list[float], list[tuple[str, Point, Point]]]:
        """Eight angles; each ended cycle as channel, (start, turn) and (end, rise)."""
        figure = self.smooth(at, keypoints)
        angles = [angle(figure[a], figure[b], figure[c]) for a, b, c in ANGLES]
        stature = self.stature(at, figure)
        cycles: list[tuple[str, Point, Point]] = []
        for channel, follower, height in zip(CHANNELS, self.followers, self.channels(figure), strict=True):
            if height is not None and stature and (ended := follower.step(at, height, stature)):
                cycles.append((channel, ended[:2], ended[2:]))
        return angles, cycles

    def smooth(self, at: float, keypoints: list[list[float]]) -> list[Seen | None]:
        """The median of each keypoint over the window."""
        raw: list[Seen | None] = [
            (x * self.aspect, y, score) if score >= self.visible and math.isfinite(x + y) else None
            for x, y, score in keypoints
        ]
        seconds = at - self.frames[-1][0] if self.frames else TRUST_S
        share = 1 - math.exp(-seconds / TRUST_S)
        self.trust = [
            trust + share * ((0.0 if seen is None else seen[2]) - trust)
            for trust, seen in zip(self.trust, raw, strict=True)
        ]
        frames = self.frames
        frames.append((at, raw))
        while at - frames[0][0] > WINDOW_S and not (len(frames) <= FEWEST and at - frames[0][0] <= STALE_S):
            frames.popleft()
        figure: list[Seen | None] = []
        for joint in range(17):
            seen = [points[joint] for _, points in frames]
            known = [point for point in seen if point is not None]
            if len(known) * 2 < len(seen) or not known:
                figure.append(None)
            else:
                x, y = median([point[0] for point in known]), median([point[1] for point in known])
                figure.append((x, y, self.trust[joint]))
        return figure

    def middle(self, figure: list[Seen | None], left: int) -> Point | None:
        """Between a joint and the one of the other side."""
        return mixed(figure[left], figure[left + 1], self.trust[left], self.trust[left + 1])

    def stature(self, at: float, figure: list[Seen | None]) -> float:
        """Body height from whichever limb is least foreshortened; 0 until one was seen."""
        lengths = [
            (distance(figure[a], figure[b]) + distance(figure[b], figure[c])) / share
            for a, b, c, share in LIMBS
            if figure[a] and figure[b] and figure[c]
        ]
        lengths.append(distance(self.middle(figure, 5), self.middle(figure, 11)) / TRUNK)
        lengths.append(distance(figure[5], figure[6]) / SHOULDERS)
        if max(lengths) > 0:
            self.heights.append((at, max(lengths)))
        while len(self.heights) > 1 and at - self.heights[0][0] > STATURE_S:
            self.heights.popleft()
        known = sorted(height for _, height in self.heights)
        return known[round(STATURE_QUANTILE * (len(known) - 1))] if known else 0.0

    def channels(self, figure: list[Seen | None]) -> list[float | None]:
        """The height of each channel."""
        hips, ankles = self.middle(figure, 11), self.middle(figure, 15)
        legs = None if hips is None or ankles is None else hips[1] - ankles[1]
        arms = []
        for a, b in ((figure[5], figure[9]), (figure[6], figure[10])):
            arms.append(None if a is None or b is None else a[1] - b[1])
        # Both arms are weighted by the worse seen of shoulder and wrist.
        left, right = (min(self.trust[5], self.trust[9]), min(self.trust[6], self.trust[10]))
        shoulder, wrist = mixed(figure[5], figure[6], left, right), mixed(figure[9], figure[10], left, right)
        both = None if shoulder is None or wrist is None else shoulder[1] - wrist[1]
        return [legs, both, *arms]


class Motions:
    """People in rows, as `gymbox._core.Motions` takes and gives them."""

    def __init__(self, people: int, *, aspect: float, keypoint_visible: float) -> None:
        self.people = [Person(aspect, keypoint_visible) for _ in range(people)]

    def step(self, keypoints: list[list[list[float]]], t_ns: int) -> tuple[list[list[float]], list[Cycle]]:
        """Eight angles each, and the cycles that this frame ended."""
        at = t_ns * 1e-9
        angles, cycles = [], []
        for row, (person, seen) in enumerate(zip(self.people, keypoints, strict=True)):
            own, ended = person.step(at, seen)
            angles.append(own)
            cycles += [Cycle(row, channel, *since, *until) for channel, since, until in ended]
        return angles, cycles
