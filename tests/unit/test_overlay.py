"""What is drawn on a video: where, for whom, and into what file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gymbox import Event
from gymbox.exercises import load
from gymbox.exercises.schema import FormCheck
from gymbox.layout import Layout
from gymbox.overlay import LOWERING, RAISING, Overlay
from gymbox.sketch import Portrait, draw, unit
from gymbox.video import Video
from tests import clips, lifter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gymbox.video import Frame

GREY = (90, 90, 90)


@dataclass(frozen=True)
class Somebody:
    """As the pipeline's people: standing, side on, in a picture of `lifter.SIZE`."""

    bbox: Sequence[float]
    keypoints: Sequence[Sequence[float]]
    track: int = 1
    exercise: str | None = "squat"
    phase: str = "out"
    reps: int = 7
    partial_reps: int = 0
    progress: float = 0.5


def person(*, middle: float = 0.5) -> Somebody:
    boxes, keypoints = lifter.pose(0.0, middle=middle)
    return Somebody(boxes[0, :4].tolist(), keypoints[0].tolist())


def drawn(who: Somebody, exercise: str | None, alert: str = "", size: tuple[int, int] = (640, 360)) -> np.ndarray:
    image = Image.new("RGB", size, GREY)
    draw(image, [Portrait(who, exercise, LOWERING[who.phase], alert)], Layout(size, unit(size)), 0)
    changed: np.ndarray = (np.asarray(image) != GREY).any(axis=2)
    return changed


def test_the_skeleton_lies_on_the_keypoints() -> None:
    who = person()
    painted = drawn(who, None)
    for x, y, _ in who.keypoints[5:]:
        assert painted[round(y * 360), round(x * 640)]
    rows, columns = np.nonzero(painted)
    assert rows.min() > (who.bbox[1] - 0.02) * 360
    assert 0.35 * 640 < columns.min() < columns.max() < 0.65 * 640, "nothing but the person, and no card"


def test_a_limb_that_was_not_seen_is_not_drawn() -> None:
    who = person()
    ankle = who.keypoints[15]
    unsure = [(x, y, 0.1 if index in (15, 16) else score) for index, (x, y, score) in enumerate(who.keypoints)]
    assert not drawn(replace(who, keypoints=unsure), None)[round(ankle[1] * 360), round(ankle[0] * 640)]


def test_a_card_says_more_when_there_is_more_to_say() -> None:
    plain = drawn(person(), "Squat").sum()
    assert plain > drawn(person(), None).sum()
    assert drawn(person(), "Squat", "Go deeper").sum() > plain


@pytest.mark.parametrize("words", [LOWERING, RAISING])
def test_every_phase_that_a_form_check_may_name_has_words(words: dict[str, str]) -> None:
    assert list(words) == list(get_args(FormCheck.model_fields["phase"].annotation))
    assert len(set(words.values())) == len(words)


def test_the_bar_fills_with_the_repetition() -> None:
    def filled(progress: float) -> int:
        image = Image.new("RGB", (1280, 720), GREY)
        portrait = Portrait(replace(person(), progress=progress, track=2), "Squat", "going down")
        draw(image, [portrait], Layout(image.size, 1), 0)
        return int((np.asarray(image) == (230, 159, 0)).all(axis=2).sum())

    empty, half, full = filled(0), filled(0.5), filled(1)
    assert empty < half < full
    assert full - half == pytest.approx(half - empty, rel=0.1)


@given(
    st.floats(-2, 3),
    st.floats(0, 1),
    st.tuples(st.integers(2, 300), st.integers(2, 300)),
    st.sampled_from(["", "Keep your elbows still"]),
)
def test_nothing_that_a_model_may_say_breaks_it(
    middle: float, progress: float, size: tuple[int, int], alert: str
) -> None:
    who = replace(person(middle=middle), progress=progress, reps=1234, partial_reps=9)
    assert drawn(who, "Overhead press", alert, size).shape == size[::-1]


def frames(path: Path) -> list[Frame]:
    with Video(path) as video:
        return list(video.frames())


def test_the_file_is_upright_square_and_as_long_as_the_video(tmp_path: Path) -> None:
    read = frames(clips.make(tmp_path / "clip.mp4", turned=90))
    target = tmp_path / "drawn.mp4"
    with Overlay(target, read[0], load(), 15) as overlay:
        for frame in read:
            overlay.add(frame, [], [])
    with av.open(str(target)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        again = list(container.decode(video=0))
    assert (again[0].width, again[0].height) == (576, 960)
    assert [round(frame.time * 1000) for frame in again] == [round(frame.t_ns / 1e6) for frame in read]
    first = read[0].picture.reformat(width=576, height=960, format="rgb24").to_ndarray().astype(int)
    assert np.abs(again[0].to_ndarray(format="rgb24").astype(int) - first).mean() < 12, "and its colours are kept"


def test_an_alert_is_shown_for_a_while_and_only_to_whom_it_was_said(tmp_path: Path) -> None:
    read = frames(clips.make(tmp_path / "clip.mp4", times=range(150)))
    check = load().exercises[0].form_checks[0]
    alert = Event.FormAlert(1, read[15].t_ns, 1, "squat", check.id, "turn", 1, 80.0, None, 60.0)
    one, other = person(middle=0.25), replace(person(middle=0.75), track=2)
    target = tmp_path / "drawn.mp4"
    with Overlay(target, read[0], load(), 15) as overlay:
        for frame in read:
            overlay.add(frame, [one, other], [alert] if frame.t_ns == alert.at_ns else [])
    with av.open(str(target)) as container:
        images = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    red = [[int(_is_red(half).sum()) for half in np.split(image[:, :960], 2, axis=1)] for image in images]
    assert red[30][0] > 1000 + red[30][1], "a second after it was said"
    assert abs(red[70][0] - red[10][0]) < 500, "before, and long after"


def _is_red(image: np.ndarray) -> np.ndarray:
    red, green, blue = np.moveaxis(image, 2, 0)
    shade: np.ndarray = (abs(red - 255) < 30) & (abs(green - 107) < 30) & (abs(blue - 98) < 30)
    return shade
