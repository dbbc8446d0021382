"""The whole pipeline against what cannot be saved: decoding and bare inference."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import av
import onnxruntime

from bench.row import Row, at_least, at_most
from gymbox import Pipeline, _core, models
from gymbox.picture import frame_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

CLIP = Path("tests/data/sample.mp4")
THREADS = 2
SLICE_S = 2.0  # a slice is about this long, so that a pair sees the same weather
WANTED_FPS = 15.0


def bare() -> Callable[[av.VideoFrame], object]:
    """Inference by ONNX Runtime's own Python session, on an input that is ready."""
    model = models.find()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(str(model.path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    inputs: dict[tuple[int, int], np.ndarray[tuple[int, ...], np.dtype[np.int32]]] = {}

    def run(picture: av.VideoFrame) -> object:
        size = (picture.width, picture.height)
        if size not in inputs:
            inputs[size] = _core.Letterbox().interleaved(frame_of(picture), model.long_side)[None]
        return session.run(None, {name: inputs[size]})

    return run


def whole() -> Callable[[av.VideoFrame], object]:
    """Our pipeline: letterbox, inference, tracks, repetitions, form."""
    pipeline = Pipeline(device="cpu", threads=THREADS)
    return lambda picture: pipeline.step(picture, int((picture.time or 0.0) * 1e9))


def passes(act: Callable[[av.VideoFrame], object]) -> Iterator[tuple[float, int]]:
    """Seconds and frames of each slice of one pass over the clip, decoding included."""
    with av.open(CLIP) as clip:
        frames, start = 0, time.perf_counter()
        slice_end = SLICE_S
        for picture in clip.decode(video=0):
            act(picture)
            frames += 1
            if (picture.time or 0.0) >= slice_end:
                yield time.perf_counter() - start, frames
                slice_end += SLICE_S
                frames, start = 0, time.perf_counter()


def rows() -> list[Row]:
    """Both passes side by side, a slice each by turns; the first slice warms up and is left out."""
    seconds = {"whole": 0.0, "bare": 0.0}
    frames = 0
    slices = zip(passes(whole()), passes(bare()), strict=True)
    next(slices)
    for (with_all, count), (with_less, _) in slices:
        seconds["whole"] += with_all
        seconds["bare"] += with_less
        frames += count
    each = {what: total * 1e3 / frames for what, total in seconds.items()}
    ratio, fps = seconds["whole"] / seconds["bare"], frames / seconds["whole"]
    ours = f"{each['whole']:.1f} ms/frame"
    return [
        Row(
            "pipeline vs decode + bare inference, 720p",
            ours,
            f"{each['bare']:.1f} ms/frame",
            ratio,
            *at_most(1.10, ratio),
        ),
        Row("pipeline, frames a second at 720p, 2 threads", ours, "1000 ms", fps, *at_least(WANTED_FPS, fps)),
    ]
