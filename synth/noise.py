"""What a pose model would have seen: exact keypoints in, keypoints with the errors and scores of MoveNet out.

The parameters are in `noise.json`, fitted on rendered frames by `fit_noise.py`. Lengths are in sizes: one size is the
person's height as it would stand at that distance, in picture heights. Per keypoint and by how it is seen (in sight,
behind the own body, behind a thing, outside): an offset that is always there, a slow error that lives for `slow_s`, a
fast one that is new in each frame, now and then a gross one, and a score. Arms and legs swap sides for a while, and
people go unseen.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rotation import Array

SIGHTS = ("seen", "behind_self", "behind_thing", "outside")
ARMS, LEGS = ((7, 8), (9, 10)), ((13, 14), (15, 16))


@dataclass(frozen=True, slots=True)
class Noise:
    """Fitted errors; arrays are `(4, 17)`, by how a keypoint is seen and which it is."""

    offset: Array  # (4, 17, 2), sizes: x towards the picture's right, y down
    slow: Array  # deviation in sizes
    fast: Array
    gross: Array  # share of frames with a gross error
    gross_size: float  # deviation of a gross error in sizes
    score: Array  # mean score
    score_spread: Array  # deviation of scores
    slow_s: float  # how long a slow error lives
    gross_s: float  # how long a gross error lives
    swap: tuple[float, float]  # share of frames with arms and with legs swapped, when the sides lie over each other
    swap_s: float
    unseen: float  # share of frames in which the person is not found at all
    unseen_s: float

    @classmethod
    def load(cls, path: Path | None = None) -> "Noise":
        """The fitted noise of the default model."""
        raw = json.loads((path or Path(__file__).with_name("noise.json")).read_text())
        arrays = ("offset", "slow", "fast", "gross", "score", "score_spread")
        return cls(**{key: np.array(value) if key in arrays else value for key, value in raw.items() if key != "about"})


def lasting(frames: int, fps: float, seconds: float, random: np.random.Generator, columns: int) -> Array:
    """`(frames, columns)` of noise with deviation 1 whose memory fades over `seconds` (an Ornstein-Uhlenbeck walk)."""
    keep = np.exp(-1 / (fps * seconds))
    out = random.standard_normal((frames, columns))
    for frame in range(1, frames):
        out[frame] = keep * out[frame - 1] + np.sqrt(1 - keep**2) * out[frame]
    return out


def spells(frames: int, fps: float, share: Array, seconds: float, random: np.random.Generator) -> Array:
    """`(frames, columns)` booleans, true for a `(frames, columns)` share of the time, in spells of `seconds`."""
    end = min(1.0, 1 / (fps * seconds))
    begin = np.clip(end * share / np.maximum(1 - share, 1e-3), 0, 1)
    draw = random.uniform(size=share.shape)
    out = np.zeros(share.shape, bool)
    state = random.uniform(size=share.shape[1]) < share[0]
    for frame in range(frames):
        state = np.where(state, draw[frame] >= end, draw[frame] < begin[frame])
        out[frame] = state
    return out


def seen_through(
    noise: Noise,
    projected: Array,
    how: Array,
    random: np.random.Generator,
    *,
    size: Array,
    aspect: float,
    fps: float,
) -> tuple[Array, Array]:
    """What the model gives: `(T, 17, 3)` keypoints (x, y 0-1, score) and which of the `T` frames have the person.

    Args:
        noise: The model's errors.
        projected: `(T, 17, ≥2)` exact keypoints, 0-1 of the picture.
        how: `(T, 17)` how each is seen, an index into `SIGHTS`.
        random: Where the errors come from.
        size: `(T,)` sizes in picture heights.
        aspect: Width over height of the picture.
        fps: Frames a second.
    """
    frames, joints = how.shape
    column = np.arange(joints)[None].repeat(frames, 0)
    exact = projected[..., :2] * [aspect, 1.0]

    def fitted(table: Array) -> Array:
        return table[how, column]

    slow = lasting(frames, fps, noise.slow_s, random, joints * 2).reshape(frames, joints, 2)
    fast = random.standard_normal((frames, joints, 2))
    gross = spells(frames, fps, fitted(noise.gross), noise.gross_s, random)
    far = lasting(frames, fps, noise.gross_s, random, joints * 2).reshape(frames, joints, 2) * noise.gross_size
    error = fitted(noise.offset) + slow * fitted(noise.slow)[..., None] + fast * fitted(noise.fast)[..., None]
    error = np.where(gross[..., None], far, error)
    found = exact + error * size[:, None, None]

    mood = 0.8 * lasting(frames, fps, 0.5, random, joints) + 0.6 * random.standard_normal((frames, joints))
    score = fitted(noise.score) + mood * fitted(noise.score_spread)
    score = np.clip(np.where(gross, 0.6 * score, score), 0.01, 0.98)
    for pairs, share in ((ARMS, noise.swap[0]), (LEGS, noise.swap[1])):
        one, other = (np.array(side) for side in zip(*pairs, strict=True))
        apart = np.abs(exact[:, one, 0] - exact[:, other, 0]).mean(1) / size
        near = np.clip(1 - apart / 0.12, 0, 1)  # the sides lie over each other
        swapped = spells(frames, fps, (share * near)[:, None], noise.swap_s, random)[:, 0]
        for left, right in pairs:
            found[swapped, left], found[swapped, right] = found[swapped, right], found[swapped, left].copy()
            score[swapped, left], score[swapped, right] = score[swapped, right], score[swapped, left].copy()

    outside = (how == 3).mean(1)
    lost = np.clip(noise.unseen + 0.5 * np.clip(outside - 0.4, 0, 1), 0, 0.98)
    there = ~spells(frames, fps, lost[:, None], noise.unseen_s, random)[:, 0]
    there &= (how != 3).sum(1) >= 5
    found = found / [aspect, 1.0]
    return np.concatenate([found.clip(-0.02, 1.02), score[..., None]], -1), there
