"""What a camera sees now, for the operator: its newest picture, upright, privacy zones black."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import av
import numpy as np
from av.video.reformatter import Colorspace
from PIL import Image

from gymbox import _core
from gymbox.capture.rings import frames_name
from gymbox.clock import now_ns
from gymbox.errors import RingError, VideoError
from gymbox.privacy import painted

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.config import CameraSettings

OLD_S: Final = 10.0
"""A picture that is older is not what the camera sees now."""
QUALITY: Final = 80
"""Of the JPEG: 80 KB at 1280×720."""
_HIGH_DEFINITION_ROWS: Final = 720


def preview(camera: CameraSettings, run_dir: Path, *, longest: int) -> bytes:
    """A JPEG of the camera's newest picture, its longer side at most `longest` pixels.

    Raises:
        VideoError: there is none, or none of late.
    """
    try:
        found = _core.FrameReader(frames_name(run_dir, camera.id)).newest()
    except RingError:
        found = None
    if found is None:
        raise VideoError(f"camera {camera.id}: it has given no picture yet")
    _, t_ns, frame = found
    if (age_s := (now_ns() - t_ns) / 1e9) > OLD_S:
        raise VideoError(f"camera {camera.id}: its newest picture is {age_s:.0f} s old")
    file = io.BytesIO()
    painted(upright(frame, longest=longest), camera.privacy_zones).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def upright(frame: _core.Frame, *, longest: int) -> Image.Image:
    """The picture as RGB: upright, with square pixels, made smaller where it is larger."""
    width, height = frame.width * frame.sample_aspect_ratio, frame.height
    scale = min(1.0, longest / max(width, height))
    sides = max(1, round(width * scale)), max(1, round(height * scale))
    decoded = _decoded(frame)
    quarter = frame.rotation in {90, 270}
    small = decoded.reformat(
        width=sides[quarter],
        height=sides[not quarter],
        format="rgb24",
        src_colorspace=Colorspace.ITU709 if decoded.height >= _HIGH_DEFINITION_ROWS else Colorspace.ITU601,
        dst_colorspace=Colorspace.DEFAULT,
    )
    return Image.fromarray(np.rot90(small.to_ndarray(), -(frame.rotation // 90)))


def _decoded(frame: _core.Frame) -> av.VideoFrame:
    planes = frame.planes()
    rows, row_bytes = planes[0].shape
    width = row_bytes // 3 if frame.format in {"rgb24", "bgr24"} else row_bytes
    picture = av.VideoFrame(width, rows, frame.format)
    for plane, dense in zip(picture.planes, planes, strict=True):
        into = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        into[: dense.shape[0], : dense.shape[1]] = dense
    return picture
