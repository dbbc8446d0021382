"""The video again, with each person's skeleton, count, exercise and phase drawn in."""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction
from typing import TYPE_CHECKING, Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from gymbox._core import Event
from gymbox.errors import OutputError
from gymbox.layout import Layout
from gymbox.output import written
from gymbox.sketch import Portrait, draw, unit
from gymbox.tally import lowers_first
from gymbox.video import NANOS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike
    from types import TracebackType

    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from gymbox.exercises import Catalogue
    from gymbox.sketch import Sketched
    from gymbox.video import Frame

ALERT_S = 2.5
"""Seconds for which a form alert stays on its person's card."""

LONG_SIDE = (960, 1920)
"""Pixels: smaller videos are drawn larger, so that the text can be read, and larger ones smaller."""

LOWERING = {"rest": "ready", "out": "going down", "turn": "at the bottom", "back": "coming up"}
RAISING = {"rest": "ready", "out": "going up", "turn": "at the top", "back": "coming down"}
"""The core's phases in words for people, for exercises that begin by lowering and by raising something."""

TICK = Fraction(1, 90_000)
"""Seconds: the overlay's clock, fine enough for every rate."""


class Overlay:
    """A video being written; the file appears under its name when it is closed without an error.

    H.264 in the container that the name asks for, upright, with square pixels and no sound.

    Args:
        path: The file.
        first: The first frame, which settles the size.
        catalogue: Names of exercises, and what alerts tell people.
        fps: Frames a second that come at most.

    Raises:
        OutputError: The file cannot be written, or its name asks for no container that H.264 goes into.
    """

    def __init__(self, path: str | PathLike[str], first: Frame, catalogue: Catalogue, fps: float) -> None:
        self._exercises = {exercise.id: exercise for exercise in catalogue.exercises}
        self._alerts: dict[int, tuple[str, int]] = {}
        with ExitStack() as stack:
            unfinished = stack.enter_context(written(path))
            try:
                self._container = stack.enter_context(av.open(str(unfinished), "w"))
                self._stream = _h264(self._container, first, fps)
            except (av.FFmpegError, ValueError) as error:
                raise OutputError(f"{path}: expected the name of a video, such as overlay.mp4 ({error})") from error
            size = (self._stream.codec_context.width, self._stream.codec_context.height)
            self._layout = Layout(size, unit(size))
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._container.mux(self._stream.encode())
        self._stack.__exit__(kind, problem, trace)

    def add(self, frame: Frame, people: Iterable[Sketched], events: Iterable[Event]) -> None:
        """Draw one frame, who is in it, and what they were told."""
        for event in events:
            if isinstance(event, Event.FormAlert):
                message = self._exercises[event.exercise].check(event.check).message["en"]
                self._alerts[event.track] = (message, event.at_ns)
        size = self._stream.codec_context
        image = Image.fromarray(frame.picture.reformat(size.width, size.height, "rgb24").to_ndarray())
        draw(image, [self._portrait(person, frame.t_ns) for person in people], self._layout, frame.t_ns)
        drawn = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        drawn.pts, drawn.time_base = round(frame.t_ns / NANOS / TICK), TICK
        self._container.mux(self._stream.encode(drawn))

    def _portrait(self, person: Sketched, t_ns: int) -> Portrait:
        if person.exercise is None:
            return Portrait(person, None)
        exercise = self._exercises[person.exercise]
        phases = LOWERING if lowers_first(exercise) else RAISING
        alert, said_ns = self._alerts.get(person.track, ("", 0))
        said = alert if t_ns - said_ns < ALERT_S * NANOS else ""
        return Portrait(person, exercise.name["en"], phases[person.phase], said)


def _h264(container: OutputContainer, first: Frame, fps: float) -> VideoStream:
    """A stream of square pixels, with sides that H.264 can halve and players can show."""
    options = {"crf": "20", "preset": "veryfast"}
    stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000), options=options)
    width, height = first.picture.width * first.sample_aspect_ratio, float(first.picture.height)
    low, high = LONG_SIDE
    scale = min(max(1, low / max(width, height)), high / max(width, height))
    context = stream.codec_context
    context.width, context.height = (max(2, round(side * scale / 2) * 2) for side in (width, height))
    context.pix_fmt, context.time_base = "yuv420p", TICK
    # BT.709, limited range: said in the file, or players guess by the size.
    context.color_primaries, context.color_trc, context.colorspace = 1, 1, 1
    context.color_range = ColorRange.MPEG
    return stream
