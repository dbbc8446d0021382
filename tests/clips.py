"""Small real videos, encoded on the spot, and ways to damage them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SIZE = (192, 320)  # rows, columns


def picture(number: int) -> np.ndarray:
    """(192, 320, 3) uint8 RGB: noise that moves, so that every frame costs bytes; the corners tell up from down."""
    rows, columns = SIZE
    noise = np.random.default_rng(1).integers(0, 255, (rows // 8, columns // 8, 3), dtype=np.uint8)
    image = np.roll(noise.repeat(8, axis=0).repeat(8, axis=1), number * 3, axis=1)
    image[:40, :80] = (255, 0, 0)
    image[-40:, -80:] = (0, 0, 255)
    return image


def make(
    path: Path,
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    fps: int = 30,
    times: Iterable[int] = range(90),
    turned: int | None = None,
    aspect: Fraction | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """A clip of one picture for each of `times`, in ticks of 1/fps s, with a key frame every 30."""
    quiet = {"x265-params": "log-level=none:keyint=30"} if codec == "libx265" else {}
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=fps, options={"g": "30"} | quiet)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = SIZE
        stream.pix_fmt = pix_fmt
        if turned is not None:
            stream.set_display_rotation(turned)
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = time, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def cut(path: Path, share: float) -> Path:
    """The same file without its end."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def scratch(path: Path, start: float, end: float) -> Path:
    """The same file with noise from `start` to `end`, as shares of its length."""
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * end)
    data[first:last] = np.random.default_rng(0).bytes(last - first)
    path.write_bytes(data)
    return path
