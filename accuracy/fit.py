"""The errors of the default pose model on rendered excerpts: `python -m accuracy.fit FOLDER` fits `synth/noise.json`.

The model's errors (`accuracy/excerpts.py` holds them) turned out to be about as long in pixels of its own input
whatever the person is like, so pixels of that input are the unit of all lengths; and to be the same whenever the pose
is, so what varies is a function of the pose. What one excerpt shows of one keypoint, seen in one way, is taken apart
(`Part`): an offset that stays, a gain (how much of the keypoint's movement against the trunk is exaggerated, or lost
where negative), and what varies, on the scales that the variogram shows (half the mean square of the difference of
two frames' errors, by how far apart the poses are). Gross errors, which have a share of their own, are left out of
all that.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from accuracy.excerpts import (
    GROSS,
    JOINTS,
    KIND,
    SIGHTS,
    SYNTH,
    compared,
    facing,
    modelled,
    side_by_side,
    swapped,
)
from accuracy.tables import console, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from accuracy.excerpts import Compared

    Floats = NDArray[np.float64]

NOISE = SYNTH / "noise.json"
FEW, SHORT = 6, 12  # parts under which a kind's numbers are those of all kinds seen so; frames that make a part
PAIRS = 400  # pairs of frames of a part that are compared
LENGTHS = ((0.15, 0.25, 0.4, 0.6), (2.0, 3.0, 5.0, 8.0, 12.0, 16.0))  # pixels: scales tried, small and large
NEAR = 12.0  # pixels: sides nearer than this lie over each other
MOVED = 2.0  # pixels of movement that show a gain
TOGETHER = ((7, 9), (8, 10), (13, 15), (14, 16), (5, 11), (6, 12))  # joints of one limb, or of the trunk
SWAPS = {"arms": ((7, 8), (9, 10)), "legs": ((13, 14), (15, 16))}


@dataclass(frozen=True, slots=True)
class Part:
    """What one excerpt shows of one keypoint seen in one way."""

    frames: int
    moves: float  # root mean square of the keypoint's movement, pixels
    gain: float | None  # where that is enough to tell
    gross: float  # share of frames
    gross_size: float | None  # mean length beyond `GROSS`
    gross_score: float | None  # mean score of gross frames over that of the others
    score: float
    score_spread: float
    usual: Usual | None  # where there are enough frames without a gross error


@dataclass(frozen=True, slots=True)
class Usual:
    """The errors that are not gross, pixels."""

    offset: Floats  # (2,)
    varies: float  # deviation
    pairs: Floats  # (n, 2) of two frames: how far apart the poses are, half the square of the errors' difference


def part(each: Compared, sight: int, joint: int) -> Part | None:
    """None where the keypoint is not seen in that way for long enough."""
    at = (each.how[:, joint] == sight) & each.found
    if at.sum() < SHORT:
        return None
    error, moved = each.error[at, joint], each.moved[at, joint]
    moved = moved - moved.mean(0)
    gain, moves = None, float(np.sqrt((moved**2).sum(1).mean()))
    if moves > MOVED:
        gain = float(np.clip(((error - error.mean(0)) * moved).sum() / (moved**2).sum(), -1, 1))
        error = error - gain * moved
    length = np.linalg.norm(error, axis=-1)
    far, score = length > GROSS, each.score[at, joint]
    return Part(
        frames=len(far),
        moves=moves,
        gain=gain,
        gross=float(far.mean()),
        gross_size=float((length[far] - GROSS).mean()) if far.any() else None,
        gross_score=float(score[far].mean() / score[~far].mean()) if far.any() and not far.all() else None,
        score=float(score.mean()),
        score_spread=float(score.std()),
        usual=_usual(error[~far], each.exact[at][~far]) if (~far).sum() >= SHORT else None,
    )


def _usual(error: Floats, pose: Floats) -> Usual:
    offset = error.mean(0)
    random = np.random.default_rng(len(error))
    one, other = random.integers(len(error), size=(2, PAIRS))
    other[: PAIRS // 2] = np.minimum(one[: PAIRS // 2] + 1, len(error) - 1)  # half of them neighbours
    apart = np.sqrt(((pose[one] - pose[other]) ** 2).sum(-1).mean(1))
    differ = 0.5 * ((error[one] - error[other]) ** 2).mean(1)
    varies = float(np.sqrt(((error - offset) ** 2).mean()))
    return Usual(offset, varies, np.stack([apart, differ], 1)[one != other])


def fit(excerpts: Sequence[Compared]) -> dict[str, object]:
    """The parameters of `synth/noise.py`, rounded."""
    excerpts, turned = zip(*map(facing, excerpts), strict=True)
    found: dict[tuple[int, int], list[Part]] = {
        (sight, kind): [
            seen
            for each in excerpts
            for joint in np.flatnonzero(kind == KIND)
            if (seen := part(each, sight, int(joint))) is not None
        ]
        for sight in range(len(SIGHTS))
        for kind in range(len(JOINTS))
    }
    tables = {name: np.zeros((len(SIGHTS), 17)) for name in _described([])}
    for (sight, kind), some in found.items():
        pooled = some
        if len(some) < FEW:
            pooled = [one for (other, _), more in found.items() if other == sight for one in more]
        for name, value in _described(pooled).items():
            tables[name][sight, kind == KIND] = value
        tables["parts"][sight, kind == KIND] = len(some)
    every = [one for some in found.values() for one in some]
    swaps, spells = zip(*(_swaps(excerpts, pairs) for pairs in SWAPS.values()), strict=True)
    there = np.concatenate([each.found for each in excerpts])
    inside = np.concatenate([(each.how != 3).mean(1) > 0.8 for each in excerpts])
    scales, still, more = _scales([one.usual for one in every if one.usual is not None])
    tables["stays"] = np.sqrt(np.maximum(tables["stays"] ** 2 - (more**2 - 1) * tables["varies"] ** 2, 0))
    tables["varies"] *= more
    gross_scores = [one.gross_score for one in every if one.gross_score is not None]
    fitted: dict[str, object] = {
        "about": f"{len(there)} frames of {len(excerpts)} rendered excerpts; made by `python -m accuracy.fit`",
        **{name: tables[name].round(2).tolist() for name in tables if name != "parts"},
        "scales": scales,
        "still": still,
        "hardness": round(_hardness([some for (sight, _), some in found.items() if sight == 0]), 2),
        "gross_unevenness": round(_unevenness([one.gross for one in found[0, 4] + found[0, 5]]), 2),
        "gross_score": round(float(np.mean(gross_scores)) if gross_scores else 1.0, 2),
        "together": round(_together(excerpts), 2),
        "swap": [round(share, 3) for share in swaps],
        "swap_s": round(float(np.mean(spells)), 2),
        "turned": round(float(np.mean(turned)), 3),
        "unseen": round(float(1 - there[inside].mean()), 4),
        "unseen_s": round(_spell([~each.found[:, None] for each in excerpts], excerpts), 2),
    }
    _show(tables, fitted)
    return fitted


def _described(some: Sequence[Part]) -> dict[str, float]:
    """What is usual of parts that are alike."""

    def mean(name: str, some: Sequence[Part], weights: Sequence[float]) -> float:
        return float(np.average([getattr(one, name) for one in some], weights=weights)) if some else 0.0

    frames = [one.frames for one in some]

    usual = [one.usual for one in some if one.usual is not None]
    offsets = np.array([one.offset for one in usual]).reshape(-1, 2)
    moving = [one for one in some if one.gain is not None]
    gain = mean("gain", moving, [one.moves**2 for one in moving])
    apart = [(one.gain - gain) ** 2 for one in moving if one.gain is not None]
    far = [one for one in some if one.gross_size is not None]
    return {
        "down": float(offsets[:, 1].mean()) if len(offsets) else 0.0,
        "stays": float(np.sqrt(offsets.var(0).mean())) if len(offsets) else 0.0,
        "gain": gain,
        "gain_spread": float(np.sqrt(np.average(apart, weights=[one.moves**2 for one in moving]))) if moving else 0.0,
        "varies": float(np.sqrt(np.mean([one.varies**2 for one in usual]))) if usual else 0.0,
        "gross": mean("gross", some, frames),
        "gross_size": mean("gross_size", far, [one.gross * one.frames for one in far]),
        "score": mean("score", some, frames),
        "score_stays": float(np.std([one.score for one in some])) if some else 0.0,
        "score_spread": mean("score_spread", some, frames),
        "parts": float(len(some)),
    }


def _scales(usual: Sequence[Usual]) -> tuple[list[tuple[float, float]], float, float]:
    """Scales with their shares of the variance, the deviation within one pose, and the field's over a clip's."""
    apart, differ = np.concatenate([one.pairs for one in usual]).T
    edges = np.geomspace(0.02, 60, 25)
    which = np.digitize(apart, edges)
    full = [number for number in range(len(edges) + 1) if (which == number).sum() >= FEW]
    distance, value = (np.array([of[which == number].mean() for number in full]) for of in (apart, differ))
    weight = np.array([(which == number).sum() for number in full]) ** 0.25

    def fitted(lengths: tuple[float, ...]) -> tuple[tuple[bool, float], Floats]:
        """How bad the scales are, whether by negative variances first, and the variances."""
        columns = np.stack([np.ones_like(distance), *(1 - np.exp(-distance / length) for length in lengths)], 1)
        free = np.linalg.lstsq(columns * weight[:, None], value * weight, rcond=None)[0]
        variances = np.asarray(free.clip(1e-6), float)
        return (bool(free.min() < 0), float((((columns @ variances - value) * weight) ** 2).sum())), variances

    lengths = min(product(*LENGTHS), key=lambda lengths: fitted(lengths)[0])
    variances = fitted(lengths)[1]
    fields = variances[1:].sum()
    within = np.mean([one.varies**2 for one in usual])
    shares = [
        (length, round(float(variance / fields), 2)) for length, variance in zip(lengths, variances[1:], strict=True)
    ]
    return shares, round(float(np.sqrt(variances[0])), 2), float(np.sqrt(fields / within))


def _hardness(kinds: Sequence[Sequence[Part]]) -> float:
    """How differently large the usual errors of alike keypoints are: the deviation of their sizes' logarithms."""
    sizes = [np.log([one.usual.varies for one in some if one.usual is not None]) for some in kinds]
    variances = [logarithms.var() for logarithms in sizes if len(logarithms) >= FEW]
    return float(np.sqrt(np.mean(variances))) if variances else 0.0


def _unevenness(shares: Sequence[float]) -> float:
    """How differently excerpts suffer: the variance of shares over its greatest, that of all or nothing."""
    mean = float(np.mean(shares)) if shares else 0.0
    return float(np.clip(np.var(shares) / max(mean * (1 - mean), 1e-9), 0.02, 0.98)) if shares else 0.5


def _together(excerpts: Sequence[Compared]) -> float:
    """How the errors of a limb's joints correlate, gross ones left out."""
    pairs = []
    for each in excerpts:
        usual = np.where(each.gross[..., None], np.nan, each.error)
        pairs += [usual[:, pair].transpose(0, 2, 1).reshape(-1, 2) for pair in TOGETHER]
    pooled = np.concatenate(pairs)
    return float(np.corrcoef(pooled[np.isfinite(pooled).all(1)].T)[0, 1])


def _spell(states: Sequence[NDArray[np.bool_]], excerpts: Sequence[Compared]) -> float:
    """Mean seconds that a state lasts."""
    seconds, spells = 0.0, 0
    for state, each in zip(states, excerpts, strict=True):
        seconds += float(state.sum()) / each.fps
        spells += int((state[1:] & ~state[:-1]).sum() + state[0].sum())
    return max(seconds / max(spells, 1), 0.05)


def _swaps(excerpts: Sequence[Compared], pairs: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Share of frames swapped where the sides lie over each other, and seconds that a swap lasts."""
    near_swapped, states = [], []
    for each in excerpts:
        state, apart = swapped(each, pairs)
        near_swapped.append(state[each.found & (apart < NEAR)])
        states.append((state & each.found)[:, None])
    pooled = np.concatenate(near_swapped)
    return float(pooled.mean()) if len(pooled) else 0.0, _spell(states, excerpts)


def _show(tables: dict[str, Floats], fitted: dict[str, object]) -> None:
    columns = [name for name in tables if name != "parts"]
    for sight, name in enumerate(SIGHTS):
        rows = []
        for kind, joint in enumerate(JOINTS):
            at = (sight, int(np.flatnonzero(kind == KIND)[0]))
            rows.append((joint, int(tables["parts"][at]), *(f"{tables[column][at]:.2f}" for column in columns)))
        titles = ("joint", "parts", *(column.replace("_", " ") for column in columns))
        table(f"Keypoints {name} (lengths in pixels of the model's input)", titles, rows)
    for name, value in fitted.items():
        if name not in tables:
            console.print(f"  {name}: {value}")
    console.print()


def main() -> int:
    """Fits, prints, writes."""
    parser = argparse.ArgumentParser(prog="python -m accuracy.fit", description=__doc__)
    parser.add_argument("folder", type=Path, help="excerpts made by synth/excerpts.py")
    parser.add_argument("--out", type=Path, default=NOISE, help="where the parameters go (default synth/noise.json)")
    options = parser.parse_args()
    excerpts = [compared(video) for video in sorted(options.folder.glob("*.mp4")) if video.with_suffix(".npz").exists()]
    if not excerpts:
        console.print(f"{options.folder}: expected excerpts (*.mp4 with *.npz), got none")
        return 2
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in fit(excerpts).items()]
    options.out.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    side_by_side(excerpts, modelled(excerpts, options.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
