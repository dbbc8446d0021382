"""The errors of the default pose model on rendered excerpts: `python -m accuracy.fit FOLDER` fits `synth/noise.json`.

The excerpts come from `synth/excerpts.py`: videos, and beside each the exact keypoints and how each is seen. The
model's errors turned out to be about as long in pixels of its own input whatever the person is like, so pixels of
that input are the unit of all lengths; and to be the same whenever the pose is, so what varies is a function of the
pose. What one excerpt shows of one keypoint, seen in one way, is taken apart (`Part`): an offset that stays, a gain
(how much of the keypoint's movement against the trunk is exaggerated, or lost where negative), and what varies, on
the scales that the variogram shows (half the mean square of the difference of two frames' errors, by how far apart
the poses are). Gross errors, which have a share of their own, are left out of all that.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from accuracy.tables import console, table
from gymbox import count
from gymbox.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NOISE = Path(__file__).parent.parent / "synth" / "noise.json"
SIGHTS = ("seen", "behind self", "behind a thing", "outside")
JOINTS = ["nose", "eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"]
KIND = np.array([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8])  # left and right are alike
TRUNK = [5, 6, 11, 12]
INPUT = 256  # pixels of the model's input, long side
GROSS = 8.0  # pixels from which an error is gross: half a forearm of somebody 100 pixels tall
FEW, SHORT = 6, 12  # parts under which a kind's numbers are those of all kinds seen so; frames that make a part
PAIRS = 400  # pairs of frames of a part that are compared
LENGTHS = ((0.15, 0.25, 0.4, 0.6), (2.0, 3.0, 5.0, 8.0, 12.0, 16.0))  # pixels: scales tried, small and large
NEAR = 12.0  # pixels: sides nearer than this lie over each other
MOVED = 2.0  # pixels of movement that show a gain
TOGETHER = ((7, 9), (8, 10), (13, 15), (14, 16), (5, 11), (6, 12))  # joints of one limb, or of the trunk
SIDES = ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16))
SWAPS = {"arms": ((7, 8), (9, 10)), "legs": ((13, 14), (15, 16))}


@dataclass(frozen=True, slots=True)
class Compared:
    """One excerpt: what is true and what was seen, frame by frame; not-a-number where nobody was found."""

    exact: Floats  # (T, 17, 2) pixels of the model's input
    seen: Floats  # (T, 17, 2)
    score: Floats  # (T, 17)
    how: NDArray[np.int64]  # (T, 17)
    size: Floats  # (T,) of the person, pixels
    fps: float

    @property
    def found(self) -> NDArray[np.bool_]:
        """(T,) whether the person was found."""
        return np.isfinite(self.score[:, 0])

    @property
    def error(self) -> Floats:
        """(T, 17, 2) pixels."""
        return self.seen - self.exact

    @property
    def gross(self) -> NDArray[np.bool_]:
        """(T, 17) whether the error is gross."""
        return np.asarray(np.nan_to_num(np.linalg.norm(self.error, axis=-1)) > GROSS)

    @property
    def moved(self) -> Floats:
        """(T, 17, 2) where the keypoint is against the trunk, from where it usually is."""
        against = self.exact - self.exact[:, TRUNK].mean(1, keepdims=True)
        return np.asarray(against - np.median(against, axis=0))


def compared(video: Path) -> Compared:
    """The excerpt, looked at by the product's pose model."""
    truth = np.load(video.with_suffix(".npz"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.jsonl.gz"
        count(video, trace=path)
        with Trace(path) as trace:
            aspect = trace.header.width / trace.header.height
            frames = list(trace.frames())
    rows = INPUT / max(aspect, 1.0)
    pixels = np.array([aspect * rows, rows])
    exact, size = truth["points"][: len(frames)] * pixels, truth["size"][: len(frames)] * rows
    seen, score = np.full(exact.shape, np.nan), np.full(exact.shape[:2], np.nan)
    for number, frame in enumerate(frames[: len(exact)]):
        nearest = 0.25 * size[number]
        for person in frame.detections:
            points = np.array(person.keypoints)
            apart = float(np.median(np.linalg.norm(points[:, :2] * pixels - exact[number], axis=1)))
            if apart < nearest:
                nearest = apart
                seen[number], score[number] = points[:, :2] * pixels, points[:, 2]
    return Compared(exact, seen, score, truth["how"][: len(frames)], size, float(truth["fps"]))


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

    def fitted(lengths: tuple[float, ...]) -> tuple[float, Floats]:
        columns = [np.ones_like(distance), *(1 - np.exp(-distance / length) for length in lengths)]
        variances, left, *_ = np.linalg.lstsq(np.stack(columns, 1) * weight[:, None], value * weight, rcond=None)
        return (float(left.sum()) if variances.min() >= 0 else np.inf), np.asarray(variances, float)

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
    return float(np.sqrt(np.mean([logarithms.var() for logarithms in sizes if len(logarithms) >= FEW])))


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


def swapped(excerpt: Compared, pairs: Sequence[tuple[int, int]]) -> tuple[NDArray[np.bool_], Floats]:
    """(T,) whether left and right are exchanged, and (T,) how far the sides lie apart in the picture, in pixels."""
    left, right = (np.array(side) for side in zip(*pairs, strict=True))

    def off(one: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
        gap = excerpt.seen[:, one] - excerpt.exact[:, other]
        return np.asarray(np.linalg.norm(gap, axis=-1).mean(1))

    straight, crossed = off(left, left) + off(right, right), off(left, right) + off(right, left)
    apart = np.linalg.norm(excerpt.exact[:, left] - excerpt.exact[:, right], axis=-1).mean(1)
    return np.asarray(crossed < straight - 4), np.asarray(apart)


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


def facing(excerpt: Compared) -> tuple[Compared, float]:
    """The excerpt with left and right as they are wherever the model took back for front, and how often it did."""
    turned, _ = swapped(excerpt, SIDES)
    seen, score = excerpt.seen.copy(), excerpt.score.copy()
    for left, right in SIDES:
        for values in (seen, score):
            values[turned, left], values[turned, right] = values[turned, right], values[turned, left].copy()
    return replace(excerpt, seen=seen, score=score), float(turned.mean())


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


def modelled(excerpts: Sequence[Compared], noise: Path) -> list[Compared]:
    """The excerpts again, their errors made by `synth/noise.py`."""
    sys.path.insert(0, str(NOISE.parent))  # where scripts import each other by bare name
    synth = importlib.import_module("noise")
    errors = synth.Noise.load(noise)
    made = []
    for number, each in enumerate(excerpts):
        keypoints, found = synth.seen_through(
            errors,
            each.exact / INPUT,
            each.how,
            np.random.default_rng(number),
            aspect=1.0,
            fps=each.fps,
        )
        keypoints[~found] = np.nan
        made.append(replace(each, seen=keypoints[..., :2] * INPUT, score=keypoints[..., 2]))
    return made


def _side_by_side(measured: Sequence[Compared], model: Sequence[Compared]) -> None:
    """Errors and scores as they were measured / as they are modelled."""

    def quantiles(pick: Callable[[Compared], Floats], *shares: float) -> list[str]:
        both = [np.quantile(np.concatenate([pick(each) for each in some]), shares) for some in (measured, model)]
        return [f"{one:.2g} / {other:.2g}" for one, other in zip(*both, strict=True)]

    rows = []
    for sight, name in enumerate(SIGHTS):
        for kind, joint in enumerate(JOINTS):

            def at(each: Compared, sight: int = sight, kind: int = kind) -> NDArray[np.bool_]:
                return np.asarray((each.how == sight) & (kind == KIND) & each.found[:, None])

            if sum(int(at(each).sum()) for each in measured) < 10 * SHORT:
                continue
            errors = quantiles(lambda each, at=at: np.linalg.norm(each.error[at(each)], axis=-1), 0.5, 0.75, 0.9, 0.95)  # type: ignore[misc]
            scores = quantiles(lambda each, at=at: each.score[at(each)], 0.05, 0.5, 0.95)  # type: ignore[misc]
            rows.append((name, joint, *errors, *scores))
    titles = ("", "joint", *(f"error {share} %" for share in (50, 75, 90, 95)), *(f"score {n} %" for n in (5, 50, 95)))
    table("Quantiles, measured / modelled (errors in pixels of the model's input)", titles, rows)


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
    _side_by_side(excerpts, modelled(excerpts, options.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
