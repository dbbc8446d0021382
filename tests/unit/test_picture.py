"""Which weights of colour a frame is read with."""

from __future__ import annotations

import av
import pytest

from gymbox.picture import _matrix


@pytest.mark.parametrize(
    ("rows", "said", "meant"),
    [
        (720, 1, "bt709"),
        (480, 1, "bt709"),
        (720, 5, "bt601"),
        (720, 6, "bt601"),
        (480, 6, "bt601"),
        (720, 2, "bt709"),
        (480, 2, "bt601"),
    ],
)
def test_what_the_stream_says_counts_and_else_its_size(rows: int, said: int, meant: str) -> None:
    frame = av.VideoFrame(640, rows, "yuv420p")
    frame.colorspace = said
    assert _matrix(frame) == meant
