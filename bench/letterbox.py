"""A 1080p picture to what a model sees, on one thread, held against OpenCV and numpy.

Theirs takes the steps of Ultralytics' `LetterBox`, in the fastest order for numpy that was found.
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
ROUNDS, EACH = 80, 5


def array(picture: av.VideoFrame, pixel_format: str) -> Bytes:
    """(rows, columns, 3), by FFmpeg's own conversion."""
    return np.asarray(picture.to_ndarray(format=pixel_format), dtype=np.uint8)


class Theirs:
    """OpenCV and numpy, writing into arrays that are there already: large new ones would cost as much as the work."""

    def __init__(self) -> None:
        self.square = np.full((SIDE, SIDE, 3), 114, np.uint8)
        self.turned = np.empty((3, SIDE, SIDE), np.uint8)
        self.floats = np.empty((3, SIDE, SIDE), np.float32)
        self.wide = np.full((160, LONG_SIDE, 3), 114, np.uint8)
        self.numbers = np.empty((160, LONG_SIDE, 3), np.int32)

    def planar(self, bgr: Bytes) -> Floats:
        """(3, 640, 640) RGB 0-1 on grey."""
        cv2.resize(bgr, (SIDE, 360), dst=self.square[140:500], interpolation=cv2.INTER_LINEAR)
        np.copyto(self.turned, self.square[..., ::-1].transpose(2, 0, 1))
        return np.multiply(self.turned, np.float32(1 / 255), out=self.floats)

    def interleaved(self, rgb: Bytes) -> npt.NDArray[np.int32]:
        """(160, 256, 3) RGB 0-255 on grey: the default model's input, scaled as well as ours."""
        cv2.resize(rgb, (LONG_SIDE, 144), dst=self.wide[8:152], interpolation=cv2.INTER_AREA)
        np.copyto(self.numbers, self.wide)
        return self.numbers


def rows() -> list[Row]:
    """From a decoded picture, as cameras give it, to both kinds of input; and from an array that is BGR already."""
    cv2.setNumThreads(1)
    coarse = np.random.default_rng(0).integers(0, 255, (ROWS // 8, COLUMNS // 8, 3), dtype=np.uint8)
    bgr = np.asarray(cv2.resize(coarse, (COLUMNS, ROWS)), dtype=np.uint8)
    decoded = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format="yuv420p")
    ready = _core.Frame(bgr, "bgr24")
    letterbox, out, theirs = _core.Letterbox(), np.empty((3, SIDE, SIDE), np.float32), Theirs()

    letterbox.planar(ready, out)
    assert np.abs(out - theirs.planar(bgr)).max() <= 1.5 / 255, "both must give the same picture"

    timed = {
        ("decoded 1080p to planar float, 640", 4.0): paired(
            lambda: letterbox.planar(frame_of(decoded), out),
            lambda: theirs.planar(array(decoded, "bgr24")),
            rounds=ROUNDS,
            each=EACH,
        ),
        ("decoded 1080p to the default model's input, 256", 4.0): paired(
            lambda: letterbox.interleaved(frame_of(decoded), LONG_SIDE),
            lambda: theirs.interleaved(array(decoded, "rgb24")),
            rounds=ROUNDS,
            each=EACH,
        ),
        ("BGR array of 1080p to planar float, 640", 4.0): paired(
            lambda: letterbox.planar(ready, out), lambda: theirs.planar(bgr), rounds=ROUNDS, each=EACH
        ),
    }
    return [
        Row(name, f"{mine:.2f} ms", f"{other:.2f} ms", other / mine, *at_least(wanted, other / mine))
        for (name, wanted), (mine, other) in timed.items()
    ]
