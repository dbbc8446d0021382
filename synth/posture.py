"""A posture as 36 numbers, and a body that takes it.

Hips and feet are given in leg lengths, hands in arm lengths from their own shoulder, angles in degrees, so that one
posture fits every body and two postures can be mixed. x is outwards on either side for hands, elbows and feet, y
backwards, z up.
"""

from collections.abc import Sequence

import numpy as np
from body import Body, Pose
from figure import SIDES, Figure
from motion import Motion, drift, eased
from rotation import Array, X, Y, Z, apply, turn, unit

FIELDS = {
    "hips": 3,  # z from the height of the ankles
    "pelvis": 3,  # forward lean, lean to the left, turn to the left
    "chest": 3,
    "head": 3,  # relative to the chest
    "foot_l": 5,  # x, y, z of the ankle (z 0: flat on the floor), toes outwards, toes down
    "foot_r": 5,
    "knees": 2,  # how far the left and the right knee point outwards
    "hand_l": 3,
    "hand_r": 3,
    "elbow_l": 3,  # where the elbow points
    "elbow_r": 3,
    "shrug": 2,
}
SLICES: dict[str, slice] = {}
for _name, _size in FIELDS.items():
    _start = max((s.stop for s in SLICES.values()), default=0)
    SLICES[_name] = slice(_start, _start + _size)
SIZE = max(s.stop for s in SLICES.values())


def posture(base: Array | None = None, **fields: object) -> Array:
    """`base` (standing at ease by default) with some fields set; `hand`, `elbow` and `foot` set both sides."""
    out = np.array(STAND if base is None else base, float)
    for name, value in fields.items():
        for side in (name,) if name in SLICES else (f"{name}_l", f"{name}_r"):
            out[..., SLICES[side]] = value
    return out


def field(postures: Array, name: str) -> Array:
    """One field of `(…, SIZE)` postures."""
    return postures[..., SLICES[name]]


STAND = np.zeros(SIZE)
STAND = posture(
    STAND, hips=(0, 0, 0.992), foot=(0.13, 0, 0, 12, 0), knees=8, hand=(0.14, -0.08, -0.95), elbow=(0.4, 1, 0)
)


def mixed(start: Array, end: Array, share: Array) -> Array:
    """`(T, SIZE)` postures at `(T,)` shares of the way from `start` to `end`; hands travel on arcs."""
    share = np.asarray(share, float)[:, None]
    out = start + (end - start) * share
    for name in ("hand_l", "hand_r"):
        a, b = np.broadcast_arrays(field(start, name), field(end, name))
        length = (
            np.linalg.norm(a, axis=-1, keepdims=True) * (1 - share) + np.linalg.norm(b, axis=-1, keepdims=True) * share
        )
        angle = np.arccos(np.clip((unit(a) * unit(b)).sum(-1, keepdims=True), -1, 1))
        arc = unit(a) * np.sin((1 - share) * angle) + unit(b) * np.sin(share * angle)
        straight = (angle < 1e-3) | (angle > 3.0)
        out[:, SLICES[name]] = unit(np.where(straight, field(out, name), arc)) * length
    return out


def _lean(angles: Array) -> Array:
    return turn(Z, angles[..., 2]) @ turn(Y, angles[..., 1]) @ turn(X, angles[..., 0])


def leg_length(body: Body) -> float:
    """From hip to ankle, straight, metres."""
    return body.thigh + body.shin


def arm_length(body: Body) -> float:
    """From shoulder to wrist, straight, metres."""
    return body.upper_arm + body.forearm


def take(body: Body, postures: Array) -> Pose:
    """The poses that `(T, SIZE)` postures give a body at the origin."""
    leg, arm, lift = leg_length(body), arm_length(body), np.array([0, 0, body.ankle_height])
    pelvis, chest = _lean(field(postures, "pelvis")), _lean(field(postures, "chest"))
    figure = Figure(body, pelvis, field(postures, "hips") * leg + lift)
    figure.trunk(chest, chest @ _lean(field(postures, "head")))
    forward = turn(Z, field(postures, "pelvis")[..., 2]) @ turn(X, field(postures, "pelvis")[..., 0] / 2)
    for number, (side, sign) in enumerate(SIDES):
        low, mirror = side.lower(), np.array([sign, 1, 1])
        figure.shrug(side, field(postures, "shrug")[..., number])
        shoulder = figure.where(f"upperarm01.{side}")
        figure.reach(
            side, shoulder + field(postures, f"hand_{low}") * mirror * arm, field(postures, f"elbow_{low}") * mirror
        )
        foot = field(postures, f"foot_{low}")
        out = np.radians(field(postures, "knees")[..., number])
        towards = apply(forward, np.stack([sign * np.sin(out), -np.cos(out), np.zeros_like(out)], -1))
        figure.leg(
            side, foot[..., :3] * mirror * leg + lift, towards, turn(Z, sign * foot[..., 3]) @ turn(X, foot[..., 4])
        )
    return figure.pose()


Key = tuple[float, Array, float]  # seconds to get there, the posture, seconds to stay


def through(
    body: Body, fps: float, keys: Sequence[Key], random: np.random.Generator, *, start: Array = STAND
) -> Motion:
    """From `start` through each key's posture, on the spot."""
    edges = [0.0]
    for reach, _, stay in keys:
        edges.append(edges[-1] + reach + stay)
    t = np.arange(max(2, round(edges[-1] * fps))) / fps
    out = np.repeat(start[None], len(t), 0)
    before = start
    for begin, (reach, there, _) in zip(edges, keys, strict=False):
        now = t >= begin
        if now.any():
            out[now] = mixed(before, there, eased((t[now] - begin) / max(reach, 1e-3)))
        before = there
    noise = np.stack([drift(len(t), fps, random, 1.4) for _ in range(7)], -1)
    out[:, SLICES["hips"]] += noise[:, :3] * [0.008, 0.008, 0.001]
    out[:, SLICES["pelvis"]] += noise[:, 3:6] * [0.6, 0.5, 1.0]
    out[:, SLICES["chest"]] += noise[:, 3:6] * [1.0, 0.6, 1.6]
    out[:, SLICES["head"]] += noise[:, 4:7] * [3.0, 2.0, 6.0]
    return Motion(body, fps, take(body, out))


def bowed(deep: float, **fields: object) -> Array:
    """Bent over from the hips with soft knees: `deep` 1 brings hanging hands to the floor."""
    lean = 88 * deep
    base = posture(
        hips=(0, 0.22 * deep, 0.992 - 0.14 * deep),
        pelvis=(lean * 0.7, 0, 0),
        chest=(lean, 0, 0),
        head=(-25 * deep, 0, 0),
        hand=(0.05, -0.1, -0.97),
        elbow=(1, 0.3, 0.2),
    )
    return posture(base, **fields)


def crouched(deep: float, **fields: object) -> Array:
    """Down on bent knees, hands in front and low; `deep` 1 sits on the heels."""
    base = posture(
        hips=(0, 0.30 * deep, 0.992 - 0.66 * deep),
        pelvis=(40 * deep, 0, 0),
        chest=(52 * deep, 0, 0),
        head=(10 * deep, 0, 0),
        hand=(0.0, -0.45 * deep, -0.95 + 0.1 * deep),
        elbow=(1, 0.2, -0.2),
        knees=18,
    )
    return posture(base, **fields)


def kneeling(**fields: object) -> Array:
    """On the left foot and the right knee."""
    base = posture(
        hips=(0, 0.05, 0.50),
        pelvis=(20, 0, 0),
        chest=(40, 0, 0),
        head=(15, 0, 0),
        hand=(-0.05, -0.55, -0.75),
        elbow=(1, 0.4, -0.2),
    )
    return posture(base, foot_l=(0.13, -0.42, 0, 10, 0), foot_r=(0.13, 0.50, 0.06, 5, 60), **fields)
