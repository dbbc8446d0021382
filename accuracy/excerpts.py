"""What the pose model saw of rendered excerpts beside what is true, and beside what `synth/noise.py` makes of it.

The excerpts come from `synth/excerpts.py`: videos, and beside each the exact keypoints and how each is seen.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from accuracy.tables import table
from gymbox import count
from gymbox.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SYNTH = Path(__file__).parent.parent / "synth"
SIGHTS = ("seen", "behind self", "behind a thing", "outside")
JOINTS = ["nose", "eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"]
KIND = np.array([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8])  # left and right are alike
TRUNK = [5, 6, 11, 12]
INPUT = 256  # pixels of the model's input, long side
GROSS = 8.0  # pixels from which an error is gross: half a forearm of somebody 100 pixels tall
SIDES = ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16))
ENOUGH = 100  # keypoints under which quantiles say little


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


def swapped(excerpt: Compared, pairs: Sequence[tuple[int, int]]) -> tuple[NDArray[np.bool_], Floats]:
    """(T,) whether left and right are exchanged, and (T,) how far the sides lie apart in the picture, in pixels."""
    left, right = (np.array(side) for side in zip(*pairs, strict=True))

    def off(one: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
        gap = excerpt.seen[:, one] - excerpt.exact[:, other]
        return np.asarray(np.linalg.norm(gap, axis=-1).mean(1))

    straight, crossed = off(left, left) + off(right, right), off(left, right) + off(right, left)
    apart = np.linalg.norm(excerpt.exact[:, left] - excerpt.exact[:, right], axis=-1).mean(1)
    return np.asarray(crossed < straight - 4), np.asarray(apart)


def facing(excerpt: Compared) -> tuple[Compared, float]:
    """The excerpt with left and right as they are wherever the model took back for front, and how often it did."""
    turned, _ = swapped(excerpt, SIDES)
    seen, score = excerpt.seen.copy(), excerpt.score.copy()
    for left, right in SIDES:
        for values in (seen, score):
            values[turned, left], values[turned, right] = values[turned, right], values[turned, left].copy()
    return replace(excerpt, seen=seen, score=score), float(turned.mean())


def modelled(excerpts: Sequence[Compared], noise: Path) -> list[Compared]:
    """The excerpts again, their errors made by `synth/noise.py`."""
    sys.path.insert(0, str(SYNTH))  # where scripts import each other by bare name
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


def side_by_side(measured: Sequence[Compared], model: Sequence[Compared]) -> None:
    """Errors and scores as they were measured / as they are modelled."""

    def quantiles(pick: Callable[[Compared], Floats], *shares: float) -> list[str]:
        both = [np.quantile(np.concatenate([pick(each) for each in some]), shares) for some in (measured, model)]
        return [f"{one:.2g} / {other:.2g}" for one, other in zip(*both, strict=True)]

    rows = []
    for sight, name in enumerate(SIGHTS):
        for kind, joint in enumerate(JOINTS):

            def at(each: Compared, sight: int = sight, kind: int = kind) -> NDArray[np.bool_]:
                return np.asarray((each.how == sight) & (kind == KIND) & each.found[:, None])

            if sum(int(at(each).sum()) for each in measured) < ENOUGH:
                continue
            errors = quantiles(lambda each, at=at: np.linalg.norm(each.error[at(each)], axis=-1), 0.5, 0.75, 0.9, 0.95)  # type: ignore[misc]
            scores = quantiles(lambda each, at=at: each.score[at(each)], 0.05, 0.5, 0.95)  # type: ignore[misc]
            rows.append((name, joint, *errors, *scores))
    titles = ("", "joint", *(f"error {share} %" for share in (50, 75, 90, 95)), *(f"score {n} %" for n in (5, 50, 95)))
    table("Quantiles, measured / modelled (errors in pixels of the model's input)", titles, rows)
