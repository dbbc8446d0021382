"""The scene that trackers are compared on: a gym floor of any number of people, as a pose model might see it.

People stand at stations and move up and down, and now and then walk to another one, past and in front of others. Nearer
people hide those behind: the less of somebody is seen, the lower the score, down to nothing. The model misses a person
now and then, wavers by a few per cent, and sees people where there are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FPS = 30
NOBODY = -1  # the owner of a detection where there is no person


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame's detections."""

    boxes: NDArray[np.float32]  # (n, 4): x1, y1, x2, y2, 0-1 of the picture
    scores: NDArray[np.float32]  # (n,)
    owners: NDArray[np.int64]  # (n,): whom the box shows, or NOBODY


def scene(people: int, *, frames: int, seed: int) -> list[Seen]:
    """The detections of a floor with `people` on it, frame by frame at 30 fps; the same for the same seed."""
    rng = np.random.default_rng(seed)
    # More people stand further away, so that the floor is as crowded with 100 as with 20.
    height = 0.34 * np.sqrt(20 / people) * rng.uniform(0.85, 1.15, people)
    home = rng.uniform((0.04, 0.35), (0.96, 0.95), (people, 2))  # where the feet are; lower in the picture is nearer
    goal, tempo, phase = home.copy(), rng.uniform(0.25, 0.6, people), rng.uniform(0, 1, people)
    ghosts: list[tuple[NDArray[np.float64], int]] = []
    seen: list[Seen] = []
    for frame in range(frames):
        leaving = rng.random(people) < 1 / (8 * FPS)
        goal[leaving] = rng.uniform((0.04, 0.35), (0.96, 0.95), (people, 2))[leaving]
        way = goal - home
        far = np.hypot(way[:, 0] * 16 / 9, way[:, 1])
        pace = np.minimum(0.8 * height / FPS, far)  # 0.8 body heights a second, as people walk
        home += way * (pace / np.maximum(far, 1e-9))[:, None]
        depth = np.where(far > 0, 0, 0.18 * (1 - np.cos(2 * np.pi * (phase + tempo * frame / FPS))))
        tall = height * (1 - depth)
        wide = 0.36 * height * (1 + 0.5 * depth) * 9 / 16
        boxes = np.stack([home[:, 0] - wide / 2, home[:, 1] - tall, home[:, 0] + wide / 2, home[:, 1]], axis=1)
        visible = 1 - _hidden(boxes, home[:, 1])
        scores = 0.25 + 0.6 * visible + rng.normal(0, 0.06, people)
        noisy = boxes + rng.normal(0, 0.02, (people, 4)) * np.stack([wide, tall, wide, tall], axis=1)
        found = (visible > 0.15) & (rng.random(people) > 0.02)
        ghosts = [(box, left - 1) for box, left in ghosts if left > 1]
        if rng.random() < people / 200:
            x, y, size = rng.uniform((0, 0.2, 0.05), (1, 0.9, 0.3))
            ghosts.append((np.array([x, y, x + size * 0.2, y + size]), int(rng.integers(1, 6))))
        boxes = np.concatenate([noisy[found], *(box[None] for box, _ in ghosts)])
        scores = np.concatenate([scores[found], rng.uniform(0.1, 0.65, len(ghosts))])
        owners = np.concatenate([np.flatnonzero(found), np.full(len(ghosts), NOBODY)])
        order = rng.permutation(len(boxes))
        clipped = np.clip(scores, 0.05, 0.95)
        seen.append(Seen(boxes[order].astype(np.float32), clipped[order].astype(np.float32), owners[order]))
    return seen


def switches(seen: list[Seen], tracks: list[NDArray[np.int64]]) -> int:
    """How often a person's track changed, over all; `tracks` has each detection's track by frame, -1 for none."""
    last: dict[int, int] = {}
    changed = 0
    for frame, found in zip(seen, tracks, strict=True):
        for owner, track in zip(frame.owners.tolist(), found.tolist(), strict=True):
            if owner != NOBODY and track >= 0:
                changed += last.setdefault(owner, track) != track
                last[owner] = track
    return changed


def covered(seen: list[Seen], tracks: list[NDArray[np.int64]]) -> float:
    """The share of people's detections that have a track."""
    people = sum(int(np.sum(frame.owners != NOBODY)) for frame in seen)
    tracked = sum(
        int(np.sum((frame.owners != NOBODY) & (found >= 0))) for frame, found in zip(seen, tracks, strict=True)
    )
    return tracked / people


def _hidden(boxes: NDArray[np.float64], nearness: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest share of each box that one nearer box covers."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2) / np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)[:, None]
    return np.asarray(np.max(np.where(nearness[None] > nearness[:, None], shared, 0), axis=1))
