"""Lessons as the network takes them: glimpses with what was true, cut, turned, mirrored and spoiled at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gymbox._core import GLIMPSE_WIDTH, RECOGNISER_DELAY_NS, glimpses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

VISIBLE = 0.1  # the default pose model's
JOINTS = 13
HEAD, KNEES, ANKLES = 0, 9, 11  # first joints that are left out together
UNASKED = -1  # a rest within a set is neither the exercise nor nothing
SHORTEST = 30  # glimpses
WARM = 3  # glimpses from which an answer is asked


@dataclass(frozen=True, slots=True)
class Lesson:
    """One person seen by one camera: `(T, WIDTH)` glimpses, how deep they are and what they are doing."""

    glimpses: Floats
    depth: Floats
    doing: NDArray[np.int32]


def read(path: Path) -> Lesson | None:
    """The lesson in a file that `synth/lessons.py` wrote; `None` where the person is hardly seen."""
    raw = np.load(path)
    fps, keypoints = float(raw["fps"]), raw["keypoints"]
    times = np.round(np.arange(len(keypoints)) / fps * 1e9).astype(np.int64)
    there = keypoints[:, 0, 2] >= 0
    moments, rows = glimpses(
        keypoints[there], times[there], width=int(raw["width"]), height=int(raw["height"]), keypoint_visible=VISIBLE
    )
    if len(rows) < SHORTEST:
        return None
    frame = np.clip((moments - RECOGNISER_DELAY_NS) * 1e-9 * fps, 0, len(keypoints) - 1)
    nearest = np.round(frame).astype(int)
    doing = raw["doing"][nearest].astype(np.int32)
    doing[(doing == 0) & raw["in_set"][nearest]] = UNASKED
    depth = np.interp(frame, np.arange(len(keypoints)), raw["depth"]).astype(np.float32)
    return Lesson(rows, depth, doing)


MIRROR = np.arange(GLIMPSE_WIDTH)
for _left in range(3, JOINTS * 3, 6):
    MIRROR[_left : _left + 6] = np.roll(np.arange(_left, _left + 6), 3)
SIGNS = np.ones(GLIMPSE_WIDTH, np.float32)
SIGNS[[*range(0, JOINTS * 3, 3), GLIMPSE_WIDTH - 4, GLIMPSE_WIDTH - 2]] = -1


def batch(
    lessons: Sequence[Lesson], random: np.random.Generator, size: int, steps: int
) -> tuple[Floats, Floats, NDArray[np.int32], Floats]:
    """`size` lessons of at most `steps` glimpses: glimpses, depths, doings, and which of them are asked."""
    rows = np.zeros((size, steps, GLIMPSE_WIDTH), np.float32)
    depth, asked = np.zeros((2, size, steps), np.float32)
    doing = np.full((size, steps), UNASKED, np.int32)
    for number in range(size):
        lesson = paced(lessons[random.integers(len(lessons))], random, steps)
        length = min(len(lesson.glimpses), steps)
        rows[number, :length] = spoiled(lesson.glimpses[:length], random)
        depth[number, :length], doing[number, :length] = lesson.depth[:length], lesson.doing[:length]
        asked[number, WARM:length] = 1
    return rows, depth, doing, asked


def paced(lesson: Lesson, random: np.random.Generator, steps: int) -> Lesson:
    """A piece of the lesson, one time of two faster or slower."""
    pace = float(np.exp(random.normal(0, 0.18))) if random.random() < 0.5 else 1.0
    needed = int(steps * pace) + 2
    start = random.integers(0, max(1, len(lesson.glimpses) - needed + 1)) if random.random() < 0.8 else 0
    piece = slice(start, start + needed)
    rows, depth, doing = lesson.glimpses[piece], lesson.depth[piece], lesson.doing[piece]
    if pace == 1.0:
        return Lesson(rows, depth, doing)
    moments = np.arange(0, len(rows) - 1, pace)
    before = moments.astype(int)
    after, share = np.minimum(before + 1, len(rows) - 1), (moments - before).astype(np.float32)
    mixed = rows[before] * (1 - share[:, None]) + rows[after] * share[:, None]
    mixed[:, GLIMPSE_WIDTH - 2 :] *= pace
    return Lesson(mixed, depth[before] * (1 - share) + depth[after] * share, doing[before])


def spoiled(rows: Floats, random: np.random.Generator) -> Floats:
    """The same seen by a worse camera: mirrored, rolled, stretched, trembling, with joints out of sight."""
    rows = rows[:, MIRROR] * SIGNS if random.random() < 0.5 else rows.copy()
    joints = rows[:, : JOINTS * 3].reshape(len(rows), JOINTS, 3)
    roll = np.radians(random.normal(0, 4 if random.random() < 0.7 else 10))
    wide, size = np.exp(random.normal(0, 0.05, 2))
    x, y = joints[..., 0] * wide * size, joints[..., 1] * size
    joints[..., 0], joints[..., 1] = x * np.cos(roll) - y * np.sin(roll), x * np.sin(roll) + y * np.cos(roll)
    joints[..., :2] += random.normal(0, 0.004, joints[..., :2].shape) * (joints[..., 2:] > 0)
    lot = random.random()
    if lot < 0.08:
        joints[:, ANKLES:] = 0
    elif lot < 0.12:
        joints[:, KNEES:] = 0
    elif lot < 0.17:
        joints[:, HEAD] = 0
    for _ in range(random.integers(0, 3)):
        if random.random() < 0.5:
            joint, start = random.integers(JOINTS), random.integers(len(rows))
            joints[start : start + random.integers(3, 60), joint] = 0
    if random.random() < 0.3:
        joints[..., 2] *= random.uniform(0.7, 1)
    rows[:, : JOINTS * 3] = joints.reshape(len(rows), -1)
    return rows
