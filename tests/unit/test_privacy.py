from __future__ import annotations

import numpy as np
from PIL import Image

from gymbox.privacy import hidden, painted


def test_a_zone_hides_every_pixel_that_it_touches() -> None:
    mask = hidden(100, 100, [((0.105, 0.105), (0.205, 0.105), (0.205, 0.205))])
    assert mask[10, 10]
    assert mask[11, 20]
    assert not mask[50, 50]
    assert hidden(10, 10, [((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))]).all()


def test_a_picture_is_black_where_a_zone_is_and_as_it_was_elsewhere() -> None:
    white = Image.new("RGB", (80, 40), "white")
    pixels = np.asarray(painted(white, [((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))]))
    assert pixels[:, :40].max() == 0
    assert pixels[:, 43:].min() == 255
