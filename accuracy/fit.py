"""The errors of the default pose model on rendered excerpts: `python -m accuracy.fit FOLDER` fits `synth/noise.json`.

The excerpts come from `synth/excerpts.py`: videos, and beside each the exact keypoints and how each is seen. The
model's errors turned out to be about as long in pixels of its own input whatever the person is like, so pixels of
that input are the unit of all lengths. What one excerpt shows of one keypoint, seen in one way, is taken apart
(`Part`): an offset that stays, a gain (how much of the keypoint's movement against the trunk is exaggerated, or
lost where negative), a slow error and a fast one. Deviations are robust (1.4826 × the median of absolute ones), so
that gross errors, which have a share of their own, do not widen the usual ones.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from accuracy.tables import console, table
from gymbox import count
from gymbox.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

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
LAG_S = 0.4  # seconds apart, how alike errors still are gives their memory
NEAR = 12.0  # pixels: sides nearer than this lie over each other
MOVED = 2.0  # pixels of movement that show a gain
TOGETHER = ((7, 9), (8, 10), (13, 15), (14, 16), (5, 11), (6, 12))  # joints of one limb, or of the trunk
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


def deviation(values: Floats) -> float:
    """The robust deviation around the median."""
    return float(1.4826 * np.median(np.abs(values - np.median(values)))) if len(values) else 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """What one excerpt shows of one keypoint seen in one way."""

    frames: int
    gross: float  # share of frames
    score: float
    score_spread: float
    gross_score: float | None  # mean score of gross frames over that of the others
    offset: Floats | None  # (2,) pixels; this and what follows where there are enough frames without a gross error
    gain: float | None
    slow: float
    fast: float
    memory: tuple[float, float]  # sums of products of errors 0.4 s apart, and of squares


def parts(each: Compared, sight: int, joint: int) -> list[Part]:
    """None where the keypoint is not seen in that way for long enough, else one."""
    at = (each.how[:, joint] == sight) & each.found
    if at.sum() < SHORT:
        return []
    far = each.gross[:, joint]
    near = at & ~far
    score = each.score[:, joint]
    gross_score = float(score[at & far].mean() / score[near].mean()) if (at & far).any() and near.any() else None
    described = (int(at.sum()), float(far[at].mean()), float(score[at].mean()), float(score[at].std()), gross_score)
    if near.sum() < SHORT:
        return [Part(*described, None, None, 0.0, 0.0, (0.0, 0.0))]
    error, moved = each.error[:, joint].copy(), each.moved[:, joint]
    offset = np.median(error[near], axis=0)
    error -= offset
    gain = None
    if np.sqrt((moved[near] ** 2).sum(1).mean()) > MOVED:
        centred = moved[near] - moved[near].mean(0)
        gain = float(np.clip((error[near] * centred).sum() / (centred**2).sum(), -1, 1))
        error -= gain * (moved - moved[near].mean(0))
    both = near[1:] & near[:-1]
    fast = np.mean([deviation((error[1:] - error[:-1])[both][:, axis]) for axis in (0, 1)]) / np.sqrt(2)
    whole = np.mean([deviation(error[near][:, axis]) for axis in (0, 1)])
    lag = max(1, round(LAG_S * each.fps))
    pair = near[lag:] & near[:-lag]
    memory = float((error[lag:] * error[:-lag])[pair].sum()), float((error[:-lag] ** 2)[pair].sum())
    return [Part(*described, offset, gain, float(np.sqrt(max(whole**2 - fast**2, 0))), float(fast), memory)]


def fit(excerpts: Sequence[Compared]) -> dict[str, object]:
    """The parameters of `synth/noise.py`, rounded."""
    found: dict[tuple[int, int], list[Part]] = {
        (sight, kind): [
            part
            for each in excerpts
            for joint in np.flatnonzero(kind == KIND)
            for part in parts(each, sight, int(joint))
        ]
        for sight in range(len(SIGHTS))
        for kind in range(len(JOINTS))
    }
    tables = {name: np.zeros((len(SIGHTS), 17)) for name in _described([])}
    for (sight, kind), some in found.items():
        pooled = some
        if len(some) < FEW:
            pooled = [part for (other, _), more in found.items() if other == sight for part in more]
        for name, value in _described(pooled).items():
            tables[name][sight, kind == KIND] = value
        tables["parts"][sight, kind == KIND] = len(some)
    every = [part for some in found.values() for part in some]
    swaps, spells = zip(*(_swaps(excerpts, pairs) for pairs in SWAPS.values()), strict=True)
    there = np.concatenate([each.found for each in excerpts])
    inside = np.concatenate([(each.how != 3).mean(1) > 0.8 for each in excerpts])
    products, squares = (sum(part.memory[number] for part in every) for number in (0, 1))
    gross_scores = [part.gross_score for part in every if part.gross_score is not None]
    fitted: dict[str, object] = {
        "about": f"{len(there)} frames of {len(excerpts)} rendered excerpts; made by `python -m accuracy.fit`",
        **{name: tables[name].round(2).tolist() for name in tables if name != "parts"},
        "gross_size": round(_gross_size(excerpts), 1),
        "gross_unevenness": round(_unevenness([part.gross for part in found[0, 4] + found[0, 5]]), 2),
        "gross_score": round(float(np.mean(gross_scores)) if gross_scores else 1.0, 2),
        "together": round(_together(excerpts), 2),
        "slow_s": round(float(-LAG_S / np.log(np.clip(products / max(squares, 1e-9), 0.05, 0.95))), 2),
        "gross_s": round(_spell([each.gross & each.found[:, None] for each in excerpts], excerpts), 2),
        "swap": [round(share, 3) for share in swaps],
        "swap_s": round(float(np.mean(spells)), 2),
        "unseen": round(float(1 - there[inside].mean()), 4),
        "unseen_s": round(_spell([~each.found[:, None] for each in excerpts], excerpts), 2),
    }
    _show(tables, fitted)
    return fitted


def _described(some: Sequence[Part]) -> dict[str, float]:
    """What is usual of parts that are alike."""
    weights = np.array([part.frames for part in some], float)

    def mean(name: str) -> float:
        return float(np.average([getattr(part, name) for part in some], weights=weights)) if some else 0.0

    whole = [part for part in some if part.offset is not None]
    offsets = np.array([part.offset for part in whole]).reshape(-1, 2)
    gains = np.array([part.gain for part in some if part.gain is not None])
    return {
        "down": float(np.median(offsets[:, 1])) if len(offsets) else 0.0,
        "stays": float(np.mean([deviation(offsets[:, axis]) for axis in (0, 1)])),
        "gain": float(np.median(gains)) if len(gains) else 0.0,
        "gain_spread": deviation(gains),
        "slow": float(np.sqrt(np.mean([part.slow**2 for part in whole]))) if whole else 0.0,
        "fast": float(np.sqrt(np.mean([part.fast**2 for part in whole]))) if whole else 0.0,
        "gross": mean("gross"),
        "score": mean("score"),
        "score_stays": deviation(np.array([part.score for part in some])),
        "score_spread": mean("score_spread"),
        "parts": float(len(some)),
    }


def _unevenness(shares: Sequence[float]) -> float:
    """How differently excerpts suffer: the variance of shares over its greatest, that of all or nothing."""
    mean = float(np.mean(shares)) if shares else 0.0
    return float(np.clip(np.var(shares) / max(mean * (1 - mean), 1e-9), 0.02, 0.98)) if shares else 0.5


def _gross_size(excerpts: Sequence[Compared]) -> float:
    """Mean length of gross errors beyond `GROSS`."""
    far = np.concatenate([np.linalg.norm(each.error[each.gross], axis=-1) for each in excerpts])
    return float(np.minimum(far - GROSS, 60).mean()) if len(far) else GROSS


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
    return crossed < straight - 4, np.asarray(apart)


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
    columns = ("down", "stays", "gain", "gain_spread", "slow", "fast", "gross", "score", "score_stays", "score_spread")
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
