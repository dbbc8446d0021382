"""What vision costs beside its pose model: floors, looks, names, the diary and the bus; and what it writes."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.row import Row, at_most
from gymbox import models
from gymbox.bus.endpoints import VISION
from gymbox.bus.publish import Speaker
from gymbox.config import Settings, VisionSettings
from gymbox.picture import frame_of
from gymbox.video import Video
from gymbox.vision.diary import Diary
from gymbox.vision.eye import Eye, Picture
from gymbox.vision.looks import Colours
from gymbox.vision.process import open_model
from gymbox.vision.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gymbox import _core
    from gymbox.vision.record import Floats

SAMPLE = Path(__file__).parents[1] / "tests" / "data" / "sample.mp4"
SIZE = VisionSettings(input_size=192)
FPS = 15


class Recorded:
    """A pose model that has seen it all before, and takes no time."""

    def __init__(self, pose: _core.PoseModel, frames: list[_core.Frame]) -> None:
        self.seen: list[tuple[Floats, Floats]] = []
        self.took_ms: list[float] = []
        for frame in frames:
            begun = time.perf_counter()
            self.seen.append(pose.detect(frame))
            self.took_ms.append((time.perf_counter() - begun) * 1e3)
        self.place = 0

    def detect_batch(self, frames: list[_core.Frame]) -> list[tuple[Floats, Floats]]:
        """What was seen in the frame whose turn it is."""
        self.place += 1
        return [self.seen[(self.place - 1) % len(self.seen)] for _ in frames]


def rows() -> Iterator[Row]:
    """The sample's four people, of whom each does a repetition every three seconds."""
    model = models.find()
    with Video(SAMPLE) as video:
        frames = [frame_of(picture.picture) for picture in video.frames()]
    recorded = Recorded(open_model(model, SIZE), frames)
    with TemporaryDirectory() as name:
        folder = Path(name)
        settings, diary = Settings(data_dir=folder, run_dir=folder), Diary(folder / "vision")
        speaker = Speaker(VISION, run_dir=folder, data_dir=folder)
        watch = Watch(model, recorded, Colours(), settings=settings, speaker=speaker, diary=diary)  # type: ignore[arg-type]
        watch.resume()
        eye, took_ms, perceptions = Eye("rack-1", run_dir=folder, wake=lambda: None), list[float](), 0
        for number, frame in enumerate(frames):
            eye.missed = iter([Picture("rack-1", number * 1_000_000_000 // FPS, frame)])
            begun = time.perf_counter()
            outcomes = watch.look([eye])
            watch.say(outcomes)
            took_ms.append((time.perf_counter() - begun) * 1e3)
            perceptions += sum(len(outcome.perceptions) for outcome in outcomes)
        watch.say(watch.give_up(["rack-1"]))
        diary.close()
    ours, bare = (quantiles(times, n=10)[4] for times in (took_ms, recorded.took_ms))
    target, met = at_most(0.5, ours / bare)
    yield Row(
        "vision, 4 people: a picture, beside the model",
        f"{ours:.2f} ms",
        f"model {bare:.1f} ms",
        ours / bare,
        target,
        met,
    )
    seconds = len(frames) / FPS
    rate = diary.written / 1024 / seconds
    yield Row("vision, 4 people: written to disk", f"{rate:.0f} KiB a second", "", rate, "<= 64", rate <= 64)
    rate = perceptions / sum(took_ms) * 1e3
    yield Row("vision: perceptions, beside the model", f"{rate:,.0f} a second", "", rate, ">= 500", rate >= 500)
