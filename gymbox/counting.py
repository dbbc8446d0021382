"""`count(source)`: every set of a video, or of a pose trace, in one call."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from gymbox import models
from gymbox.errors import ExerciseError, OutputError
from gymbox.exercises import load
from gymbox.overlay import Overlay
from gymbox.pipeline import Pipeline
from gymbox.result import CountResult, GapResult
from gymbox.tally import Tally
from gymbox.trace import Trace, TraceHeader, trace_written
from gymbox.video import DEFAULT_FPS, NANOS, Video

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from gymbox.exercises import Catalogue
    from gymbox.video import Frame

AUTO = "auto"
"""The exercise is recognised."""


def count(
    source: str | PathLike[str] | Trace,
    *,
    exercise: str = AUTO,
    exercises: Catalogue | None = None,
    model: str | None = None,
    device: str = "auto",
    threads: int = 0,
    fps: float = DEFAULT_FPS,
    overlay: str | PathLike[str] | None = None,
    trace: str | PathLike[str] | None = None,
    on_progress: Callable[[float, float | None], None] | None = None,
) -> CountResult:
    """Every set that people do in a video: exercise, repetitions, range, tempo, form.

    Args:
        source: A video file; or a `gymbox.trace.Trace`, what a pose model saw before.
        exercise: The only exercise that is done, such as `squat`; `auto` recognises it.
        exercises: Those to tell apart; `None` takes gymbox's own. `gymbox.exercises.load` reads a file.
        model: A name that `gymbox models list` shows or the path of an ONNX file; `None` is the default, or for a trace
            the model that it names.
        device: `auto`, `cpu`, `cuda`, `tensorrt` or `openvino`.
        threads: Of the pose model; 0 is one for each core.
        fps: Pictures a second that are looked at, at most.
        overlay: A video to write, with skeletons and counts drawn in. Not from a trace.
        trace: A trace to write, of what the pose model sees; gzipped if the name ends in `.gz`.
        on_progress: Called after each picture with the seconds done and, if the file says, the seconds in all.

    Raises:
        VideoError: The source is not there, is no video, or nothing of it decodes.
        TraceError: The trace does not follow the format.
        ExerciseError: There is no such exercise.
        ModelError: There is no such model, or its file is damaged.
        DeviceError: The device is not there.
        OutputError: The overlay or the trace cannot be written.
    """
    catalogue = exercises or load()
    known = [each.id for each in catalogue.exercises]
    if exercise not in (AUTO, *known):
        raise ExerciseError(f"exercise `{exercise}`: expected {AUTO} or one of {', '.join(known)}")
    only = None if exercise == AUTO else exercise
    for output in (overlay, trace):
        if output is not None and not isinstance(source, Trace) and Path(output).resolve() == Path(source).resolve():
            raise OutputError(f"{output}: expected a file of its own, got the video that is read")
    tally = Tally(catalogue)
    if isinstance(source, Trace):
        if overlay is not None or trace is not None:
            raise OutputError(f"{source.path}: a trace has no pictures to draw on, and is a trace already")
        model = model or source.header.pose_model
        _replay(source, Pipeline(model, exercise=only, exercises=exercises, frames=False), tally)
        return CountResult(source=str(source.path), model=model, device=None, complete=True, gaps=(), sets=tally.sets())
    with ExitStack() as stack:
        video = stack.enter_context(Video(source))
        frames = video.frames(fps)
        first = next(frames)
        name = models.find(model).name
        pipeline = Pipeline(model, device=device, threads=threads, exercise=only, exercises=exercises)
        drawing = stack.enter_context(Overlay(overlay, first, catalogue, fps)) if overlay is not None else None
        record = stack.enter_context(trace_written(trace, _header(first, video, name))) if trace is not None else None
        for frame in chain([first], frames):
            events = pipeline.step(frame.picture, frame.t_ns, sample_aspect_ratio=frame.sample_aspect_ratio)
            tally.add(events)
            if drawing is not None:
                drawing.add(frame, pipeline.people, events)
            if record is not None:
                record(frame.t_ns, *pipeline.detections)
            if on_progress is not None:
                on_progress(frame.t_ns / NANOS, video.duration_s)
        tally.add(pipeline.finish())
    gaps = tuple(GapResult(start_s=gap.start_s, end_s=gap.end_s) for gap in video.gaps)
    return CountResult(
        source=str(source),
        model=name,
        device=pipeline.device,
        complete=not gaps,
        gaps=gaps,
        sets=tally.sets(),
    )


def _header(first: Frame, video: Video, model: str) -> TraceHeader:
    return TraceHeader(
        width=first.picture.width,
        height=first.picture.height,
        sample_aspect_ratio=first.sample_aspect_ratio,
        source=video.path.name,
        pose_model=model,
    )


def _replay(trace: Trace, pipeline: Pipeline, tally: Tally) -> None:
    header = trace.header
    for frame in trace.frames():
        events = pipeline.step_detections(
            frame.boxes,
            frame.keypoints,
            frame.t_ns,
            width=header.width,
            height=header.height,
            sample_aspect_ratio=header.sample_aspect_ratio,
        )
        tally.add(events)
    tally.add(pipeline.finish())
