"""Movement in time: reps with tempo and faults, the small noise of a living body, pieces joined into a routine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from body import Body, Pose
from moves import EXERCISES, Sway
from rotation import Array, Z, between, turn

FULL = 0.7  # of the person's usual range: a rep below it is partial


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition as it is meant: how far, how fast, with which side and which faults.

    `rom` is the share of the person's usual range; `out`, `hold`, `back` and `rest` are seconds; `side` is `both`,
    `left` or `right`; `faults` maps a fault to its strength, 0-1 (`uneven` holds the right side back in any exercise);
    `halts` is how often it nearly stops on its way out and on its way back.
    """

    out: float
    hold: float
    back: float
    rest: float
    rom: float = 1.0
    side: str = "both"
    faults: Mapping[str, float] = field(default_factory=dict)
    halts: int = 0

    def way(self, time: Array) -> Array:
        """How far it has gone at `(T,)` seconds after its start: 0 at rest, 1 at the turn."""
        out, back = max(self.out, 1e-3), max(self.back, 1e-3)
        gone = halting(time / out, self.halts)
        returned = halting((time - self.out - self.hold) / back, self.halts)
        return eased(gone) * (1 - eased(returned))

    @property
    def kind(self) -> str:
        """`full` or `partial`."""
        return "full" if self.rom >= FULL else "partial"

    @property
    def seconds(self) -> float:
        """From the rep's start until the next may start."""
        return self.out + self.hold + self.back + self.rest


@dataclass(frozen=True, slots=True)
class Done:
    """A rep as it happened, seconds from the start of the motion: `turn_s` is the middle of the hold."""

    start_s: float
    turn_s: float
    end_s: float
    rep: Rep


@dataclass(frozen=True, slots=True)
class Set:
    """The reps of one exercise in a row."""

    exercise: str
    reps: tuple[Done, ...]


@dataclass(frozen=True, slots=True)
class Motion:
    """A body moving for `len(pose) / fps` seconds, and what it did."""

    body: Body
    fps: float
    pose: Pose
    sets: tuple[Set, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.pose) / self.fps

    def keypoints(self) -> Array:
        """The `(T, 17, 3)` COCO keypoints in metres."""
        return self.body.keypoints(self.pose)

    def placed(self, x: float = 0.0, y: float = 0.0, yaw: float = 0.0) -> "Motion":
        """The same motion turned by `yaw` degrees (counter-clockwise from above) and moved to `x`, `y`."""
        return replace(self, pose=self.pose.moved(turn(Z, yaw), np.array([x, y, 0.0])))

    def truth(self, person: int) -> list[dict[str, Any]]:
        """Its sets as the truth files have them."""
        return [
            {
                "person": person,
                "exercise": done.exercise,
                "start_s": round(done.reps[0].start_s, 3),
                "end_s": round(done.reps[-1].end_s, 3),
                "reps": sum(each.rep.kind == "full" for each in done.reps),
                "partial_reps": sum(each.rep.kind == "partial" for each in done.reps),
                "reps_at": [
                    {
                        "start_s": round(each.start_s, 3),
                        "turn_s": round(each.turn_s, 3),
                        "end_s": round(each.end_s, 3),
                        "kind": each.rep.kind,
                        "rom": round(each.rep.rom, 3),
                        "side": each.rep.side,
                        "faults": dict(each.rep.faults),
                    }
                    for each in done.reps
                ],
                "faults": sorted({fault for each in done.reps for fault in each.rep.faults}),
            }
            for done in self.sets
            if done.reps
        ]


def drift(frames: int, fps: float, random: np.random.Generator, seconds: float) -> Array:
    """`(frames,)` of smooth noise with deviation 1, whose wiggles last about `seconds`."""
    reach = max(1, round(2 * seconds * fps))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (0.5 * seconds * fps + 1e-9)) ** 2)
    noise = np.convolve(random.standard_normal(frames + 2 * reach), kernel, "valid")
    return noise / np.sqrt((kernel**2).sum())


def sway(frames: int, fps: float, random: np.random.Generator, amount: float = 1.0) -> Sway:
    """The small movements of somebody who means to stand still."""
    return Sway(
        left=amount * 0.006 * drift(frames, fps, random, 1.6),
        back=amount * 0.006 * drift(frames, fps, random, 1.3),
        lean=amount * 0.9 * drift(frames, fps, random, 1.5),
        twist=amount * 1.6 * drift(frames, fps, random, 2.0),
        nod=amount * 3.0 * drift(frames, fps, random, 2.0),
    )


def eased(share: Array) -> Array:
    """From 0 to 1 with no jerk at the ends (minimum jerk: Flash & Hogan 1985, eq. 15)."""
    share = np.clip(share, 0, 1)
    return share**3 * (10 - 15 * share + 6 * share**2)


def halting(share: Array, halts: int) -> Array:
    """From 0 to 1, nearly stopping so many times between."""
    share = np.clip(share, 0, 1)
    return share - (0.95 / (2 * np.pi * (halts + 1)) * np.sin(2 * np.pi * (halts + 1) * share) if halts else 0.0)


def some_reps(
    exercise: str,
    count: int,
    random: np.random.Generator,
    *,
    pace: float = 1.0,
    partial: Mapping[int, float] | None = None,
    faults: Mapping[int, Mapping[str, float]] | None = None,
    alternate: bool | None = None,
) -> list[Rep]:
    """`count` reps as a person does them: no two alike, the last ones slower.

    Args:
        exercise: Whose usual tempo.
        count: How many, partial ones included.
        random: Where the differences come from.
        pace: Multiplies every duration; 2 is twice as slow.
        partial: Rep number (from 0) → its share of the usual range.
        faults: Rep number → fault → strength.
        alternate: Left and right by turns, rather than both at once; by default as the exercise is done.
    """
    partial, faults = partial or {}, faults or {}
    alternate = EXERCISES[exercise].one_sided if alternate is None else alternate
    out, hold, back, rest = (pace * seconds for seconds in EXERCISES[exercise].tempo)
    reps = []
    for number in range(count):
        tired = 1 + 0.25 * (number / max(count, 8)) ** 2
        vary = np.exp(random.normal(0, [0.08, 0.3, 0.08, 0.25]))
        rom = partial.get(number, 1.0) * (1 + random.normal(0, 0.025))
        shortness = 0.45 + 0.55 * partial.get(number, 1.0)  # a short way takes less time, though not in proportion
        times = np.array([out * shortness, hold, back * shortness * tired, rest * tired]) * vary
        side = ("left", "right")[number % 2] if alternate else "both"
        reps.append(Rep(*map(float, times), rom=float(rom), side=side, faults=dict(faults.get(number, {}))))
    return reps


def perform(
    body: Body,
    exercise: str,
    reps: Sequence[Rep],
    *,
    fps: float,
    random: np.random.Generator,
    style: Mapping[str, Any] | None = None,
    lead_s: float = 1.0,
    tail_s: float = 1.0,
) -> Motion:
    """Somebody doing one set, `lead_s` after standing ready; without `style`, one is drawn."""
    row = EXERCISES[exercise]
    style = row.style(random) if style is None else style
    frames = round((lead_s + sum(rep.seconds for rep in reps) + tail_s) * fps)
    time = np.arange(frames) / fps
    depth = np.zeros((frames, 2))
    strength = {fault: np.zeros(frames) for fault in row.faults}
    done = []
    start = lead_s
    for rep in reps:
        turn_from, back_from = start + rep.out, start + rep.out + rep.hold
        end = back_from + rep.back
        way = rep.way(time - start)
        right = 1 - 0.38 * rep.faults.get("uneven", 0.0)
        sides = {"both": (1.0, right), "left": (1.0, 0.0), "right": (0.0, 1.0)}[rep.side]
        depth += rep.rom * way[:, None] * sides
        # A fault comes and goes with its rep, softly: whole from a third of the way out to a third back.
        for fault in strength:
            strength[fault] += rep.faults.get(fault, 0.0) * np.clip(3 * way, 0, 1)
        done.append(Done(start, (turn_from + back_from) / 2, end, rep))
        start += rep.seconds
    tremble = np.stack([drift(frames, fps, random, 0.4), drift(frames, fps, random, 0.4)], 1)
    depth = np.clip(depth + 0.006 * tremble, 0, 1.12)
    pose = row.posture(body, depth, sway(frames, fps, random), **style, **strength)
    return Motion(body, fps, pose, (Set(exercise, tuple(done)),))


def joined(motions: Sequence[Motion], *, blend_s: float = 0.7) -> Motion:
    """One motion after the other, with `blend_s` seconds from the last pose of each to the first of the next."""
    body, fps = motions[0].body, motions[0].fps
    frames = max(1, round(blend_s * fps))
    rotation = [motions[0].pose.rotation]
    hips = [body.hips_of(motions[0].pose)]
    sets = list(motions[0].sets)
    length = len(motions[0].pose)
    for before, after in pairwise(motions):
        share = eased(np.arange(1, frames + 1) / (frames + 1))
        turning = between(before.pose.rotation[-1], after.pose.rotation[0], share[:, None])
        ends = body.hips_of(before.pose)[-1], body.hips_of(after.pose)[0]
        way = ends[0] + (ends[1] - ends[0]) * share[:, None]
        lowest = body.keypoints(body.posed(turning, way))[..., 2].min(1)
        floor = min(0.06, body.keypoints(after.pose[:1])[..., 2].min(), body.keypoints(before.pose[-1:])[..., 2].min())
        way[:, 2] += np.maximum(0, floor - lowest)  # nobody gets up through the floor
        rotation.append(turning)
        hips.append(way)
        rotation.append(after.pose.rotation)
        hips.append(body.hips_of(after.pose))
        length += frames
        sets += [_later(done, length / fps) for done in after.sets]
        length += len(after.pose)
    return Motion(body, fps, body.posed(np.concatenate(rotation), np.concatenate(hips)), tuple(sets))


def _later(done: Set, seconds: float) -> Set:
    moved = (
        replace(each, start_s=each.start_s + seconds, turn_s=each.turn_s + seconds, end_s=each.end_s + seconds)
        for each in done.reps
    )
    return Set(done.exercise, tuple(moved))
