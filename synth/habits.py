"""What few people do, so that the recogniser has met it: odd repetitions, and the ways down to the floor and up.

The scenes that are scored (`traces.py`) have none of this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from body import Body
from motion import Motion, Rep
from moves import EXERCISES
from posture import Key, bowed, crouched, kneeling, posture, through
from rotation import Array

# Postures on hands and feet, the hands where a push-up has them.
ALL_FOURS = posture(
    hips=(0, 0.25, 0.60),
    pelvis=(78, 0, 0),
    chest=(84, 0, 0),
    head=(-30, 0, 0),
    foot=(0.13, 0.78, 0.02, 5, 70),
    hand=(0.04, -0.06, -0.96),
    elbow=(1, 0.6, 0.1),
)
PLANK = posture(
    ALL_FOURS, hips=(0, 0.28, 0.42), pelvis=(72, 0, 0), chest=(76, 0, 0), foot=(0.13, 1.17, 0.03, 4, 70), knees=2
)
HIPS_HIGH = posture(
    PLANK,
    hips=(0, 0.2, 0.78),
    pelvis=(95, 0, 0),
    chest=(118, 0, 0),
    foot=(0.13, 0.72, 0.0, 4, 30),
    hand=(0, -0.7, -0.68),
)
ONE_LEG_BACK = posture(ALL_FOURS, hips=(0, 0.3, 0.66), foot_l=(0.13, 0.05, 0.0, 5, 30), foot_r=(0.13, 1.1, 0.04, 4, 65))
PRONE = posture(
    PLANK,
    hips=(0, 0.28, 0.13),
    pelvis=(87, 0, 0),
    chest=(86, 0, 0),
    foot=(0.13, 1.25, 0.02, 4, 75),
    hand=(0.22, -0.12, -0.16),
    elbow=(0.8, 0.9, 0.6),
)

WORST = 1.6  # strength of a fault; 1 is plain to see


def unusual(
    exercise: str, reps: Sequence[Rep], style: Mapping[str, Any], random: np.random.Generator
) -> tuple[list[Rep], dict[str, Any]]:
    """The reps and the style of somebody who does it badly, unevenly, very slowly or in a hurry; or as they were."""
    reps, style, faults = list(reps), dict(style), EXERCISES[exercise].faults
    if random.uniform() < 0.35 and faults:
        fault, often = str(random.choice([*faults, "uneven"])), float(random.choice([0.3, 1.0]))
        reps = [
            replace(rep, faults={fault: float(random.uniform(0.3, WORST))}) if random.uniform() < often else rep
            for rep in reps
        ]
    if random.uniform() < 0.45:  # any depth at all, often or now and then
        often = float(random.choice([0.3, 0.7]))
        reps = [
            replace(rep, rom=rep.rom * float(random.uniform(0.3, 1.0))) if random.uniform() < often else rep
            for rep in reps
        ]
    lot = random.uniform()
    if lot < 0.12:
        slow, halts = float(random.uniform(1.5, 3.5)), int(random.integers(0, 5))
        reps = [
            replace(rep, out=rep.out * slow, back=rep.back * random.uniform(1, slow), halts=halts) for rep in reps[:6]
        ]
    elif lot < 0.2:
        reps = [replace(rep, rest=rep.rest + float(random.exponential(1.5))) for rep in reps]
    elif lot < 0.28:
        reps = [replace(rep, hold=rep.hold + float(random.exponential(1.0))) for rep in reps]
    if exercise == "bicep_curl" and random.uniform() < 0.4:  # the elbows come up, as they do when it is too heavy
        style["drift"] = float(random.uniform(18, 95))
        style["bent"] = float(random.uniform(95, 138))
        if random.uniform() < 0.4:
            reps = [replace(rep, faults={"swing": float(random.uniform(0.3, WORST))}) for rep in reps]
    return reps, style


def on_floor(motion: Motion) -> Motion:
    """The same with nobody through the floor."""
    lift = np.maximum(0, -motion.keypoints()[..., 2].min(1))
    return replace(motion, pose=motion.pose.moved(np.eye(3), lift[:, None] * [0, 0, 1]))


def adjusting(random: np.random.Generator, base: Array) -> list[Key]:
    """Hips up and down, weight to and fro, once to three times, until `base` feels right."""
    keys: list[Key] = []
    for _ in range(random.integers(1, 4)):
        there = base.copy()
        there[:3] += random.normal(0, (0.02, 0.08, 0.09))  # the hips
        keys.append((random.uniform(0.4, 1.0), there, random.uniform(0.0, 0.8)))
    return [*keys, (random.uniform(0.4, 0.9), base, random.uniform(0.2, 2.0))]


def _low(random: np.random.Generator) -> Array:
    return (
        crouched(1.0, hand=(0.05, -0.5, -0.82)),
        bowed(1.0, hand=(0.05, -0.3, -0.93)),
        kneeling(hand=(0.0, -0.6, -0.78)),
    )[int(random.integers(3))]


def _between(random: np.random.Generator) -> Array:
    return (ALL_FOURS, ONE_LEG_BACK, HIPS_HIGH, ALL_FOURS)[int(random.integers(4))]


def _on_the_way(random: np.random.Generator) -> list[Key]:
    return [
        (random.uniform(0.5, 1.2), _between(random), random.uniform(0.0, 1.0)) for _ in range(random.integers(1, 3))
    ]


def _standing_up(random: np.random.Generator) -> list[Key]:
    return [
        (random.uniform(0.6, 1.2), _low(random), random.uniform(0.0, 0.5)),
        (random.uniform(0.8, 1.5), posture(), 0.4),
    ]


def getting_down(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """From standing to a plank: hands to the floor, one leg back after the other, hands and hips put right."""
    keys: list[Key] = [(random.uniform(0.8, 1.6), _low(random), random.uniform(0.0, 0.6))]
    keys += _on_the_way(random)
    if random.uniform() < 0.15:
        keys.append((random.uniform(0.6, 1.2), PRONE, random.uniform(0.3, 1.5)))
    keys += [(random.uniform(0.5, 1.1), PLANK, random.uniform(0.0, 0.8))]
    return on_floor(through(body, fps, [*keys, *(adjusting(random, PLANK) if random.uniform() < 0.5 else [])], random))


def getting_up(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """From a plank to standing, often by way of lying on the belly, or of going down as if for one more."""
    keys: list[Key] = [(0.3, PLANK, random.uniform(0.0, 1.0))]
    if random.uniform() < 0.5:
        low = PLANK + random.choice([1.0, random.uniform(0.3, 1.0)]) * (PRONE - PLANK)
        keys.append((random.uniform(0.6, 1.3), low, random.choice([0.0, random.uniform(0.1, 1.5)])))
    keys += _on_the_way(random)
    keys += _standing_up(random)
    return on_floor(through(body, fps, keys, random, start=PLANK))


def plank(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """Down to a plank that is held, or to hands and knees, and up again: no push-up."""
    held = (PLANK, PLANK, ALL_FOURS, PRONE)[int(random.integers(4))]
    keys: list[Key] = [(random.uniform(0.8, 1.6), _low(random), random.uniform(0.0, 0.6))]
    keys.append((random.uniform(0.5, 1.2), _between(random), random.uniform(0.0, 1.0)))
    keys += adjusting(random, held)
    keys.append((random.uniform(0.5, 1.0), held, random.uniform(1.0, 8.0)))
    keys.append((random.uniform(0.6, 1.2), _between(random), random.uniform(0.0, 0.6)))
    keys += _standing_up(random)
    return on_floor(through(body, fps, keys, random))
