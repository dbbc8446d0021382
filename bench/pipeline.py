"""The whole pipeline against what cannot be saved: decoding and bare inference."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import onnxruntime

from bench.row import Row, at_least, at_most
from gymbox import Pipeline, _core, models
from gymbox.picture import frame_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIP = Path("tests/data/sample.mp4")
THREADS = 2
PASSES = 3
WARM_UP = 5  # frames
WANTED_FPS = 15.0


def bare() -> Callable[[av.VideoFrame], object]:
    """Inference by ONNX Runtime's own Python session, on an input that is ready, with threads that sleep as ours do."""
    model = models.find()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    # Spinning threads win a little on an idle machine and lose much on a busy one: that is not what is measured here.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
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


def seconds(act: Callable[[av.VideoFrame], object]) -> Iterator[float]:
    """Seconds of each frame of the clip, decoding included."""
    with av.open(CLIP) as clip:
        start = time.perf_counter()
        for picture in clip.decode(video=0):
            act(picture)
            yield time.perf_counter() - start
            start = time.perf_counter()


def rows() -> list[Row]:
    """Both over the clip, frame by frame in turns, several times; of each frame its quickest time counts.

    So what disturbs a frame once is left out, and what a frame always costs is not.
    """
    bare_model = bare()
    passes = [list(zip(seconds(whole()), seconds(bare_model), strict=True)) for _ in range(PASSES)]
    # (passes, frames, ours and bare) to each frame's quickest
    quickest = np.array(passes)[:, WARM_UP:].min(axis=0)
    ours, theirs = quickest.mean(axis=0) * 1e3
    ratio, fps = ours / theirs, 1e3 / ours
    return [
        Row(
            "pipeline, 720p: decoding and bare inference",
            f"{ours:.1f} ms",
            f"{theirs:.1f} ms",
            ratio,
            *at_most(1.10, ratio),
        ),
        Row("pipeline, 720p: frames a second, 2 threads", f"{fps:.1f}", "1", fps, *at_least(WANTED_FPS, fps)),
    ]
