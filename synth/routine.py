"""A visit to the floor: walking up, getting ready, the set, getting up and walking off; or minutes of idling."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from body import Body
from habits import getting_down, getting_up
from idle import IDLING, crouch, lifting, standing, walking
from motion import Motion, Rep, joined, perform

WITH_WEIGHTS = ("bicep_curl", "lateral_raise", "front_raise", "overhead_press", "deadlift")
ON_THE_FLOOR = ("push_up", "sit_up")


def workout(
    body: Body,
    exercise: str,
    reps: Sequence[Rep],
    *,
    fps: float,
    random: np.random.Generator,
    style: Mapping[str, Any] | None = None,
    walks: bool = True,
    lead_s: float = 1.0,
    tail_s: float = 1.0,
    crawls: bool = False,
) -> Motion:
    """One set with what surrounds it: the person walks up, takes a weight or gets down, and afterwards goes away.

    The set is done at the origin, facing -y. With `walks` off the person is there from the start and stays. Who
    `crawls` gets into the plank of a push-up, and out of it, a limb at a time.
    """
    done = perform(body, exercise, reps, fps=fps, random=random, style=style, lead_s=lead_s, tail_s=tail_s)
    before: list[Motion] = []
    after: list[Motion] = []
    if walks:
        before.append(walking(body, [_edge(random), (0.0, 0.0)], fps, random, speed=random.uniform(0.8, 1.3)))
        after.append(walking(body, [(0.0, 0.0), _edge(random)], fps, random, speed=random.uniform(0.8, 1.3)))
    if exercise in ON_THE_FLOOR:
        if not before:
            before.append(standing(body, 1.5, fps, random))
            after.append(standing(body, 1.5, fps, random))
        crawls = crawls and exercise == "push_up"
        before.append(getting_down(body, fps, random) if crawls else crouch(body, fps))
        after.insert(0, getting_up(body, fps, random) if crawls else crouch(body, fps))
    elif exercise in WITH_WEIGHTS and walks:
        before.append(lifting(body, 9.0, fps, random))
        after.insert(0, lifting(body, 9.0, fps, random))
    return joined([*before, done, *after], blend_s=1.0) if before else done


def _edge(random: np.random.Generator) -> tuple[float, float]:
    """A place two metres off, to the left or right rather than towards the camera."""
    angle = random.uniform(-35, 35) + random.choice([0, 180])
    return float(2.0 * np.cos(np.radians(angle))), float(2.0 * np.sin(np.radians(angle)))


def idling(body: Body, seconds: float, fps: float, random: np.random.Generator, kinds: Sequence[str] = ()) -> Motion:
    """At least `seconds` of one idle thing after another, with walks between, within two metres of the origin.

    Args:
        body: Who idles.
        seconds: How long at least.
        fps: Frames a second.
        random: Where the differences come from.
        kinds: Names of `IDLING` to choose from, besides walking; all of them if empty.
    """
    pieces: list[Motion] = []
    x, y, yaw = 0.0, 0.0, float(random.uniform(-60, 60))
    total = 0.0
    while total < seconds:
        if pieces and random.random() < 0.4:
            corner = random.uniform((-1.6, -1.0), (1.6, 1.2))
            piece = walking(
                body, [(x, y), (float(corner[0]), float(corner[1]))], fps, random, speed=random.uniform(0.6, 1.4)
            )
            x, y = map(float, corner)
            yaw = float(random.uniform(-80, 80))
        else:
            kind = str(random.choice(list(kinds or IDLING)))
            piece = IDLING[kind](body, float(random.uniform(6, 18)), fps, random).placed(x, y, yaw)
        pieces.append(piece)
        total += piece.seconds + 0.8
    return joined(pieces, blend_s=0.8)
