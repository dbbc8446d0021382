"""Scenes for measuring: somebody walks in, sets up, does a set, walks out, before a camera anywhere around."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from body import Assets, Body, Shape
from camera import Camera
from errands import ERRANDS
from habits import plank, unusual
from idle import IDLING, walking
from motion import Motion, joined, perform, some_reps
from moves import EXERCISES, Sway
from rotation import Array
from routine import workout
from sight import L_ANKLE, L_SHOULDER, L_WRIST, NOSE, R_ANKLE, R_SHOULDER, R_WRIST, Box, Lost

FOUR = ("squat", "push_up", "bicep_curl", "lateral_raise")
SEVEN = ("overhead_press", "lunge", "deadlift", "pull_up", "sit_up", "front_raise", "jumping_jack")
FLOOR = ("push_up", "sit_up")
HELD = ("bicep_curl", "lateral_raise", "front_raise", "overhead_press", "deadlift")  # with weights from the floor
ONE_ARMED = ("bicep_curl", "lateral_raise", "front_raise", "overhead_press")  # sometimes
HEIGHTS = (1.2, 2.6)  # metres that a camera hangs high
RATES = (7.5, 10.0, 12.0, 15.0, 15.0, 20.0, 25.0, 30.0)
PICTURES = ((1280, 720), (1280, 720), (640, 480), (720, 1280))
OCCLUSIONS = ("none", "none", "none", "post", "bench", "feet out", "head out", "limb lost")
PARTIAL = (0.33, 0.63)  # of the usual range in height; of the depth at most the latter: nobody would call it full


@dataclass(frozen=True, slots=True)
class Scene:
    """One clip to be: who moves how before which camera, and what stands in the way."""

    name: str
    motion: Motion
    camera: Camera
    boxes: tuple[Box, ...] = ()
    lost: Lost = ()
    about: dict[str, Any] = field(default_factory=dict)


def random_shape(random: np.random.Generator) -> Shape:
    """Somebody who might be in a gym."""
    return Shape(
        gender=float(random.uniform()),
        age=float(random.uniform(0.6, 0.85)),
        muscle=float(random.uniform(0.35, 0.9)),
        weight=float(random.uniform(0.3, 0.75)),
        height=float(random.uniform(0.25, 0.55)),
        origin=tuple(map(float, random.dirichlet(np.ones(3)))),
    )


def signal(exercise: str, points: Array) -> Array:
    """How far a rep went, metres: the height of hips over feet, shoulders over the floor, or hands over shoulders."""
    z = points[..., 2]
    if exercise in ("squat", "lunge"):
        return z[:, 11:13].mean(1) - z[:, 15:17].mean(1)
    if exercise in ("push_up", "deadlift", "pull_up", "sit_up"):
        return z[:, [L_SHOULDER, R_SHOULDER]].mean(1)
    return z[:, [L_WRIST, R_WRIST]].mean(1) - z[:, [L_SHOULDER, R_SHOULDER]].mean(1)


def partial_roms(body: Body, exercise: str, style: dict[str, Any]) -> Array:
    """Depths that are plainly partial by joint angle and by height."""
    depth = np.linspace(0, 1, 101)
    heights = signal(
        exercise,
        body.keypoints(EXERCISES[exercise].posture(body, depth[:, None].repeat(2, 1), Sway.none(101), **style)),
    )
    share = np.abs(heights - heights[0]) / np.abs(heights[-1] - heights[0])
    return depth[(share >= PARTIAL[0]) & (share <= PARTIAL[1]) & (depth <= PARTIAL[1])]


def set_scene(number: int, seed: int, exercises: tuple[str, ...], assets: Assets, *, unruly: bool = False) -> Scene:
    """Scene `number` of a seed; it does not depend on how many are made. `unruly` adds what few people do."""
    random = np.random.default_rng([seed, number])
    exercise = exercises[number % len(exercises)]
    body = Body(assets, random_shape(random))
    fps = float(random.choice(RATES))
    row = EXERCISES[exercise]
    style = row.style(random)
    count = int(random.choice([1, 2, 3, int(random.integers(4, 13))], p=[0.1, 0.07, 0.08, 0.75]))
    partial: dict[int, float] = {}
    roms = partial_roms(body, exercise, style)
    if count >= 4 and len(roms) and random.uniform() < 0.4:
        chosen = random.choice(np.arange(1, count), int(random.integers(1, count // 3 + 1)), replace=False)
        partial = {int(index): float(random.choice(roms)) for index in chosen}
    alternate = exercise == "bicep_curl" and random.uniform() < 0.25
    pace = float(np.clip(np.exp(random.normal(0.1, 0.3)), 0.65, 2.0))
    reps = some_reps(exercise, count, random, pace=pace, partial=partial, alternate=alternate)
    if exercise in ONE_ARMED and not alternate and random.uniform() < 0.12:
        side = str(random.choice(["left", "right"]))
        reps = [replace(rep, side=side) for rep in reps]
    if unruly:
        reps, style = unusual(exercise, reps, style, random)
    walks = bool(random.uniform() < 0.6)
    tail_s = float(random.uniform(3, 6) if count == 1 and not walks else random.uniform(0.4, 3))
    lead_s = float(random.uniform(0.3, 2.0))
    yaw = 360 * ((number * 0.61803 + seed * 0.37) % 1)
    done = perform(body, exercise, reps, fps=fps, random=random, style=style).placed(
        yaw=yaw
    )  # for the camera to aim at
    motion = workout(
        body,
        exercise,
        reps,
        fps=fps,
        random=random,
        style=style,
        walks=walks,
        lead_s=lead_s,
        tail_s=tail_s,
        crawls=unruly and bool(random.uniform() < 0.6),
    ).placed(yaw=yaw)
    height = HEIGHTS[(number // len(exercises)) % 2]
    occlusion = str(random.choice(OCCLUSIONS))
    camera = camera_on(random, done, height, occlusion, on_floor=exercise in FLOOR)
    boxes, lost = in_the_way(random, camera, occlusion, motion)
    about = {
        "exercise": exercise,
        "yaw": round(yaw, 1),
        "camera_height": height,
        "fps": fps,
        "occlusion": occlusion,
        "walks": walks,
        "alternate": alternate,
        "pace": round(pace, 2),
        "style": {key: round(value, 2) if isinstance(value, float) else value for key, value in style.items()},
        "stature": round(body.height, 2),
    }
    return Scene(f"{seed}-{number:03d}-{exercise}", motion, camera, boxes, lost, about)


def camera_on(random: np.random.Generator, done: Motion, height: float, occlusion: str, *, on_floor: bool) -> Camera:
    """A camera before `done`, with the whole of it in the picture unless head or feet are to be cut."""
    width, tall = PICTURES[int(random.integers(len(PICTURES)))]
    points = done.keypoints()
    middle = (points.min((0, 1)) + points.max((0, 1))) / 2
    distance = float(random.uniform(3.0, 6.0)) * (1.15 if on_floor else 1.0)
    roll = float(np.clip(random.normal(0, 2), -5, 5))
    aim = middle + random.uniform(-0.25, 0.25, 3) * [1, 1, 0.5]

    def made(fov: float, z: float) -> Camera:
        return Camera.around(
            distance=distance,
            eye_height=height,
            at=(float(aim[0]), float(aim[1]), z),
            fov=fov,
            width=width,
            height=tall,
            roll=roll,
        )

    sample = points[:: max(1, len(points) // 40)]
    for fov in np.linspace(24, 75, 52):  # the narrowest lens that has it all, then some room
        inside = made(float(fov), float(aim[2])).project(sample)[..., :2]
        if inside.min() > 0.06 and inside.max() < 0.94:
            break
    fov = min(float(fov) * float(random.uniform(1.0, 1.5)), 85.0)
    if occlusion not in ("feet out", "head out") or on_floor:
        return made(fov, float(aim[2]))
    narrow = made(fov * 0.75, float(aim[2]))
    ends = (L_ANKLE, R_ANKLE) if occlusion == "feet out" else (NOSE,)
    for lift in np.arange(0, 1.2, 0.02) * (1 if occlusion == "feet out" else -1):
        narrow = made(fov * 0.75, float(aim[2] + lift))
        y = narrow.project(sample)[:, ends, 1]
        if (occlusion == "feet out" and y.min() > 1.01) or (occlusion == "head out" and y.min() < -0.01):
            break
    return narrow


def in_the_way(
    random: np.random.Generator, camera: Camera, occlusion: str, motion: Motion
) -> tuple[tuple[Box, ...], Lost]:
    """What stands in the way, and when which keypoints are covered besides."""
    eye, at = np.array(camera.eye), np.array(camera.at)
    toward = at + (eye - at) * float(random.uniform(0.25, 0.5))
    if occlusion == "post":
        across = np.cross(eye - at, [0, 0, 1.0])
        spot = toward + across / np.linalg.norm(across) * float(random.uniform(-0.25, 0.25))
        return (Box((float(spot[0]), float(spot[1]), 1.1), (0.09, 0.09, 2.2)),), ()
    if occlusion == "bench":
        return (Box((float(toward[0]), float(toward[1]), 0.24), (1.0, 0.4, 0.48)),), ()
    if occlusion == "limb lost":
        limbs = ((7, 9), (8, 10), (13, 15), (14, 16), (9,), (10,), (15, 16))
        lost = []
        for _ in range(int(random.integers(2, 5))):
            start = float(random.uniform(0, motion.seconds))
            lost.append((start, start + float(random.uniform(0.4, 2.0)), limbs[int(random.integers(len(limbs)))]))
        return (), tuple(lost)
    return (), ()


def idle_scene(number: int, seed: int, assets: Assets, *, seconds: float = 60.0, unruly: bool = False) -> Scene:
    """A minute of somebody who does not exercise: errands, and walks between them; `unruly` goes to the floor too."""
    random = np.random.default_rng([seed, number, 1])
    body = Body(assets, random_shape(random))
    fps = float(random.choice(RATES))
    pieces: list[Motion] = []
    order: list[str] = []
    x, y = map(float, random.uniform(-1.5, 1.5, 2))
    yaw, total = float(random.uniform(0, 360)), 0.0
    while total < seconds:
        if not order or (order[-1] != "walk" and random.uniform() < 0.5):
            there = random.uniform((-1.8, -1.5), (1.8, 1.5))
            speed, carrying = float(random.uniform(0.6, 1.5)), bool(random.uniform() < 0.3)
            way = [(x, y), *([tuple(random.uniform(-1.8, 1.8, 2))] if random.uniform() < 0.3 else []), tuple(there)]
            pieces.append(walking(body, way, fps, random, speed=speed, carrying=carrying))
            (x, y), yaw = map(float, there), float(random.uniform(0, 360))
            order.append("walk")
        else:
            kind = "plank" if unruly and random.uniform() < 0.12 else str(random.choice([*IDLING, *ERRANDS]))
            piece = (
                ERRANDS[kind](body, fps, random)
                if kind in ERRANDS
                else plank(body, fps, random)
                if kind == "plank"
                else IDLING[kind](body, float(random.uniform(6, 18)), fps, random)
            )
            pieces.append(piece.placed(x, y, yaw))
            order.append(kind)
        total += pieces[-1].seconds + 0.7
    whole = joined(pieces, blend_s=0.7)
    motion = Motion(body, fps, whole.pose[: round(seconds * fps)]).placed(yaw=float(random.uniform(0, 360)))
    width, tall = PICTURES[number % 3]
    height = HEIGHTS[number % 2]
    camera = Camera.around(
        distance=float(random.uniform(4.5, 7.0)),
        eye_height=height,
        fov=float(random.uniform(36, 55)),
        width=width,
        height=tall,
        roll=float(np.clip(random.normal(0, 2), -5, 5)),
    )
    boxes: tuple[Box, ...] = ()
    if random.uniform() < 0.3:
        spot = random.uniform(-1, 1, 2)
        boxes = (Box((float(spot[0]), float(spot[1]), 0.25), (1.1, 0.4, 0.5)),)
    about = {
        "camera_height": height,
        "fps": fps,
        "occlusion": "bench" if boxes else "none",
        "activities": order,
        "stature": round(body.height, 2),
    }
    return Scene(f"{seed}-idle-{number:03d}", motion, camera, boxes, (), about)
