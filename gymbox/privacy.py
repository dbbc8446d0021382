"""What a camera must not show: polygons over its picture that are black in everything stored or shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    import numpy.typing as npt

Zones = Sequence[Sequence[tuple[float, float]]]
"""Polygons; x and y 0 to 1 over the upright picture."""


def hidden(width: int, height: int, zones: Zones) -> npt.NDArray[np.bool_]:
    """(height, width): the pixels that a zone covers or touches."""
    mask = Image.new("1", (width, height))
    draw = ImageDraw.Draw(mask)
    for zone in zones:
        corners = [(x * width, y * height) for x, y in zone]
        draw.polygon(corners, fill=1)
        draw.line([*corners, corners[0]], fill=1, width=3)  # what an edge only touches, and what coding smears over it
    return np.asarray(mask, dtype=np.bool_)


def painted(image: Image.Image, zones: Zones) -> Image.Image:
    """`image`, RGB and upright, with the zones black."""
    pixels = np.array(image)
    pixels[hidden(image.width, image.height, zones)] = 0
    return Image.fromarray(pixels)
