"""Frames from Python: arrays and PyAV's planes, read where they lie, coloured as FFmpeg colours them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from gymbox import _core
from gymbox.errors import VideoError
from gymbox.picture import frame_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]

SIZE = (96, 130)  # rows, columns: PyAV pads the rows of such a width


def smooth(rows: int = SIZE[0], columns: int = SIZE[1]) -> Bytes:
    """RGB that changes slowly, so that chroma's lower resolution hardly shows."""
    y, x = np.mgrid[:rows, :columns]
    waves = np.stack([np.sin(x / 23), np.cos(y / 19), np.sin((x + y) / 31)], axis=-1)
    return np.asarray(waves * 100 + 128, dtype=np.uint8)


def small(frame: _core.Frame, long_side: int = 128) -> npt.NDArray[np.int32]:
    return _core.Letterbox().interleaved(frame, long_side)


@pytest.mark.parametrize("name", ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "nv12", "rgb24", "bgr24", "yuv420p10le"])
@pytest.mark.parametrize("matrix", ["ITU601", "ITU709"])
@pytest.mark.parametrize("full", [False, True])
def test_every_pixel_format_is_the_same_picture(name: str, matrix: str, *, full: bool) -> None:
    rgb = smooth()
    color_range = "JPEG" if full else "MPEG"
    decoded = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    picture = decoded.reformat(format=name, dst_colorspace=matrix, dst_color_range=color_range)
    difference = np.abs(small(frame_of(picture)) - small(frame_of(rgb)))
    # Chroma at half the columns and rows costs 1.6; another matrix or range costs over 7.
    assert difference.mean() < 3


def test_the_picture_lies_in_the_middle_of_grey() -> None:
    out = small(_core.Frame(np.full((64, 128, 3), 7, np.uint8)), 256)
    assert out.shape == (128, 256, 3)
    assert (out == 7).all()
    out = small(_core.Frame(np.full((72, 128, 3), 7, np.uint8)), 256)
    assert out.shape == (160, 256, 3)
    assert (out[8:-8] == 7).all()
    assert (out[:8] == 114).all()
    assert (out[-8:] == 114).all()


def test_a_part_of_an_array_is_read_where_it_lies() -> None:
    whole = smooth(200, 300)
    part = whole[20:116, 30:160]
    np.testing.assert_array_equal(small(_core.Frame(part)), small(_core.Frame(part.copy())))
    last_rows = whole[-96:, -130:]
    np.testing.assert_array_equal(small(_core.Frame(last_rows)), small(_core.Frame(last_rows.copy())))


def test_a_frame_keeps_its_pixels_alive() -> None:
    frame = _core.Frame(smooth())
    expected = small(_core.Frame(smooth()))
    junk = [np.zeros((*SIZE, 3), np.uint8) for _ in range(50)]
    np.testing.assert_array_equal(small(frame), expected)
    assert len(junk) == 50


@pytest.mark.parametrize(("degrees", "size"), [(0, (130, 96)), (90, (96, 130)), (-90, (96, 130)), (180, (130, 96))])
def test_sizes_are_those_of_the_upright_picture(degrees: int, size: tuple[int, int]) -> None:
    frame = _core.Frame(smooth(), rotation=degrees, sample_aspect_ratio=0.5)
    assert (frame.width, frame.height) == size
    assert frame.sample_aspect_ratio == (2.0 if degrees in {90, -90} else 0.5)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.uint8)[::-1],
        np.zeros((4, 8, 3), np.uint8)[:, ::2],
        np.zeros((3, 4, 4), np.uint8).transpose(1, 2, 0),
    ],
    ids=["grey", "four channels", "upside down", "every other column", "planar"],
)
def test_arrays_of_another_layout_are_refused(array: Bytes) -> None:
    with pytest.raises(ValueError, match="frame: expected"):
        _core.Frame(array)


def test_what_no_picture_has_is_refused() -> None:
    array = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(BufferError):
        _core.Frame(array.astype(np.float32))
    with pytest.raises(ValueError, match="rgb24 or bgr24"):
        _core.Frame(array, "gray")
    with pytest.raises(VideoError, match="multiple of 90"):
        _core.Frame(array, rotation=45)
    with pytest.raises(VideoError, match="sample aspect ratio above 0"):
        _core.Frame(array, sample_aspect_ratio=0.0)
    with pytest.raises(VideoError, match="at least 1×1"):
        _core.Frame(np.zeros((0, 4, 3), np.uint8))


def test_planes_that_do_not_fit_are_refused() -> None:
    luma, chroma = np.zeros((4, 4), np.uint8), np.zeros((2, 2), np.uint8)
    _core.Frame.from_planes([luma, chroma, chroma], "yuv420p", 4, 4)
    with pytest.raises(VideoError, match="rows of 2 pixels"):
        _core.Frame.from_planes([luma, chroma, chroma[:1]], "yuv420p", 4, 4)
    with pytest.raises(VideoError, match="stride of at least 4"):
        _core.Frame.from_planes([luma, chroma, chroma], "yuv444p", 4, 4)
    with pytest.raises(ValueError, match="expected 3 planes"):
        _core.Frame.from_planes([luma, chroma], "yuv420p", 4, 4)
    with pytest.raises(ValueError, match="not known: gray16"):
        _core.Frame.from_planes([luma], "gray16", 4, 4)
    with pytest.raises(TypeError, match="line_size"):
        _core.Frame.from_planes([luma.ravel(), chroma, chroma], "yuv420p", 4, 4)
