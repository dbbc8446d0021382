"""What people in a gym do between sets: nothing here is an exercise, and nothing here may be counted.

Every function gives a `Motion` that begins and ends on both feet, facing -y at the origin unless it says otherwise.
"""

from collections.abc import Callable, Sequence

import numpy as np
from body import Body
from figure import SIDES, Figure
from motion import Motion, drift, eased, sway
from moves import near_chest, upright, vector
from rotation import Array, X, Y, Z, apply, turn

# Places for a left wrist relative to the middle of the shoulders, chest axes, metres for somebody 1.75 m tall.
PLACES = {
    "down": (0.26, -0.05, -0.485),
    "hip": (0.23, 0.02, -0.40),
    "pocket": (0.21, -0.08, -0.43),
    "crossed": (-0.09, -0.20, -0.10),
    "belly": (0.06, -0.22, -0.30),
    "phone": (0.05, -0.30, -0.05),
    "mouth": (0.05, -0.20, 0.12),
    "brow": (0.06, -0.15, 0.20),
    "nape": (0.07, 0.06, 0.17),
    "overhead": (0.12, -0.03, 0.48),
    "across": (-0.26, -0.26, -0.02),
    "aside": (0.48, -0.20, -0.05),
}
Keys = Sequence[tuple[float, Sequence[float] | float]]  # (second, value), in order


def keyed(time: Array, keys: Keys) -> Array:
    """`(T,)` or `(T, n)`: from one value to the next without a jerk, still before the first and after the last."""
    seconds = np.array([second for second, _ in keys])
    values = np.array([value for _, value in keys], float)
    values = values[:, None] if values.ndim == 1 else values
    after = np.clip(np.searchsorted(seconds, time, side="right"), 1, len(keys) - 1)
    share = eased((time - seconds[after - 1]) / np.maximum(seconds[after] - seconds[after - 1], 1e-9))
    way = values[after - 1] + (values[after] - values[after - 1]) * share[:, None]
    return way[:, 0] if way.shape[1] == 1 else way


def hand(figure: Figure, side: str, place: Array, *, fist: float = 0.3) -> None:
    """Bring a wrist to a place given as `PLACES` has it, mirrored for the right."""
    sign = 1.0 if side == "L" else -1.0
    chest = figure.rotation["spine01"]
    low = np.clip(-place[:, 2] / 0.4, 0, 1)  # a low hand has its elbow behind it, a high one beside it
    towards = apply(chest, vector(sign * (1.1 - low), 0.2 + 0.8 * low, -0.5))
    figure.reach(side, near_chest(figure, sign * place[:, 0], place[:, 1], place[:, 2]), towards, fist=fist)


def visits(
    random: np.random.Generator,
    seconds: float,
    places: Sequence[str],
    *,
    stay: tuple[float, float],
    move_s: float = 0.9,
) -> Keys:
    """A wrist's way through places drawn at random, staying in each for so long, that begins and ends hanging."""
    keys: list[tuple[float, Sequence[float]]] = [(0.0, PLACES["down"])]
    now = float(random.uniform(0.2, 1.5))
    while now < seconds - 2 * move_s - stay[0]:
        place = np.array(PLACES[str(random.choice(places))]) + random.normal(0, 0.02, 3)
        until = min(now + move_s + random.uniform(*stay), seconds - move_s)
        keys += [(now, keys[-1][1]), (now + move_s, tuple(place)), (until, tuple(place))]
        now = until
    return [*keys, (now, keys[-1][1]), (now + move_s, PLACES["down"])]


def _loose(body: Body, time: Array, fps: float, random: np.random.Generator, *, lean: Array | float = 0.0) -> Figure:
    """Somebody on both feet at ease: the weight goes from leg to leg, the head looks around."""
    noise = sway(len(time), fps, random, 1.3)
    noise.left[:] += 0.035 * np.tanh(1.5 * drift(len(time), fps, random, 4.0))
    noise.twist[:] += 7 * drift(len(time), fps, random, 3.0)
    figure = upright(body, 7 + 2 * np.abs(drift(len(time), fps, random, 3.0)), noise, lean=lean, toe_out=18)
    look = turn(Z, noise.twist + 22 * drift(len(time), fps, random, 1.8)) @ turn(X, noise.nod + 0.4 * np.asarray(lean))
    figure.trunk(figure.rotation["spine01"], look)
    return figure


def _clock(seconds: float, fps: float) -> Array:
    return np.arange(max(2, round(seconds * fps))) / fps


def standing(body: Body, seconds: float, fps: float, random: np.random.Generator) -> Motion:
    """Stand about: hands to the hips, a look at the phone, a drink, a hand through the hair."""
    time = _clock(seconds, fps)
    figure = _loose(body, time, fps, random)
    for side, _ in SIDES:
        places = ["down", "hip", "pocket", "crossed", "belly", "phone", "mouth", "brow", "nape"]
        hand(figure, side, keyed(time, visits(random, seconds, places, stay=(1.0, 7.0))))
    return Motion(body, fps, figure.pose())


def talking(body: Body, seconds: float, fps: float, random: np.random.Generator) -> Motion:
    """Talk with the hands: quick gestures before the body, by both or by one, with pauses."""
    time = _clock(seconds, fps)
    figure = _loose(body, time, fps, random, lean=3 + 2 * drift(len(time), fps, random, 2.0))
    silent = random.choice([0.0, 0.3, 1.0], 2, p=[0.5, 0.3, 0.2])
    for column, (side, _) in enumerate(SIDES):
        keys: list[tuple[float, Sequence[float]]] = [(0.0, PLACES["down"])]
        now = 0.3
        while now < seconds - 1.5:
            rests = random.random() < 0.2 + 0.5 * silent[column]
            spot = PLACES["down"] if rests else random.uniform((-0.02, -0.42, -0.34), (0.40, -0.20, 0.06))
            move, stay = random.uniform(0.25, 0.7), random.exponential(1.6 if rests else 0.25)
            keys += [(now + move, tuple(spot)), (now + move + stay, tuple(spot))]
            now += move + stay
        hand(figure, side, keyed(time, [*keys, (now + 0.8, PLACES["down"])]))
    return Motion(body, fps, figure.pose())


def walking(
    body: Body,
    path: Sequence[tuple[float, float]],
    fps: float,
    random: np.random.Generator,
    *,
    speed: float = 1.2,
    carrying: bool = False,
) -> Motion:
    """Walk along corner points on the floor, in the room's own metres, and stop at the last."""
    points = np.array(path, float)
    marks = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    points = np.concatenate([points, [2 * points[-1] - points[-2]]])  # one step beyond, to look at when nearly there
    marks = np.append(marks, 2 * marks[-1] - marks[-2])
    time = _clock(marks[-2] / speed + 1.0, fps)

    def along(metres: Array) -> Array:
        return np.stack([np.interp(metres, marks, points[:, axis]) for axis in (0, 1)], 1)

    # Speed rises and falls over a second; the way is its integral, made to end at the last point.
    pace = eased(time / 1.0) * eased((time[-1] - time) / 1.0)
    travelled = np.cumsum(pace) / pace.sum() * marks[-2]
    place = along(travelled)
    towards = along(travelled + 0.3) - along(travelled - 0.2)
    yaw = np.degrees(np.unwrap(np.arctan2(towards[:, 0], -towards[:, 1])))
    scale = body.height / 1.75
    cadence = 0.95 * np.sqrt(1 / scale)  # strides (two steps) a second
    velocity = np.gradient(travelled, 1 / fps)
    stride = velocity / cadence
    phase = time * cadence + random.random()
    wave = np.sin(2 * np.pi * phase)
    lively = np.clip(stride / 0.8, 0, 1.3)
    noise = sway(len(time), fps, random, 0.7)
    tall = body.ankle_height + 0.992 * (body.thigh + body.shin)
    bob = 0.018 * lively * (scale * np.cos(4 * np.pi * (phase - 0.3)) - 1)
    height = tall - 0.05 * stride**2 / scale + bob
    side_shift = 0.02 * lively * np.sin(2 * np.pi * (phase - 0.05))
    figure = Figure(body, turn(Z, 5 * lively * wave) @ turn(X, 2.0), vector(side_shift, 0, height))
    chest = turn(Z, -5 * lively * wave + noise.twist) @ turn(X, 3 + 2 * lively + noise.lean)
    figure.trunk(chest, turn(Z, 12 * drift(len(time), fps, random, 2.0)) @ turn(X, 2 + noise.nod))
    for side, sign in SIDES:
        share = (phase + (0.0 if side == "L" else 0.5)) % 1
        stands = share < 0.6
        swung = np.clip((share - 0.6) / 0.4, 0, 1)
        # On the floor the foot goes back as fast as the hips go forward; in the air it overtakes them.
        ahead = np.where(stands, 0.3 - share, -0.3 + 0.6 * swung * swung * (3 - 2 * swung)) * stride
        stretch = np.clip(lively, 0, 1)
        heel_off = 38 * stretch * np.where(stands, eased((share - 0.35) / 0.25), 1 - eased(swung / 0.5))
        toe_up = -18 * stretch * np.where(stands, 1 - eased(share / 0.12), eased((swung - 0.6) / 0.4))
        lift = scale * (0.07 * stretch * np.sin(np.pi * swung) + 0.11 * np.sin(np.radians(heel_off)))
        ankle = vector(sign * 0.62 * body.hips_width, 0.02 - ahead, body.ankle_height + lift)
        figure.leg(side, ankle, vector(0.12 * sign, -1, 0), turn(Z, sign * 6) @ turn(X, heel_off + toe_up))
        opposite = wave if side == "R" else -wave
        swings, bent = (3.0, 8.0) if carrying else (22.0, 16 + 7 * lively * (1 + opposite))
        figure.hang(side, away=8, forward=3 + swings * lively * opposite, flex=bent)
    floor = np.concatenate([place, np.zeros((len(time), 1))], 1)
    return Motion(body, fps, figure.pose().moved(turn(Z, yaw), floor))


def lifting(body: Body, seconds: float, fps: float, random: np.random.Generator) -> Motion:
    """Bow for a weight on the floor, come up with it, put it on a rack before the body; or the other way round."""
    seconds = max(seconds, 9.0)
    time = _clock(seconds, fps)
    bow_s, up_s = random.uniform(0.9, 1.6, 2)
    start = random.uniform(0.4, 1.2)
    rack = start + bow_s + 0.5 + up_s + random.uniform(0.5, max(0.6, seconds - 8.5))
    down = keyed(time, [(start, 0), (start + bow_s, 1), (start + bow_s + 0.5, 1), (start + bow_s + 0.5 + up_s, 0)])
    put = keyed(time, [(rack, 0), (rack + 1.2, 1), (rack + 1.9, 1), (rack + 3.0, 0)])
    if random.random() < 0.5:
        down, put = down[::-1], put[::-1]
    knee, lean = random.uniform(15, 85), random.uniform(38, 70)
    shelf = random.uniform(-0.45, 0.0)  # of the rack, against the shoulders
    one_handed = random.random() < 0.4
    noise = sway(len(time), fps, random)
    figure = upright(body, 6 + down * knee + 6 * put, noise, lean=3 + down * lean + 12 * put, toe_out=16)
    arm = body.upper_arm + body.forearm
    for side, sign in SIDES:
        if one_handed and side == "L":
            figure.hang(side, forward=10 * down)
            continue
        shoulder = figure.where(f"upperarm01.{side}")
        hang = vector(sign * 0.05, -0.05 - 0.10 * down, -0.96 * arm)
        shelved = vector(-sign * 0.04, -0.80 * arm, shelf)
        figure.reach(side, shoulder + hang + (shelved - hang) * put[:, None], vector(0.5 * sign, 0.6, -0.6), fist=1)
    return Motion(body, fps, figure.pose())


def stretching(body: Body, seconds: float, fps: float, random: np.random.Generator) -> Motion:
    """One stretch, held: a side bend, an arm across the chest, an arm behind the head, the toes, a thigh."""
    seconds = max(seconds, 5.0)
    time = _clock(seconds, fps)
    held = keyed(time, [(0.4, 0), (2.0, 1), (seconds - 2.0, 1), (seconds - 0.4, 0)])
    held *= 1 + 0.05 * drift(len(time), fps, random, 2.5)
    active, other = (("L", 1.0), ("R", -1.0))[:: random.choice([1, -1])]
    kind = str(random.choice(["bend", "across", "nape", "toes", "thigh"]))
    if kind == "thigh":
        return _thigh_stretch(body, held, fps, random, active[0])
    lean = (3 + 82 * held) if kind == "toes" else 2.0
    noise = sway(len(time), fps, random)
    figure = upright(body, 6 + (6 * held if kind == "toes" else 0), noise, lean=lean)
    if kind == "bend":
        chest = turn(Y, -active[1] * 28 * held) @ figure.rotation["spine01"]
        figure.trunk(chest, turn(Y, -active[1] * 20 * held) @ turn(X, noise.nod))

    def towards(one: str, end: str) -> Array:
        return np.array(PLACES[one]) + held[:, None] * (np.array(PLACES[end]) - PLACES[one])

    arms = {
        "bend": ("overhead", "hip"),
        "across": ("across", "belly"),
        "nape": ("nape", "brow"),
        "toes": ("down", "down"),
    }[kind]
    for (side, sign), place in zip((active, other), arms, strict=True):
        if kind == "toes":
            below = vector(0.02 * sign, -0.02 - 0.1 * held, -0.97 * (body.upper_arm + body.forearm))
            figure.reach(side, figure.where(f"upperarm01.{side}") + below, sign * X + 0.3 * Y)
        else:
            hand(figure, side, towards("down", place))
    return Motion(body, fps, figure.pose())


def _thigh_stretch(body: Body, held: Array, fps: float, random: np.random.Generator, active: str) -> Motion:
    """On one leg, the other heel pulled up behind by the hand of its side."""
    noise = sway(len(held), fps, random, 1.5)
    over = (-1.0 if active == "L" else 1.0) * body.hips_width * 0.7 * held
    height = body.ankle_height + 0.997 * (body.thigh + body.shin) - 0.008 * held
    figure = Figure(body, turn(X, 4 * held + noise.lean), vector(over + noise.left, noise.back, height))
    figure.trunk(turn(X, 5 * held + noise.lean), turn(X, noise.nod))
    for side, sign in SIDES:
        floor = vector(sign * body.hips_width, 0, body.ankle_height)
        if side != active:
            figure.leg(side, floor, -Y + 0.15 * sign * X, turn(Z, sign * 12))
            figure.hang(side, away=9 + 35 * held)
            continue
        hip = figure.where(f"upperleg01.{side}")
        pulled = hip + vector(0, 0.24 * body.height / 1.75, -body.thigh + 0.28 * body.height / 1.75)
        ankle = floor + (pulled - floor) * held[:, None]
        figure.leg(side, ankle, vector(0, -1, -0.9 * held), turn(X, 125 * held))
        hang = figure.where(f"upperarm01.{side}") + vector(0.04 * sign, -0.02, -0.96 * (body.upper_arm + body.forearm))
        figure.reach(side, hang + (ankle + 0.03 * (Y + Z) - hang) * held[:, None], vector(0.6 * sign, 0.8, 0), fist=0.7)
    return Motion(body, fps, figure.pose())


def tying_shoes(body: Body, seconds: float, fps: float, random: np.random.Generator) -> Motion:
    """Kneel down on one knee, tie the lace of the foot in front with both hands, get up."""
    seconds = max(seconds, 6.0)
    time = _clock(seconds, fps)
    low = keyed(time, [(0.3, 0), (1.7, 1), (seconds - 1.7, 1), (seconds - 0.3, 0)])
    step = eased(low / 0.55)
    lead = str(random.choice(["L", "R"]))
    scale, noise = body.height / 1.75, sway(len(time), fps, random)
    kneeling = body.shin * 0.16 + body.thigh * 0.93  # hip above the floor when the knee behind is on it
    tall = body.ankle_height + 0.996 * (body.thigh + body.shin)
    figure = Figure(
        body,
        turn(X, 22 * low + noise.lean),
        vector(noise.left, -0.17 * scale * step + noise.back, tall + (kneeling - tall) * low - 0.03 * step * (1 - low)),
    )
    figure.trunk(turn(X, 58 * low + noise.lean), turn(X, 70 * low + noise.nod))
    busy = 0.02 * np.stack([drift(len(time), fps, random, 0.3) for _ in range(3)], 1) * low[:, None]
    for side, sign in SIDES:
        ahead = side == lead
        lift = 0.08 * scale * np.sin(np.pi * step) * (1 - low) if ahead else 0.06 * scale * step
        along = -0.50 * scale * step if ahead else 0.42 * scale * step
        ankle = vector(sign * body.hips_width, along, body.ankle_height + lift)
        figure.leg(side, ankle, vector(0.1 * sign, -1, 0), turn(X, 0 if ahead else 55 * step))
    lace = figure.where(f"foot.{lead}")
    for side, sign in SIDES:
        hang = figure.where(f"upperarm01.{side}") + vector(0.04 * sign, -0.02, -0.96 * (body.upper_arm + body.forearm))
        knot = lace + vector(0.05 * sign, -0.10, 0.05) + busy
        figure.reach(side, hang + (knot - hang) * low[:, None], vector(0.8 * sign, 0.5, 0.1), fist=0.6)
    return Motion(body, fps, figure.pose())


def crouch(body: Body, fps: float, *, seconds: float = 0.2) -> Motion:
    """Squat on the heels with both hands on the floor: the way between standing and lying."""
    time = _clock(seconds, fps)
    down = np.ones(len(time))
    figure = upright(body, 128 * down, sway(len(time), fps, np.random.default_rng(0), 0.0), lean=58)
    for side, sign in SIDES:
        shoulder = figure.where(f"upperarm01.{side}")
        floor = vector(sign * 0.2, shoulder[:, 1] - 0.10, 0.06)
        figure.reach(side, floor, vector(0.7 * sign, 0.7, 0), fist=0.05)
    return Motion(body, fps, figure.pose())


Idling = Callable[[Body, float, float, np.random.Generator], Motion]

IDLING: dict[str, Idling] = {
    "standing": standing,
    "talking": talking,
    "lifting": lifting,
    "stretching": stretching,
    "tying_shoes": tying_shoes,
}
