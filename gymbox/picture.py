"""Decoded pictures for the core: PyAV's frames and numpy arrays, read where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
from av.video.reformatter import ColorRange, Colorspace

from gymbox import _core

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Picture = av.VideoFrame | npt.NDArray[np.uint8]

# What the core reads as it is; everything else (palettes, 10 bits, alpha) is converted to RGB first.
_PLANES = frozenset(
    {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "rgb24", "bgr24"},
)

# BT.470BG and SMPTE 170M as frames say it; PyAV's names are swscale's numbers, where both are 5.
_BT601 = frozenset({5, 6})

# Where a stream does not say, players take BT.709 for high definition and BT.601 below.
_HIGH_DEFINITION_ROWS = 720


def frame_of(picture: Picture, *, sample_aspect_ratio: float = 1.0, rotation: int = 0) -> _core.Frame:
    """The picture as the core takes it, without a copy for the pixel formats that cameras and files use.

    Args:
        picture: a PyAV frame, or an array (height, width, 3) of RGB bytes.
        sample_aspect_ratio: width of a pixel over its height.
        rotation: degrees clockwise that bring it upright, a multiple of 90.

    Raises:
        ValueError: an array of another shape.
        VideoError: a size, ratio or rotation that no picture has.
    """
    if not isinstance(picture, av.VideoFrame):
        return _core.Frame(picture, "rgb24", sample_aspect_ratio=sample_aspect_ratio, rotation=rotation)
    full_range = picture.color_range == ColorRange.JPEG
    if picture.format.name not in _PLANES:
        picture = picture.reformat(format="rgb24")
    return _core.Frame.from_planes(
        list(picture.planes),
        picture.format.name,
        picture.width,
        picture.height,
        matrix=_matrix(picture),
        full_range=full_range or picture.format.name.startswith("yuvj"),
        sample_aspect_ratio=sample_aspect_ratio,
        rotation=rotation,
    )


def _matrix(picture: av.VideoFrame) -> str:
    if picture.colorspace in _BT601:
        return "bt601"
    if picture.colorspace == Colorspace.ITU709:
        return "bt709"
    return "bt709" if picture.height >= _HIGH_DEFINITION_ROWS else "bt601"
