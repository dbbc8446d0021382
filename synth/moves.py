"""The exercises: how deep into the rep → where every joint is.

Each function takes a body, `depth` `(T, 2)` (left and right, 0 at rest and 1 at the usual turning point) and the body's
`Sway`, and gives a `Pose` with the person at the origin, facing -y. What is left is the exercise's style and its
faults, plain numbers or `(T,)` arrays: fault strengths run from 0 (none) to 1 (plain to see).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from body import Body, Pose
from figure import SIDES, Figure
from rotation import Array, X, Y, Z, align, apply, between, turn, unit

Number = Array | float


@dataclass(frozen=True, slots=True)
class Sway:
    """What never stands still: `(T,)` arrays, small. Metres to the left and back, degrees of lean, twist and nod."""

    left: Array
    back: Array
    lean: Array
    twist: Array
    nod: Array

    @classmethod
    def none(cls, frames: int) -> "Sway":
        """A statue's."""
        return cls(*np.zeros((5, frames)))


def vector(x: Number, y: Number, z: Number) -> Array:
    """Components, each a number or `(T,)`, as one `(…, 3)` vector."""
    return np.stack(np.broadcast_arrays(np.asarray(x, float), y, z), -1)


def upright(
    body: Body,
    knee: Number,
    sway: Sway,
    *,
    lean: Number = 0.0,
    stance: float = 1.0,
    toe_out: float = 14.0,
    valgus: Number = 0.0,
    rise: Number = 0.0,
    spread: Number = 0.0,
) -> Figure:
    """A figure on both feet, knees bent by `knee` degrees (interior angle 180 - `knee`), arms still to be given.

    The feet stay where they are at every depth: the hips go back and down, as far as the two bones of the leg say.

    Args:
        body: Whose figure.
        knee: Flexion of both knees in degrees.
        sway: The body's small movements.
        lean: Degrees that the chest leans forward.
        stance: Width of the feet, 1 as wide as the hips.
        toe_out: Degrees that each foot points outwards.
        valgus: How far the knees fall inwards; 1 makes them touch in a deep squat.
        rise: Metres that the whole body is off the floor.
        spread: Metres that each foot is further out than its stance.
    """
    knee = np.asarray(knee, float)
    shin_lean = np.radians(knee * 0.28)
    behind = body.thigh * np.sin(np.radians(knee) - shin_lean) - body.shin * np.sin(shin_lean)
    length = np.sqrt(body.thigh**2 + body.shin**2 + 2 * body.thigh * body.shin * np.cos(np.radians(knee)))
    out = body.joint["upperleg01.L"][0] * stance + spread
    aside = out - body.joint["upperleg01.L"][0]
    height = body.ankle_height + rise + np.sqrt(np.maximum(length**2 - aside**2 - behind**2, 0.01))
    pelvis = turn(Z, sway.twist / 2) @ turn(X, 0.75 * (lean + sway.lean))
    figure = Figure(body, pelvis, vector(sway.left, behind + sway.back, height))
    figure.trunk(turn(Z, sway.twist) @ turn(X, lean + sway.lean), turn(Z, sway.twist) @ turn(X, 0.45 * lean + sway.nod))
    for side, sign in SIDES:
        foot = turn(Z, sign * toe_out)
        towards = apply(foot, -Y) + vector(-sign * 0.45 * np.asarray(valgus), 0, 0)
        figure.leg(side, vector(sign * out, 0, body.ankle_height + np.asarray(rise)), towards, foot)
    return figure


def near_chest(figure: Figure, x: Number, y: Number, z: Number) -> Array:
    """A place relative to the middle between the shoulders, in the chest's axes, for somebody 1.75 m tall."""
    middle = (figure.where("upperarm01.L") + figure.where("upperarm01.R")) / 2
    return middle + apply(figure.rotation["spine01"], vector(x, y, z) * figure.body.height / 1.75)


def fold(figure: Figure, arms: str) -> None:
    """Put the arms where somebody keeps them: crossed, bar, goblet, ears, hips or down."""
    chest = figure.rotation["spine01"]
    for side, sign in SIDES:
        out = apply(chest, sign * X)
        match arms:
            case "crossed":
                figure.reach(side, near_chest(figure, -0.09 * sign, -0.20, -0.10 + 0.02 * sign), out - Z)
            case "bar":
                figure.reach(side, near_chest(figure, 0.33 * sign, 0.03, 0.06), apply(chest, -Z + 0.6 * Y), fist=1)
            case "goblet":
                figure.reach(
                    side, near_chest(figure, 0.05 * sign, -0.24, -0.12), apply(chest, -Z) + 0.4 * out, fist=0.8
                )
            case "ears":
                figure.reach(side, near_chest(figure, 0.15 * sign, 0.02, 0.20), out - 0.3 * apply(chest, Y), fist=0.6)
            case "hips":
                figure.reach(side, near_chest(figure, 0.21 * sign, 0.0, -0.42), out + 0.6 * apply(chest, Y))
            case "down":
                figure.hang(side)
            case _:
                raise ValueError(f"arms: expected crossed, bar, goblet, ears, hips or down, got {arms}")


def squat(
    body: Body,
    depth: Array,
    sway: Sway,
    *,
    deepest: float = 105.0,
    lean: float = 0.38,
    stance: float = 1.05,
    toe_out: float = 16.0,
    arms: str = "forward",
    held: float = 90.0,
    valgus: Number = 0.0,
    tip: Number = 0.0,
) -> Pose:
    """Squat to a knee flexion of `deepest`; faults `valgus` (knees fall in) and `tip` (the chest falls forward).

    The arms come forward on the way down, stay stretched out at `held` degrees from hanging (`out`), or are folded.
    """
    down = depth.mean(1)
    knee = 6 + down * (deepest - 6)
    lean = lean * knee + 30 * np.asarray(tip) * down
    figure = upright(body, knee, sway, lean=lean, stance=stance, toe_out=toe_out, valgus=np.asarray(valgus) * down)
    if arms not in ("forward", "out"):
        fold(figure, arms)
        return figure.pose()
    lift = np.minimum(1, knee / 60) if arms == "forward" else np.full(len(knee), held / 90)
    for side, sign in SIDES:
        upper = apply(turn(Y, -sign * (8 - 3 * lift)) @ turn(X, -88 * lift - 2), -Z)
        hinge = np.cross(upper, vector(-0.05 * sign, lift - 1, lift))
        figure.arm(side, upper, hinge, 10, fist=0.15)
    return figure.pose()


def bicep_curl(
    body: Body,
    depth: Array,
    sway: Sway,
    *,
    bent: float = 130.0,
    palm: float = 95.0,
    away: float = 7.0,
    drift: float = 8.0,
    swing: Number = 0.0,
) -> Pose:
    """Curl each arm to an elbow flexion of `bent`; fault `swing`: the trunk rocks back and the elbows come forward."""
    up, swing = depth.mean(1), np.asarray(swing)
    rock = np.sin(np.pi * np.clip(up, 0, 1) ** 0.7)
    figure = upright(body, 6 + 8 * swing * rock, sway, lean=2 + swing * (10 * rock * (1 - up) - 17 * up))
    for column, (side, sign) in enumerate(SIDES):
        flex = 14 + depth[:, column] * (bent - 14)
        forward = depth[:, column] * (drift + 30 * swing)
        upper = apply(turn(Y, -sign * away) @ turn(X, -forward + 0.5 * sway.lean), -Z)
        figure.arm(side, upper, np.cross(upper, -Y + 0.12 * sign * X), flex, twist=palm, fist=1)
    return figure.pose()


def lateral_raise(
    body: Body,
    depth: Array,
    sway: Sway,
    *,
    highest: float = 88.0,
    flex: float = 12.0,
    plane: float = 10.0,
    bent: Number = 0.0,
    swing: Number = 0.0,
) -> Pose:
    """Raise the arms sideways to `highest` degrees; faults `bent` (elbows) and `swing` (the trunk helps).

    An uneven raise is one whose two depths differ.
    """
    up, swing = depth.mean(1), np.asarray(swing)
    figure = upright(body, 6 + 14 * swing * (1 - up) * np.sin(np.pi * up), sway, lean=1 + swing * (10 - 22 * up))
    for column, (side, sign) in enumerate(SIDES):
        raised = 8 + depth[:, column] * (highest - 8)
        figure.shrug(side, np.maximum(0, raised - 30) * 0.28)
        upper = apply(turn(Z, -sign * plane) @ turn(Y, -sign * raised), -Z)
        hinge = np.cross(upper, apply(turn(Z, sign * plane), -Y))
        figure.arm(side, upper, hinge, flex + 55 * np.asarray(bent), fist=1)
    return figure.pose()


def front_raise(
    body: Body, depth: Array, sway: Sway, *, highest: float = 88.0, flex: float = 10.0, swing: Number = 0.0
) -> Pose:
    """Raise the arms forwards to `highest` degrees; fault `swing`: the trunk helps."""
    up, swing = depth.mean(1), np.asarray(swing)
    figure = upright(body, 6, sway, lean=1 + swing * (8 - 20 * up))
    for column, (side, sign) in enumerate(SIDES):
        raised = 4 + depth[:, column] * (highest - 4)
        figure.shrug(side, np.maximum(0, raised - 40) * 0.2)
        upper = apply(turn(Z, -sign * 3) @ turn(X, -raised) @ turn(Y, -sign * 6), -Z)
        figure.arm(side, upper, np.cross(upper, apply(turn(X, -raised), -Y)), flex, fist=1)
    return figure.pose()


def overhead_press(
    body: Body, depth: Array, sway: Sway, *, grip: float = 0.30, lean_back: float = 4.0, dip: Number = 0.0
) -> Pose:
    """Press from the shoulders to straight arms overhead; fault `dip`: the knees help."""
    up = depth.mean(1)
    figure = upright(body, 6 + 35 * np.asarray(dip) * np.sin(np.pi * np.clip(1.6 * up, 0, 1)), sway, lean=-lean_back)
    scale, arm = body.height / 1.75, body.upper_arm + body.forearm
    inward = grip * scale - body.joint["upperarm01.L"][0]
    for column, (side, sign) in enumerate(SIDES):
        high = depth[:, column]
        figure.shrug(side, 22 * high)
        bottom, top = vector(sign * inward, -0.10, 0.03), vector(sign * (inward - 0.06), -0.02, 0.985 * arm)
        place = figure.where(f"upperarm01.{side}") + bottom + (top - bottom) * high[:, None]
        figure.reach(side, place, vector(0.75 * sign, -0.35 + 0.5 * high, -0.8), fist=1)
    return figure.pose()


def lunge(
    body: Body,
    depth: Array,
    sway: Sway,
    *,
    deepest: float = 92.0,
    stride: float = 0.72,
    arms: str = "hips",
    tip: Number = 0.0,
) -> Pose:
    """Step forward with the side whose depth is greater, sink until its knee bends by `deepest`, and step back."""
    down, scale = depth.max(1), body.height / 1.75
    step = _smooth(down / 0.5)
    sink = _smooth((down - 0.25) / 0.75)
    front = depth[:, 0] >= depth[:, 1]
    forward = stride * scale * step
    straight = body.thigh + body.shin
    bend = np.radians(6 + sink * (deepest - 6))
    drop = straight - np.sqrt(body.thigh**2 + body.shin**2 + 2 * body.thigh * body.shin * np.cos(bend))
    height = body.ankle_height + straight * 0.998 - drop - 0.06 * scale * step
    chest = turn(Z, sway.twist) @ turn(X, 4 + sway.lean + 3 * sink + 28 * np.asarray(tip) * sink)
    figure = Figure(body, turn(X, 5 * sink + sway.lean), vector(sway.left, -0.52 * forward + sway.back, height))
    figure.trunk(chest, turn(X, sway.nod))
    for side, sign in SIDES:
        leads = front if side == "L" else ~front
        lift = 0.10 * scale * np.sin(np.pi * step) * (1 - sink)
        heel = 50 * step * sink**0.5  # the foot behind stands on its toes
        ahead = vector(sign * body.hips_width, -forward, body.ankle_height + lift)
        behind = vector(
            sign * body.hips_width, 0.10 * step, body.ankle_height + 0.11 * scale * np.sin(np.radians(heel))
        )
        ankle = np.where(leads[:, None], ahead, behind)
        foot = np.where(leads[:, None, None], turn(Z, sign * 4), turn(X, heel))
        figure.leg(side, ankle, -Y + 0.1 * sign * X, foot)
    fold(figure, arms)
    return figure.pose()


def deadlift(
    body: Body,
    depth: Array,
    sway: Sway,
    *,
    lowest: float = 74.0,
    knee: float = 52.0,
    grip: float = 0.06,
    stance: float = 0.95,
) -> Pose:
    """Bow to a trunk lean of `lowest` with the knees bent by `knee`, a bar in hanging hands, and stand up."""
    down = depth.mean(1)
    figure = upright(body, 5 + down * (knee - 5), sway, lean=2 + down * (lowest - 2), stance=stance)
    for side, sign in SIDES:
        shoulder = figure.where(f"upperarm01.{side}")
        below = vector(sign * grip, -0.04 + 0.05 * down, -0.985 * (body.upper_arm + body.forearm))
        figure.reach(side, shoulder + below, sign * X + 0.5 * Y, fist=1)
    return figure.pose()


def jumping_jack(body: Body, depth: Array, sway: Sway, *, highest: float = 160.0, width: float = 0.30) -> Pose:
    """Jump the feet apart while the arms swing up sideways, and back."""
    out = depth.mean(1)
    rise = 0.07 * np.sin(np.pi * np.clip(out, 0, 1))
    figure = upright(body, 12 + 8 * np.cos(2 * np.pi * out), sway, lean=3, spread=width * out, rise=rise)
    for side, sign in SIDES:
        raised = 12 + out * (highest - 12)
        figure.shrug(side, np.maximum(0, raised - 30) * 0.2)
        upper = apply(turn(Z, -sign * 8) @ turn(Y, -sign * raised), -Z)
        figure.arm(side, upper, np.cross(upper, -Y + 0.2 * sign * X), 18, fist=0.15)
    return figure.pose()


def pull_up(
    body: Body, depth: Array, sway: Sway, *, bent: float = 128.0, grip: float = 0.13, tuck: float = 35.0
) -> Pose:
    """Hang from a bar and pull until the elbows bend by `bent`."""
    up, scale = depth.mean(1), body.height / 1.75
    chest = turn(Z, sway.twist) @ turn(X, -4 - 10 * up + sway.lean)
    flex = np.radians(8 + up * (bent - 8))
    reach = np.sqrt(body.upper_arm**2 + body.forearm**2 + 2 * body.upper_arm * body.forearm * np.cos(flex))
    bar = body.height * 1.29  # a hanging body's toes are off the floor

    def hung(hips: Array) -> Figure:
        figure = Figure(body, between(chest, turn(X, 4), 0.4), hips)
        figure.trunk(chest, turn(X, -8 - 6 * up + sway.nod))
        for side, _ in SIDES:
            figure.shrug(side, 26 - 18 * up)
        return figure

    shoulder = hung(np.zeros((len(up), 3))).where("upperarm01.L")
    hand_x = shoulder[:, 0].mean() + grip * scale
    below = np.sqrt(np.maximum(reach**2 - (hand_x - shoulder[:, 0]) ** 2, 0.003))
    figure = hung(vector(sway.left, 0.05 - shoulder[:, 1] + sway.back, bar - below - shoulder[:, 2]))
    for side, sign in SIDES:
        figure.reach(side, vector(sign * hand_x, 0, bar), vector(sign, -0.25, -0.5), fist=1)
        hip = figure.where(f"upperleg01.{side}")
        bend = np.radians(tuck)
        ankle = hip + vector(0, body.shin * np.sin(bend), -body.thigh - body.shin * np.cos(bend))
        figure.leg(side, ankle, -Y, turn(X, tuck + 30))
    return figure.pose()


def sit_up(
    body: Body, depth: Array, sway: Sway, *, highest: float = 78.0, knee: float = 92.0, arms: str = "crossed"
) -> Pose:
    """Lie on the back, knees bent, and roll up until the trunk has turned by `highest` degrees."""
    up, scale = depth.mean(1), body.height / 1.75
    chest = turn(X, -88 + up * highest + sway.lean / 2)
    pelvis = turn(X, -88 + 62 * _smooth((up - 0.2) / 0.8) * highest / 78)
    figure = Figure(body, pelvis, vector(0, 0, (0.10 + 0.02 * up) * scale))
    figure.trunk(chest, turn(X, -70 + up * (highest - 10)))
    away = np.sqrt(body.thigh**2 + body.shin**2 + 2 * body.thigh * body.shin * np.cos(np.radians(knee)))
    for side, sign in SIDES:
        ankle = vector(sign * body.hips_width, -away, body.ankle_height)
        figure.leg(side, ankle, Z + 0.05 * sign * X)
    fold(figure, arms)
    return figure.pose()


def push_up(
    body: Body,
    depth: Array,
    sway: Sway,
    *,
    straight: float = 170.0,
    bent: float = 82.0,
    wide: float = 0.09,
    sag: Number = 0.0,
    pike: Number = 0.0,
) -> Pose:
    """Lower a plank until the elbows' interior angle is `bent`; faults `sag` (hips drop) and `pike` (hips stay up)."""
    elbow = straight - depth.mean(1) * (straight - bent)
    bow = 5 + 0.5 * sway.lean + 24 * np.asarray(sag) - 30 * np.asarray(pike)  # degrees between thighs and chest
    toes, wrist_height = 0.048, 0.045

    def plank(pitch: Array | float, hips: Array) -> Figure:
        legs, chest = turn(X, 90 - (pitch - 0.45 * bow)), turn(X, 90 - (pitch + 0.55 * bow))
        figure = Figure(body, between(legs, chest, 0.45), hips)
        figure.trunk(chest, turn(X, -18 + sway.nod) @ chest)
        for side, sign in SIDES:
            figure.turn(f"upperleg01.{side}", legs @ turn(Y, 4 * sign))
            figure.turn(f"lowerleg01.{side}", legs @ turn(Y, 3 * sign))
            figure.turn(f"foot.{side}", turn(X, 4) @ legs)
            for toe in "12345":
                figure.turn(f"toe{toe}-1.{side}", turn(X, -68) @ legs)
        return figure

    flat = plank(0.0, np.zeros((len(elbow), 3)))
    ball = (flat.where("toe2-1.L") + flat.where("toe2-1.R")) / 2
    shoulder = flat.where("upperarm01.L") - ball
    # The whole body turns about the balls of the feet; the pitch is where the shoulder is as far from the planted hand
    # as the elbow says: a triangle of ball, hand and shoulder in the plane x = 0.
    radius, start = np.hypot(shoulder[:, 1], shoulder[:, 2]), np.arctan2(shoulder[:, 2], -shoulder[:, 1])
    arm = _third_side(body.upper_arm, body.forearm, elbow)
    top = np.arcsin((0.985 * _third_side(body.upper_arm, body.forearm, 172.0) + wrist_height - toes) / radius[0])
    hand = np.array([shoulder[0, 0] + wide, 0.02 - radius[0] * np.cos(top), wrist_height - toes])
    away, hand_angle = np.hypot(hand[1], hand[2]), np.arctan2(hand[2], -hand[1])
    flat_arm = arm**2 - (hand[0] - shoulder[:, 0]) ** 2
    opening = np.arccos(np.clip((radius**2 + away**2 - flat_arm) / (2 * radius * away), -1, 1))
    pitch = np.degrees(hand_angle + opening - start)
    centre = np.array([0, 0.45 * body.height, toes])
    figure = plank(pitch, centre - apply(turn(X, -pitch), ball))
    for side, sign in SIDES:
        place = centre + hand * [sign, 1, 1]
        finger = unit(body.joint[f"finger3-1.{side}"] - body.joint[f"wrist.{side}"])
        ahead = unit(-Y + 0.1 * sign * X)
        flat_hand = align(finger, np.cross(finger, body.palm[side]), ahead + 0.12 * Z, np.cross(ahead, -Z))
        figure.reach(side, place, 0.8 * Y + 0.75 * sign * X, fist=0.05, hand=flat_hand)
    return figure.pose()


def _third_side(one: float, other: float, degrees: Number) -> Array:
    return np.sqrt(one**2 + other**2 - 2 * one * other * np.cos(np.radians(degrees)))


def _smooth(share: Array) -> Array:
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)


Posture = Callable[..., Pose]


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: its posture, how long a rep usually takes (seconds out, hold, back, rest), how people differ."""

    posture: Posture
    tempo: tuple[float, float, float, float]
    faults: tuple[str, ...] = ()
    styles: dict[str, tuple[float, float] | tuple[str, ...]] | None = None
    one_sided: bool = False

    def style(self, random: np.random.Generator) -> dict[str, Any]:
        """One person's way of doing it: a number within each range, one of each set of words."""
        return {
            name: str(random.choice(choice)) if isinstance(choice[0], str) else float(random.uniform(*choice))
            for name, choice in (self.styles or {}).items()
        }


EXERCISES = {
    "squat": Exercise(
        squat,
        (1.2, 0.2, 1.0, 0.5),
        ("valgus", "tip"),
        {
            "deepest": (92.0, 128.0),
            "lean": (0.3, 0.45),
            "stance": (0.9, 1.4),
            "toe_out": (8.0, 28.0),
            "arms": ("forward", "forward", "out", "crossed", "bar", "bar", "goblet", "ears", "hips", "down"),
            "held": (60.0, 165.0),
        },
    ),
    "push_up": Exercise(
        push_up,
        (1.0, 0.15, 0.9, 0.4),
        ("sag", "pike"),
        {"bent": (70.0, 95.0), "wide": (0.03, 0.16), "straight": (162.0, 174.0)},
    ),
    "bicep_curl": Exercise(
        bicep_curl,
        (1.0, 0.2, 1.2, 0.4),
        ("swing",),
        {"bent": (118.0, 138.0), "palm": (40.0, 100.0), "away": (4.0, 14.0), "drift": (0.0, 18.0)},
    ),
    "lateral_raise": Exercise(
        lateral_raise,
        (1.0, 0.2, 1.1, 0.5),
        ("bent", "swing"),
        {"highest": (80.0, 98.0), "flex": (5.0, 38.0), "plane": (2.0, 24.0)},
    ),
    "overhead_press": Exercise(
        overhead_press, (0.9, 0.2, 1.1, 0.4), ("dip",), {"grip": (0.26, 0.36), "lean_back": (0.0, 8.0)}
    ),
    "lunge": Exercise(
        lunge,
        (1.2, 0.2, 1.1, 0.5),
        ("tip",),
        {"deepest": (80.0, 100.0), "stride": (0.6, 0.8), "arms": ("hips", "down", "crossed")},
        one_sided=True,
    ),
    "deadlift": Exercise(
        deadlift, (1.3, 0.2, 1.2, 0.6), (), {"lowest": (60.0, 82.0), "knee": (20.0, 65.0), "stance": (0.8, 1.1)}
    ),
    "pull_up": Exercise(
        pull_up, (1.1, 0.2, 1.2, 0.6), (), {"bent": (115.0, 135.0), "grip": (0.05, 0.22), "tuck": (5.0, 80.0)}
    ),
    "sit_up": Exercise(
        sit_up, (1.1, 0.15, 1.2, 0.4), (), {"highest": (62.0, 84.0), "knee": (80.0, 105.0), "arms": ("crossed", "ears")}
    ),
    "front_raise": Exercise(
        front_raise, (1.0, 0.2, 1.1, 0.5), ("swing",), {"highest": (78.0, 98.0), "flex": (4.0, 22.0)}
    ),
    "jumping_jack": Exercise(
        jumping_jack, (0.45, 0.05, 0.45, 0.05), (), {"highest": (135.0, 172.0), "width": (0.2, 0.38)}
    ),
}
