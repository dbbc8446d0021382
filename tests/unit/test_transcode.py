from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from gymbox.errors import VideoError
from gymbox.recorder import transcode

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from gymbox.privacy import Zones

CORNER = (((0.0, 0.0), (0.25, 0.0), (0.25, 0.5), (0.0, 0.5)),)
"""The left quarter of the upper half."""


def clip(codec: str = "libx264", pix_fmt: str = "yuv420p", frames: int = 12) -> bytes:
    """White pictures whose right half is grey, 160×96, ten a second."""
    file = io.BytesIO()
    pixels = np.full((96, 160, 3), 255, np.uint8)
    pixels[:, 80:] = 128
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream(codec, rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 160, 96, pix_fmt
        for _ in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    return file.getvalue()


def pictures(made: bytes) -> Iterator[npt.NDArray[np.uint8]]:
    with av.open(io.BytesIO(made), "r") as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def seconds(made: bytes) -> float:
    with av.open(io.BytesIO(made), "r") as container:
        return (container.duration or 0) / av.time_base


def test_a_privacy_zone_is_black_in_every_picture_and_the_rest_is_as_it_was() -> None:
    made = asyncio.run(transcode.transcoded(clip(), zones=CORNER, rotate=0))
    shown = list(pictures(made))
    assert len(shown) == 12
    for picture in shown:
        assert picture[:48, :40].max() < 24
        assert picture[56:, :72].min() > 230
        assert abs(int(picture[:, 90:].mean()) - 128) < 8
    assert seconds(made) == pytest.approx(seconds(clip()), abs=0.02)


def test_a_camera_on_its_side_comes_out_upright_and_its_zones_lie_there() -> None:
    (picture, *_) = pictures(transcode.transcode(clip(), zones=CORNER, rotate=90))
    assert picture.shape == (160, 96, 3)
    assert picture[:80, :24].max() < 24
    assert picture[:72, 32:].min() > 230  # what was left is now above
    assert abs(int(picture[90:].mean()) - 128) < 8


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "zones", "rotate", "expected"),
    [
        ("libx264", "yuv420p", (), 0, False),
        ("libx264", "yuv420p", CORNER, 0, True),
        ("libx264", "yuv420p", (), 180, True),
        ("libx264", "yuv422p", (), 0, True),
        ("libx265", "yuv420p", (), 0, True),
    ],
)
def test_only_what_phones_do_not_play_or_must_not_show_is_encoded_again(
    codec: str,
    pix_fmt: str,
    zones: Zones,
    rotate: int,
    expected: bool,  # noqa: FBT001 -- a case
) -> None:
    source = clip(codec, pix_fmt, frames=3)
    assert transcode.needs(source, zones=zones, rotate=rotate) == expected
    if expected:
        made = transcode.transcode(source, zones=zones, rotate=rotate)
        assert not transcode.needs(made, zones=(), rotate=0)


def test_what_is_no_clip_is_refused_and_what_takes_too_long_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VideoError, match="clip: "):
        transcode.needs(b"no clip", zones=(), rotate=0)
    with pytest.raises(VideoError, match="clip: cannot be encoded: "):
        asyncio.run(transcode.transcoded(b"no clip", zones=(), rotate=0))
    monkeypatch.setattr(transcode, "LIMIT_S", 0.01)
    with pytest.raises(VideoError, match=r"not encoded within 0\.01 s"):
        asyncio.run(transcode.transcoded(clip(), zones=(), rotate=0))
