"""A 1080p picture to what a model sees, on one thread, held against OpenCV and numpy.

Theirs goes the way of Ultralytics' `LetterBox`, which is the fastest order of numpy's steps that was found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import cv2
import numpy as np

from bench.row import Row, at_least, paired
from gymbox import _core
from gymbox.picture import frame_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Floats = npt.NDArray[np.float32]

COLUMNS, ROWS = 1920, 1080
SIDE = 640
LONG_SIDE = 256
ROUNDS = 150


def array(picture: av.VideoFrame, pixel_format: str) -> Bytes:
    """(rows, columns, 3), by FFmpeg's own conversion."""
    return np.asarray(picture.to_ndarray(format=pixel_format), dtype=np.uint8)


def planar(bgr: Bytes) -> Floats:
    """(3, 640, 640) RGB 0-1 on grey, by OpenCV and numpy."""
    height, width = bgr.shape[:2]
    scale = SIDE / max(height, width)
    columns, rows = round(width * scale), round(height * scale)
    small = cv2.resize(bgr, (columns, rows), interpolation=cv2.INTER_LINEAR)
    above, left = (SIDE - rows) // 2, (SIDE - columns) // 2
    below, right = SIDE - rows - above, SIDE - columns - left
    boxed = cv2.copyMakeBorder(small, above, below, left, right, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    return np.ascontiguousarray(boxed[..., ::-1].transpose(2, 0, 1)).astype(np.float32) / np.float32(255)


def interleaved(rgb: Bytes) -> npt.NDArray[np.int32]:
    """(160, 256, 3) RGB 0-255 on grey, by OpenCV and numpy: the default model's input, scaled as well as ours."""
    small = cv2.resize(rgb, (LONG_SIDE, 144), interpolation=cv2.INTER_AREA)
    boxed = cv2.copyMakeBorder(small, 8, 8, 0, 0, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    return np.asarray(boxed, np.int32)


def rows() -> list[Row]:
    """From a decoded picture, as cameras give it, to both kinds of input; and from an array that is BGR already."""
    cv2.setNumThreads(1)
    coarse = np.random.default_rng(0).integers(0, 255, (ROWS // 8, COLUMNS // 8, 3), dtype=np.uint8)
    bgr = np.asarray(cv2.resize(coarse, (COLUMNS, ROWS)), dtype=np.uint8)
    decoded = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format="yuv420p")
    ready = _core.Frame(bgr, "bgr24")
    letterbox, out = _core.Letterbox(), np.empty((3, SIDE, SIDE), np.float32)

    letterbox.planar(ready, out)
    assert np.abs(out - planar(bgr)).max() <= 1.5 / 255, "both must give the same picture"

    timed = {
        ("decoded 1080p to planar float, 640", 4.0): paired(
            lambda: letterbox.planar(frame_of(decoded), out),
            lambda: planar(array(decoded, "bgr24")),
            rounds=ROUNDS,
        ),
        ("decoded 1080p to the default model's input, 256", 2.0): paired(
            lambda: letterbox.interleaved(frame_of(decoded), LONG_SIDE),
            lambda: interleaved(array(decoded, "rgb24")),
            rounds=ROUNDS,
        ),
        ("BGR array of 1080p to planar float, 640", 1.0): paired(
            lambda: letterbox.planar(ready, out), lambda: planar(bgr), rounds=ROUNDS
        ),
    }
    return [
        Row(name, f"{ours:.2f} ms", f"{theirs:.2f} ms", theirs / ours, *at_least(wanted, theirs / ours))
        for (name, wanted), (ours, theirs) in timed.items()
    ]
