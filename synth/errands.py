"""More of what people do in a gym between sets, beside `idle.py`: nothing here is a repetition.

Each errand starts and ends standing at the origin, facing -y. Arm raises, bows and crouches happen as they do in life:
once, for a reason, and when several follow each other no two are alike.
"""

from collections.abc import Callable

import numpy as np
from body import Body
from motion import Motion
from posture import SLICES, STAND, Key, bowed, crouched, kneeling, posture, through
from rotation import Array

Errand = Callable[[Body, float, np.random.Generator], Motion]

PLATE = posture(hand=(-0.12, -0.38, -0.62), elbow=(0.8, 0.8, -0.3), chest=(-3, 0, 0))  # carried before the belly


def loose(random: np.random.Generator, **fields: object) -> Array:
    """A standing posture of the moment: the weight on one leg, turned a little, looking somewhere."""
    side = float(random.uniform(-1, 1))
    base = posture(
        hips=(0.05 * side, random.uniform(-0.02, 0.02), 0.985),
        pelvis=(random.uniform(-2, 4), 4 * side, random.uniform(-8, 8)),
        chest=(random.uniform(-3, 6), -3 * side, random.uniform(-14, 14)),
        head=(random.uniform(-10, 12), 0, random.uniform(-35, 35)),
    )
    return posture(base, **fields)


def pick_up(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """Fetch a plate from the floor by a bow, a crouch or on one knee, look about with it, put it back by another."""
    keys: list[Key] = []
    for _ in range(2):
        low = (bowed(random.uniform(0.85, 1.0)), crouched(random.uniform(0.8, 1.0)), kneeling())[
            int(random.integers(3))
        ]
        keys.append((random.uniform(0.7, 1.4), low, random.uniform(0.2, 1.2)))
        keys.append((random.uniform(0.8, 1.5), PLATE if len(keys) == 1 else STAND, random.uniform(1.0, 6.0)))
    return through(body, fps, keys, random)


def load_bar(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """Take plates from a rack at one height and hang them on a bar at another, once to three times."""
    keys: list[Key] = []
    for _ in range(random.integers(1, 4)):
        shelf = posture(
            hand=(0, -0.7, random.uniform(-0.75, 0.05)), elbow=(0.9, 0.5, -0.5), chest=(14, 0, 0), pelvis=(8, 0, 0)
        )
        if random.uniform() < 0.3:
            shelf = crouched(0.75, hand=(0.0, -0.7, -0.5))
        height = random.uniform(-0.35, 0.15)
        bar = posture(
            hand=(random.uniform(-0.1, 0.3), -0.8, height),
            elbow=(0.9, 0.5, -0.5),
            chest=(6, 0, random.uniform(-25, 25)),
        )
        keys.append((random.uniform(0.6, 1.1), shelf, random.uniform(0.3, 1.0)))
        keys.append((random.uniform(0.6, 1.1), PLATE, random.uniform(0.8, 3.0)))
        keys.append((random.uniform(0.6, 1.1), bar, random.uniform(0.5, 2.0)))
        keys.append((random.uniform(0.6, 1.1), loose(random), random.uniform(0.8, 4.0)))
    return through(body, fps, [*keys, (0.7, STAND, 0.2)], random)


def stretch(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """One or two stretches, held: overhead, bent sideways, the chest, a calf, a heel, the trunk turned."""
    overhead = posture(hand=(-0.15, 0.02, 0.95), elbow=(1, 0.2, 0.2), shrug=20)
    left, right = (posture(overhead, chest=(0, angle, 0), pelvis=(0, angle / 3, 0)) for angle in (24, -24))
    turned = [posture(chest=(0, 0, angle), pelvis=(0, 0, angle / 4), hand=(0.3, -0.45, -0.3)) for angle in (45, -45)]
    calf = posture(foot_l=(0.13, 0.55, 0.02, 5, 25), foot_r=(0.13, -0.3, 0, 8, 0), hips=(0, -0.05, 0.9))
    behind_head = posture(
        hand_l=(-0.1, 0.25, 0.12), elbow_l=(0.3, -0.2, 1), hand_r=(-0.2, 0.05, 0.75), elbow_r=(1, 0, 0.4)
    )
    kinds = (
        (overhead,),
        (overhead, left, right),
        (bowed(0.98),),
        (behind_head,),
        (posture(foot_l=(0.13, 0.35, 0.42, 0, 80), hand_l=(0.0, 0.3, -0.85), knees=(0, 5)),),
        (posture(calf, hand=(0, -0.8, -0.2), chest=(18, 0, 0)),),
        (posture(hand=(0.0, 0.3, -0.9), chest=(-8, 0, 0)),),
        tuple(turned),
    )
    keys: list[Key] = []
    for _ in range(random.integers(1, 3)):
        keys += [
            (random.uniform(1.0, 2.2), held, random.uniform(1.5, 8)) for held in kinds[int(random.integers(len(kinds)))]
        ]
        keys.append((random.uniform(1.0, 1.8), STAND, random.uniform(0.3, 2.0)))
    return through(body, fps, keys, random)


def tie_shoes(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """Down on a knee, into a crouch or a bow; both hands busy at a shoe for a while."""
    lows = (kneeling(), crouched(0.98, hand=(-0.1, -0.45, -0.85)), bowed(1.0, hand=(-0.08, -0.3, -0.93)))
    low = lows[int(random.integers(3))]
    keys: list[Key] = [(random.uniform(0.9, 1.5), low, 0.3)]
    for _ in range(random.integers(4, 12)):
        busy = posture(low, head=(20 + random.uniform(-8, 8), 0, 0))
        for side in ("hand_l", "hand_r"):
            busy[SLICES[side]] += random.uniform((-0.08, -0.06, -0.04), (0.08, 0.06, 0.08))
        keys.append((random.uniform(0.25, 0.6), busy, random.uniform(0.0, 0.5)))
    return through(body, fps, [*keys, (random.uniform(0.9, 1.6), STAND, 0.5)], random)


def drink(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """A bottle to the mouth once or twice, held there while swallowing."""
    side = "l" if random.uniform() < 0.3 else "r"
    keys: list[Key] = []
    for _ in range(random.integers(1, 3)):
        mouth = {f"hand_{side}": (-0.28, -0.36, 0.14), f"elbow_{side}": (1, -0.3, -0.6), "head": (-14, 0, 0)}
        keys.append((random.uniform(0.7, 1.3), loose(random, **mouth), random.uniform(1.0, 4.0)))
        keys.append(
            (random.uniform(0.6, 1.1), loose(random, **{f"hand_{side}": (0.0, -0.5, -0.55)}), random.uniform(1.0, 6.0))
        )
    return through(body, fps, [*keys, (0.8, STAND, 0.3)], random)


def telephone(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """Type on a telephone; now and then hold it to the ear."""
    hold = loose(random, hand_r=(-0.2, -0.5, -0.25), elbow_r=(0.5, 0.6, -0.8), head=(24, 0, 0))
    if random.uniform() < 0.4:
        hold = posture(hold, hand_l=(-0.25, -0.5, -0.28), elbow_l=(0.5, 0.6, -0.8))
    keys: list[Key] = [(random.uniform(0.7, 1.2), hold, random.uniform(3, 10))]
    if random.uniform() < 0.4:
        keys.append((0.8, loose(random, hand_r=(-0.12, -0.12, 0.22), elbow_r=(1, -0.3, -0.5)), random.uniform(3, 9)))
    return through(body, fps, [*keys, (0.9, STAND, 0.4)], random)


def groom(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """Wipe the face, fix the hair, scratch, close a belt: one hand or both, one to three times."""
    spots = ((-0.3, -0.32, 0.22), (-0.2, -0.05, 0.42), (-0.15, -0.3, -0.25), (-0.1, -0.1, -0.5))
    keys: list[Key] = []
    for _ in range(random.integers(1, 4)):
        there = np.array(spots[int(random.integers(4))]) + random.uniform(-0.06, 0.06, 3)
        which = ("hand", "hand_l", "hand_r")[int(random.integers(3))]
        keys.append(
            (
                random.uniform(0.4, 1.0),
                loose(random, **{which: there, "elbow": (1, -0.2, -0.2)}),
                random.uniform(0.3, 3),
            )
        )
        keys.append((random.uniform(0.5, 1.0), loose(random), random.uniform(0.3, 4)))
    return through(body, fps, [*keys, (0.8, STAND, 0.3)], random)


def sit(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """Sit down on a bench, elbows on the knees or upright, and stand up."""
    seat = posture(
        hips=(0, 0.42, 0.50),
        pelvis=(10, 0, 0),
        chest=(random.uniform(5, 40), 0, 0),
        hand=(0.0, -0.65, -0.45),
        elbow=(0.8, 0.3, -0.4),
        foot=(0.16, -0.02, 0, 14, 0),
    )
    upright = posture(seat, chest=(random.uniform(-4, 20), 0, 0), hand=(0.02, -0.45, -0.7))
    keys: list[Key] = [(random.uniform(1.0, 1.6), seat, random.uniform(2, 8))]
    for _ in range(random.integers(0, 3)):
        next_seat = upright if random.uniform() < 0.5 else seat
        keys.append((random.uniform(0.7, 1.5), next_seat, random.uniform(1, 6)))
    return through(body, fps, [*keys, (random.uniform(0.9, 1.5), STAND, 0.4)], random)


def reach_up(body: Body, fps: float, random: np.random.Generator) -> Motion:
    """Reach for something high with one hand or both, or wave to somebody across the room."""
    if random.uniform() < 0.4:
        wave: list[Key] = [(0.6, posture(hand_r=(0.3, -0.25, 0.6), elbow_r=(1, 0, -0.5)), 0.1)]
        for _ in range(random.integers(2, 5)):
            there = posture(hand_r=(0.25 + random.uniform(-0.15, 0.25), -0.25, 0.6), elbow_r=(1, 0, -0.5))
            wave.append((random.uniform(0.18, 0.35), there, 0.05))
        return through(body, fps, [*wave, (0.7, STAND, 0.6)], random)
    up = posture(hand=(0.05, -0.45, random.uniform(0.6, 0.85)), elbow=(1, 0, -0.4), shrug=12, head=(-15, 0, 0))
    if random.uniform() < 0.5:
        up = posture(up, hand_l=(0.14, -0.08, -0.95))
    keys: list[Key] = [(random.uniform(0.7, 1.2), up, random.uniform(0.6, 3)), (random.uniform(0.8, 1.3), STAND, 0.6)]
    return through(body, fps, keys, random)


ERRANDS: dict[str, Errand] = {
    "pick_up": pick_up,
    "load_bar": load_bar,
    "stretch": stretch,
    "tie_shoes": tie_shoes,
    "drink": drink,
    "telephone": telephone,
    "groom": groom,
    "sit": sit,
    "reach_up": reach_up,
}
