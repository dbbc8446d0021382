"""Lessons as the network takes them: glimpses with what was true, cut, turned, mirrored and spoiled at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logit

from gymbox._core import GLIMPSE_WIDTH, RECOGNISER_DELAY_NS, glimpses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

VISIBLE = 0.1  # the default pose model's
JOINTS = 13
CELL = 4  # numbers of a joint: x, y, whether it is in sight, how sure the pose model is
BODY = JOINTS * CELL
HEAD, KNEES, ANKLES = 0, 9, 11  # first joints that are left out together
UNASKED = -1  # a rest within a set is neither the exercise nor nothing
SHORTEST = 30  # glimpses
WARM = 3  # glimpses from which an answer is asked
BUSY = 0.3  # share of the lessons from which pictures are missing, as where a machine has too much to do
LONGEST_GAP_S = 0.6
SURER = 0.5  # deviation of how sure pose models are, of everything and of each joint, in logits
SILENT = 0.2  # share of the lessons in which it is as sure of all joints
HIDDEN = 60  # glimpses that a joint is out of sight at most


class Lessons(NamedTuple):
    """People seen by a camera each, one after the other: `(N, GLIMPSE_WIDTH)` glimpses and what is true of them.

    The `(N,)` depths, reaches (NaN where nothing is asked) and doings; of lesson `i` those from `starts[i]` to
    `starts[i + 1]`.
    """

    glimpses: jax.Array
    depth: jax.Array
    reach: jax.Array
    doing: jax.Array
    starts: jax.Array


class Batch(NamedTuple):
    """`(B, T)` pieces of lessons: what is seen, what is true, and whether an answer is asked."""

    glimpses: jax.Array
    depth: jax.Array
    reach: jax.Array
    doing: jax.Array
    asked: jax.Array


def read(path: Path) -> tuple[Floats, Floats, Floats, NDArray[np.int32]] | None:
    """Glimpses, depth, reach and doing of a file of `synth/lessons.py`; `None` where the person is hardly seen."""
    raw = np.load(path)
    fps, keypoints = float(raw["fps"]), raw["keypoints"]
    times = np.round(np.arange(len(keypoints)) / fps * 1e9).astype(np.int64)
    there = (keypoints[:, 0, 2] >= 0) & ~missed(len(keypoints), fps, np.random.default_rng([*path.stem.encode()]))
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
    return rows, depth, raw["reach"][nearest], doing


def missed(frames: int, fps: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """The pictures that were not looked at: none, some here and there, or several in a row."""
    if random.random() >= BUSY:
        return np.zeros(frames, bool)
    out: NDArray[np.bool_] = random.random(frames) < random.choice([0.0, random.uniform(0, 1 - min(1.0, 7.5 / fps))])
    for start in random.integers(0, frames, random.integers(0, 1 + round(frames / fps / 5))):
        out[start : start + round(random.uniform(0.1, LONGEST_GAP_S) * fps)] = True
    return out


def shelved(every: Sequence[tuple[Floats, Floats, Floats, NDArray[np.int32]]]) -> Lessons:
    """All of them, one after the other."""
    rows, depth, reach, doing = (jnp.asarray(np.concatenate(parts)) for parts in zip(*every, strict=True))
    return Lessons(rows, depth, reach, doing, jnp.asarray(np.cumsum([0, *(len(each[0]) for each in every)])))


def batch(key: jax.Array, lessons: Lessons, size: int, steps: int) -> Batch:
    """`size` pieces of lessons of `steps` glimpses, of which those are asked that there are."""
    return jax.vmap(lambda own: _piece(own, lessons, steps))(jax.random.split(key, size))


def _piece(key: jax.Array, lessons: Lessons, steps: int) -> Batch:
    """A piece of any lesson, one time of two faster or slower, spoiled."""
    which, hurries, pace, begins, start, worse = jax.random.split(key, 6)
    lesson = jax.random.randint(which, (), 0, len(lessons.starts) - 1)
    first, length = lessons.starts[lesson], lessons.starts[lesson + 1] - lessons.starts[lesson]
    pace = jnp.where(jax.random.bernoulli(hurries), jnp.exp(0.18 * jax.random.normal(pace)), 1.0)
    latest = jnp.maximum(0.0, length - steps * pace - 1)
    offset = jnp.floor(jax.random.bernoulli(begins, 0.8) * jax.random.uniform(start) * (latest + 1))
    moments = offset + jnp.arange(steps) * pace
    there = moments <= length - 1
    moments = jnp.minimum(moments, length - 1)
    before = moments.astype(int)
    share = (moments - before)[:, None]
    before, after = first + before, first + jnp.minimum(before + 1, length - 1)
    rows = _between(lessons.glimpses[before], lessons.glimpses[after], share)
    rows = rows.at[:, GLIMPSE_WIDTH - 2 :].multiply(pace)
    depth = lessons.depth[before] * (1 - share[:, 0]) + lessons.depth[after] * share[:, 0]
    asked = there & (jnp.arange(steps) >= WARM)
    rows = jnp.where(there[:, None], _spoiled(rows, worse), 0)
    return Batch(rows, depth, lessons.reach[before], lessons.doing[before], asked)


def _between(before: jax.Array, after: jax.Array, share: jax.Array) -> jax.Array:
    """Glimpses that far between two; a joint that is out of sight in either is out of sight."""
    mixed = before * (1 - share) + after * share
    trust = slice(2, BODY, CELL)
    seen = ((before[:, trust] > 0) & (after[:, trust] > 0)) | (share == 0)
    return mixed.at[:, :BODY].multiply(jnp.repeat(seen, CELL, 1))


MIRROR = np.arange(GLIMPSE_WIDTH)
for _left in range(CELL, BODY, 2 * CELL):
    MIRROR[_left : _left + 2 * CELL] = np.roll(np.arange(_left, _left + 2 * CELL), CELL)
SIGNS = np.ones(GLIMPSE_WIDTH, np.float32)
SIGNS[[*range(0, BODY, CELL), GLIMPSE_WIDTH - 4, GLIMPSE_WIDTH - 2]] = -1


def _spoiled(rows: jax.Array, key: jax.Array) -> jax.Array:
    """The same seen by a worse camera: mirrored, rolled, stretched, trembling, with joints out of sight."""
    mirrors, rolls, much, sizes, trembles, lot, hides, fades, faint, surer = jax.random.split(key, 10)
    rows = jnp.where(jax.random.bernoulli(mirrors), rows[:, MIRROR] * SIGNS, rows)
    joints = rows[:, :BODY].reshape(len(rows), JOINTS, CELL)
    x, y, trust, sure = (joints[..., number] for number in range(CELL))
    roll = jnp.radians(jax.random.normal(rolls) * jnp.where(jax.random.bernoulli(much, 0.3), 10, 4))
    wide, size = jnp.exp(0.05 * jax.random.normal(sizes, (2,)))
    x, y = x * wide * size, y * size
    x, y = x * jnp.cos(roll) - y * jnp.sin(roll), x * jnp.sin(roll) + y * jnp.cos(roll)
    tremble = 0.004 * jax.random.normal(trembles, (2, *x.shape)) * (trust > 0)
    trust = jnp.where(jax.random.bernoulli(fades, 0.3), trust * jax.random.uniform(faint, (), minval=0.7), trust)
    sure = _otherwise_sure(sure, surer)
    lot, joint = jax.random.uniform(lot), jnp.arange(JOINTS)
    out = (lot < 0.08) & (joint >= ANKLES)
    out |= (lot >= 0.08) & (lot < 0.12) & (joint >= KNEES)
    out |= (lot >= 0.12) & (lot < 0.17) & (joint == HEAD)
    hidden = jnp.broadcast_to(out, trust.shape)
    for own in jax.random.split(hides, 2):
        whether, who, when, long = jax.random.split(own, 4)
        start, step = jax.random.randint(when, (), 0, len(rows)), jnp.arange(len(rows))
        then = (step >= start) & (step < start + jax.random.randint(long, (), 3, HIDDEN))
        then &= jax.random.bernoulli(whether, 0.3)
        hidden |= then[:, None] & (joint == jax.random.randint(who, (), 0, JOINTS))
    seen = jnp.stack([x + tremble[0], y + tremble[1], trust, sure], -1) * ~hidden[..., None]
    return rows.at[:, :BODY].set(seen.reshape(len(rows), -1))


def _otherwise_sure(sure: jax.Array, key: jax.Array) -> jax.Array:
    """The same of another pose model, or in other clothes and light; of some models it says nothing at all."""
    everywhere, joints, level, whether = jax.random.split(key, 4)
    surer = SURER * jax.random.normal(everywhere) + SURER * jax.random.normal(joints, sure.shape[1:])
    other = jax.nn.sigmoid(logit(jnp.clip(sure, 1e-3, 1 - 1e-3)) + surer)
    alike = jnp.broadcast_to(jax.random.uniform(level), sure.shape)
    return jnp.where(sure > 0, jnp.where(jax.random.bernoulli(whether, SILENT), alike, other), 0)
