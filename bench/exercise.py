"""Smoothing, joint angles and hysteresis of 20 people in one call, held against the same maths in plain Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench import plain
from bench.row import Row, at_least, paired
from gymbox._core import Athletes, Motions
from gymbox.exercises import catalogue_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

PEOPLE, FPS, SECONDS, SEED = 20, 15, 40, 3
WIDTH, HEIGHT = 1280, 720
VISIBLE = 0.1
WANTED_RATIO = 10.0
SAME_DEGREES = 0.05  # 32-bit floats against 64-bit ones
HELD_UP = 0.2  # how far hips and hands go, in body heights

# Somebody who stands before the camera: x and y of the 17 keypoints, body heights from the feet upwards.
STANDING = np.array(
    [
        *([0, 0.93], [0.02, 0.95], [-0.02, 0.95], [0.04, 0.94], [-0.04, 0.94]),  # face
        *([0.1, 0.82], [-0.1, 0.82], [0.13, 0.65], [-0.13, 0.65], [0.14, 0.5], [-0.14, 0.5]),  # arms
        *([0.06, 0.52], [-0.06, 0.52], [0.08, 0.28], [-0.08, 0.28], [0.09, 0.05], [-0.09, 0.05]),  # legs
    ]
)


def people(frames: int) -> Floats:
    """What a pose model sees of 20 people who squat or curl, each at their own tempo: (frames, 20, 17, 3)."""
    rng = np.random.default_rng(SEED)
    tempo, phase = rng.uniform(0.25, 0.5, PEOPLE), rng.uniform(0, 1, PEOPLE)
    turns = tempo * np.arange(frames)[:, None] / FPS + phase
    depth = HELD_UP * (1 - np.cos(2 * np.pi * turns)) / 2  # (frames, 20)
    bodies = np.tile(STANDING, (frames, PEOPLE, 1, 1))
    bodies[:, ::2, :13, 1] -= depth[:, ::2, None]
    bodies[:, 1::2, 9:11, 1] += depth[:, 1::2, None]
    bodies += rng.normal(0, 0.004, bodies.shape)
    size = rng.uniform(0.3, 0.5, (PEOPLE, 1))
    x = rng.uniform(0.2, 0.8, (PEOPLE, 1)) + bodies[..., 0] * size * HEIGHT / WIDTH
    y = 0.9 - bodies[..., 1] * size
    scores = np.clip(rng.normal(0.6, 0.1, x.shape), 0.02, 1)
    return np.stack([x, y, scores], axis=-1).astype(np.float32)


def same(seen: Floats) -> int:
    """How many cycles both find.

    Raises:
        AssertionError: they do not agree on every angle, and on where every cycle turned.
    """
    ours = Motions(PEOPLE, width=WIDTH, height=HEIGHT, keypoint_visible=VISIBLE)
    theirs = plain.Motions(PEOPLE, aspect=WIDTH / HEIGHT, keypoint_visible=VISIBLE)
    found: set[tuple[int, str, int]] = set()
    wanted: set[tuple[int, str, int]] = set()
    for frame, keypoints in enumerate(seen):
        t_ns = frame * 10**9 // FPS
        angles, cycles = ours.step(keypoints, t_ns)
        expected, also = theirs.step(keypoints.tolist(), t_ns)
        np.testing.assert_allclose(angles, expected, atol=SAME_DEGREES)
        found |= {(row, channel, round(turn * 1e-9 * FPS)) for row, channel, _, turn, _, _ in cycles}
        wanted |= {(cycle.row, cycle.channel, round(cycle.turn_s * FPS)) for cycle in also}
    # Which frame makes a cycle certain depends on where rest is taken to be: the last one may be certain to one alone.
    last = len(seen) - FPS
    assert {cycle for cycle in found ^ wanted if cycle[2] < last} == set(), "cycles that only one of them finds"
    return len(found)


def rows() -> list[Row]:
    """One row: a frame of 20 people."""
    seen = people(SECONDS * FPS)
    found = same(seen)
    assert found >= PEOPLE * SECONDS // 5, f"20 people gave {found} cycles only"
    ours = Motions(PEOPLE, width=WIDTH, height=HEIGHT, keypoint_visible=VISIBLE)
    theirs = plain.Motions(PEOPLE, aspect=WIDTH / HEIGHT, keypoint_visible=VISIBLE)
    athletes = Athletes(catalogue_json(), PEOPLE, width=WIDTH, height=HEIGHT, keypoint_visible=VISIBLE)
    frames = ([0], [0], [0])

    def now(of: int) -> tuple[Floats, int]:
        frames[of][0] += 1
        return seen[frames[of][0] % len(seen)], frames[of][0] * 10**9 // FPS

    def plainly() -> None:
        keypoints, t_ns = now(1)
        theirs.step(keypoints.tolist(), t_ns)

    rust, python = paired(lambda: ours.step(*now(0)), plainly, rounds=SECONDS, each=FPS)
    whole, _ = paired(lambda: athletes.step(*now(2)), lambda: None, rounds=SECONDS, each=FPS)
    return [
        Row(
            f"{what}, {PEOPLE} people",
            f"{ms:.3f} ms/frame",
            f"{python:.3f} ms/frame",
            python / ms,
            *at_least(wanted, python / ms),
        )
        for what, ms, wanted in (
            ("angles, smoothing and hysteresis", rust, WANTED_RATIO),
            ("naming, sets and form as well, against that", whole, 1.0),
        )
    ]
