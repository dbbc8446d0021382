"""A stick figure that squats, as a pose model would see it from the side: detections without pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gymbox.trace import TraceHeader, trace_written

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.trace import Floats

FPS = 15
SIZE = (640, 360)
SHIN, THIGH = 0.55, 1.35  # how far each leans in the deepest squat, radians


def pose(depth: float, *, middle: float = 0.5) -> tuple[Floats, Floats]:
    """One person, `depth` of the way down: box (1, 5) and keypoints (1, 17, 3), 0 to 1 of a picture of `SIZE`."""
    aspect = SIZE[0] / SIZE[1]
    ankle = np.array([0.0, 0.92])
    knee = ankle + 0.19 * np.array([np.sin(SHIN * depth), -np.cos(SHIN * depth)])
    hip = knee + 0.19 * np.array([-np.sin(THIGH * depth), -np.cos(THIGH * depth)])
    shoulder = hip + 0.23 * np.array([np.sin(0.6 * depth), -np.cos(0.6 * depth)])
    arm = np.array([np.sin(1.4 * depth), np.cos(1.4 * depth)])  # stretched out in front, to keep the balance
    elbow, wrist = shoulder + 0.145 * arm, shoulder + 0.285 * arm
    nose = np.add(shoulder, (0.03, -0.1))
    eye, ear = np.add(nose, (0.01, -0.015)), np.add(nose, (-0.03, 0))
    face = [nose, eye, eye, ear, ear]
    points = np.array([*face, *(joint for joint in (shoulder, elbow, wrist, hip, knee, ankle) for _ in "lr")])
    points[:, 0] = middle + points[:, 0] / aspect
    points[6::2, 0] += 0.004  # the right side, a little apart
    keypoints = np.column_stack([points, np.full(17, 0.8)]).astype(np.float32)
    low, high = points.min(axis=0) - 0.02, points.max(axis=0) + 0.02
    return np.array([[*low, *high, 0.7]], np.float32), keypoints[None]


def depths(reps: int, *, seconds: float = 2.4, still: float = 1.5) -> np.ndarray:
    """How deep at each frame: standing, `reps` repetitions with a short rest between, standing."""
    down_and_up = np.sin(np.linspace(0, np.pi, round(seconds * FPS))) ** 2
    rest = np.zeros(round(0.4 * FPS))
    return np.concatenate([np.zeros(round(still * FPS)), *[down_and_up, rest] * reps, np.zeros(round(still * FPS))])


def record(path: Path, *sets: tuple[int, float]) -> Path:
    """A trace of people who squat at once, each given as (repetitions, place 0 to 1 across the picture)."""
    tracks = [(depths(reps), place) for reps, place in sets]
    header = TraceHeader(width=SIZE[0], height=SIZE[1], source="lifter.mp4", pose_model="movenet-multipose")
    with trace_written(path, header) as write:
        for frame in range(max(len(track) for track, _ in tracks)):
            seen = [pose(track[min(frame, len(track) - 1)], middle=place) for track, place in tracks]
            boxes, keypoints = (np.concatenate(parts) for parts in zip(*seen, strict=True))
            write(round(frame * 1e9 / FPS), boxes, keypoints)
    return path
