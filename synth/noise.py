"""What a pose model would have seen: exact keypoints in, keypoints with the errors and scores of MoveNet out.

The parameters are in `noise.json`, fitted on rendered frames by `python -m accuracy.fit`. Lengths are in pixels of the
model's input, whatever the size of the person: that is how the model errs. Nor does it err by chance: the same picture
gives the same error, twenty seconds later too, so errors and scores are fields over the pose, smooth in it. They depend
on how a keypoint is seen (in sight, behind the own body, behind a thing, outside): an offset that stays over a clip, a
gain (a share of the movement against the trunk that is exaggerated, or lost where negative), what varies with the pose
on several scales, and in some poses a gross error. The joints of a limb err alike; arms and legs swap for a while, and
now and then somebody's back is taken for the front.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
from rotation import Array

SIGHTS = ("seen", "behind_self", "behind_thing", "outside")
SIDES = ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16))
ARMS, LEGS = ((7, 8), (9, 10)), ((13, 14), (15, 16))
LIMB = np.array([0, 0, 0, 0, 0, 1, 1, 2, 3, 2, 3, 1, 1, 4, 5, 4, 5])  # head, trunk, arms, legs
TRUNK = (5, 6, 11, 12)
INPUT = 256  # pixels of the model's input, long side
GROSS = 8.0  # pixels from which an error is gross
NEAR = 12.0  # pixels: sides nearer than this lie over each other
EASE_S = 0.15  # how fast the errors change when a keypoint goes out of sight
TABLES = (
    "down",
    "stays",
    "gain",
    "gain_spread",
    "varies",
    "gross",
    "gross_size",
    "score",
    "score_stays",
    "score_spread",
)
RAMP = 0.6  # deviations of the deviate that decides over which an error becomes gross: 0 would make all of them jump
FEATURES = 256  # waves that make a field: fewer repeat themselves, more cost time


@dataclass(frozen=True, slots=True)
class Noise:
    """Fitted errors in pixels of the model's input; arrays are `(4, 17)`, by how a keypoint is seen and which it is."""

    down: Array  # offset downwards of everybody
    stays: Array  # deviation of the offset between clips
    gain: Array
    gain_spread: Array  # deviation between clips
    varies: Array  # deviation within a clip
    gross: Array  # share of frames with a gross error
    gross_size: Array  # mean length of gross errors beyond `GROSS`
    score: Array  # mean score
    score_stays: Array  # deviation between clips
    score_spread: Array  # deviation within a clip
    scales: list[tuple[float, float]]  # how far the body moves until an error is another, and its share of the variance
    still: float  # deviation of the errors of one and the same pose
    hardness: float  # deviation between clips of the logarithm of the size of errors: some limbs are hard to see
    gross_unevenness: float  # 0: every clip has its share of gross errors, 1: they have all or nothing
    gross_score: float  # score of a keypoint with a gross error, over its usual one
    together: float  # correlation of the errors of a limb's joints
    swap: tuple[float, float]  # share of frames with arms and with legs swapped, when the sides lie over each other
    swap_s: float
    turned: float  # share of frames in which back is taken for front, left for right
    unseen: float  # share of frames in which the person is not found at all
    unseen_s: float

    @classmethod
    def load(cls, path: Path | None = None) -> "Noise":
        """The fitted noise of the default model."""
        raw = json.loads((path or Path(__file__).with_name("noise.json")).read_text())
        return cls(**{key: np.array(value) if key in TABLES else value for key, value in raw.items() if key != "about"})


def field(noise: Noise, poses: Array, random: np.random.Generator, axes: int) -> Array:
    """`(T, 17, axes)` of deviation 1 that depend on the `(T, 17, 2)` poses, alike in a limb.

    Random Fourier features (Rahimi and Recht, 2007) of kernels `exp(-distance / length)`, the distance that of the
    keypoints' root mean square: the waves' vectors are Cauchy's.
    """
    size = poses.shape[1] * poses.shape[2]
    flat = poses.reshape(len(poses), size) / np.sqrt(poses.shape[1])
    out = np.zeros((len(poses), 17, axes))
    for length, share in noise.scales:
        waves = random.standard_normal((size, FEATURES)) / np.abs(random.standard_normal(FEATURES)) / length
        features = np.cos(flat @ waves + random.uniform(0, 2 * np.pi, FEATURES)) * np.sqrt(2 * share / FEATURES)
        own, limbs = (random.standard_normal((FEATURES, count, axes)) for count in (17, 6))
        out += np.tensordot(features, by_limb(own, limbs, noise.together), 1)
    return out


def spells(frames: int, fps: float, share: Array, seconds: float, random: np.random.Generator) -> Array:
    """`(frames,)` booleans, true for a share of the time, `(frames,)` too, in spells of `seconds`."""
    end = min(1.0, 1 / (fps * seconds))
    begin = np.clip(end * share / np.maximum(1 - share, 1e-3), 0, 1)
    draw = random.uniform(size=frames)
    out = np.zeros(frames, bool)
    state = random.uniform() < share[0]
    for frame in range(frames):
        state = draw[frame] >= end if state else draw[frame] < begin[frame]
        out[frame] = state
    return out


def eased(how: Array, fps: float) -> Array:
    """`(T, K, 4)` weights of the ways of being seen, which follow `how` within `EASE_S`."""
    weights = np.eye(len(SIGHTS))[how]
    step = 1 - np.exp(-1 / (fps * EASE_S))
    for frame in range(1, len(how)):
        weights[frame] = weights[frame - 1] + step * (weights[frame] - weights[frame - 1])
    return weights


def by_limb(own: Array, limbs: Array, together: float) -> Array:
    """Mixes `(…, 17, d)` draws of joints with the `(…, 6, d)` ones of their limbs, keeping the deviation."""
    return np.sqrt(together) * limbs[..., LIMB, :] + np.sqrt(1 - together) * own


def drawn(random: np.random.Generator, axes: int, together: float) -> Array:
    """`(17, axes)` for a whole clip, deviation 1."""
    return by_limb(random.standard_normal((17, axes)), random.standard_normal((6, axes)), together)


def seen_through(
    noise: Noise,
    projected: Array,
    how: Array,
    random: np.random.Generator,
    *,
    aspect: float,
    fps: float,
) -> tuple[Array, Array]:
    """What the model gives: `(T, 17, 3)` keypoints (x, y 0-1, score) and which of the `T` frames have the person.

    Args:
        noise: The model's errors.
        projected: `(T, 17, ≥2)` exact keypoints, 0-1 of the picture.
        how: `(T, 17)` how each is seen, an index into `SIGHTS`.
        random: Where the errors come from.
        aspect: Width over height of the picture.
        fps: Frames a second.
    """
    frames = len(how)
    pixels = INPUT / max(aspect, 1.0) * np.array([aspect, 1.0])
    exact = projected[..., :2] * pixels
    weights = eased(how, fps)

    def fitted(table: Array) -> Array:
        return np.einsum("tks,sk->tk", weights, table)

    hard = drawn(random, 1, noise.together)[:, 0]
    larger = np.exp(noise.hardness * hard - noise.hardness**2)[:, None]
    error = larger * drawn(random, 2, noise.together) * fitted(noise.stays)[..., None]
    error[..., 1] += fitted(noise.down)
    error += larger * field(noise, exact, random, 2) * fitted(noise.varies)[..., None]
    error *= np.minimum(1, GROSS / np.linalg.norm(error, axis=-1, keepdims=True))
    far = field(noise, exact, random, 2)
    squared = (far**2).sum(-1, keepdims=True)
    far *= (GROSS + fitted(noise.gross_size)[..., None] * squared / 2) / np.sqrt(squared)  # exponential
    gross = _gross(noise, fitted(noise.gross), hard, exact, random)
    error += gross[..., None] * (far - error) + noise.still * random.standard_normal((frames, 17, 2))
    gain = fitted(noise.gain) + drawn(random, 1, noise.together)[:, 0] * fitted(noise.gain_spread)
    against = exact - exact[:, TRUNK].mean(1, keepdims=True)
    found = exact + error + np.maximum(gain, -1)[..., None] * (against - np.median(against, axis=0))

    clip = 0.77 * random.standard_normal() + 0.5 * random.standard_normal(17) - 0.4 * hard
    mood = field(noise, exact, random, 1)[..., 0]
    usual = np.clip(fitted(noise.score) * (1 + gross * (noise.gross_score - 1)), 0.01, 0.99)
    differs = clip * fitted(noise.score_stays) + mood * fitted(noise.score_spread)
    score = 1 / (1 + (1 / usual - 1) * np.exp(-differs / (usual * (1 - usual))))  # spread in logits: it stays in 0-1
    for pairs, share in ((ARMS, noise.swap[0]), (LEGS, noise.swap[1])):
        one, other = (np.array(side) for side in zip(*pairs, strict=True))
        apart = np.linalg.norm(exact[:, one] - exact[:, other], axis=-1).mean(1)
        _swap(spells(frames, fps, share * (apart < NEAR), noise.swap_s, random), pairs, found, score)
    facing = np.sqrt(noise.gross_unevenness) * random.standard_normal()
    facing = facing + np.sqrt(1 - noise.gross_unevenness) * field(noise, exact, random, 1)[:, 0, 0]
    _swap(facing < NormalDist().inv_cdf(max(noise.turned, 1e-6)), SIDES, found, score)

    outside = (how == 3).mean(1)
    lost = np.clip(noise.unseen + np.clip(outside - 0.4, 0, 1), 0, 0.98)
    there = ~spells(frames, fps, lost, noise.unseen_s, random) & ((how != 3).sum(1) >= 5)
    return np.concatenate([(found / pixels).clip(-0.02, 1.02), score[..., None]], -1), there


def _swap(now: Array, pairs: tuple[tuple[int, int], ...], *of: Array) -> None:
    """Exchanges the sides in the frames that are so `now`."""
    for values in of:
        for left, right in pairs:
            values[now, left], values[now, right] = values[now, right], values[now, left].copy()


def _gross(noise: Noise, share: Array, hard: Array, poses: Array, random: np.random.Generator) -> Array:
    """`(T, 17)` how gross each error is: where a normal deviate, partly the clip's own, is under the share's."""
    shares, normal = np.linspace(0.0, 1.0, 1001), NormalDist()
    thresholds = np.array([normal.inv_cdf(float(np.clip(each, 1e-4, 1 - 1e-4))) for each in shares])
    deviate = -np.sqrt(noise.gross_unevenness) * hard
    deviate = deviate + np.sqrt(1 - noise.gross_unevenness) * field(noise, poses, random, 1)[..., 0]
    return np.asarray(np.clip(0.5 + (np.interp(share, shares, thresholds) - deviate) / RAMP, 0, 1))
