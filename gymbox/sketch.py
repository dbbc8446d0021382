"""People drawn on a picture: the skeleton, and a card with the count, the exercise and the phase."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gymbox.layout import Layout

Colour = tuple[int, int, int]

SEEN = 0.2
"""Score from which a keypoint is drawn. Lower draws limbs that the model only guesses; higher tears skeletons apart."""

SMOOTH = 3
"""Masks are drawn so many times as large and scaled down, since Pillow's lines have stairs."""

# COCO-17. The lines of a side have that side's shade, so that swapped limbs are seen at once.
_LEFT = ((5, 7), (7, 9), (11, 13), (13, 15))
_RIGHT = ((6, 8), (8, 10), (12, 14), (14, 16))
_MIDDLE = ((5, 6), (11, 12), (5, 11), (6, 12))

_FIRST_JOINT = 5
"""Before it come the nose, the eyes and the ears, of which no skeleton is made."""

# Told apart by people who see colours differently: Okabe and Ito (2008), without black and yellow.
_PEOPLE: tuple[Colour, ...] = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (213, 94, 0),
    (0, 114, 178),
)
_WHITE: Colour = (255, 255, 255)
_GREY: Colour = (176, 184, 192)
_DARK: Colour = (14, 18, 22)
_TROUGH: Colour = (62, 69, 77)
_RED: Colour = (255, 107, 98)


class Sketched(Protocol):
    """What is drawn of a person; the pipeline's `people` have it."""

    @property
    def track(self) -> int:
        """Chooses the colour."""

    @property
    def bbox(self) -> Sequence[float]:
        """x1, y1, x2, y2, in 0 to 1 of the picture."""

    @property
    def keypoints(self) -> Sequence[Sequence[float]]:
        """17 of x, y, score; x and y in 0 to 1 of the picture."""

    @property
    def exercise(self) -> str | None:
        """The exercise's id, if it is known."""

    @property
    def phase(self) -> str:
        """`rest`, `out`, `turn` or `back`."""

    @property
    def progress(self) -> float:
        """Share of the usual range that the repetition under way has reached, 0 to 1."""

    @property
    def reps(self) -> int:
        """Full ones of the running set."""

    @property
    def partial_reps(self) -> int:
        """Partial ones of the running set."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A person, and what is said of them."""

    person: Sketched
    """Where they are, and how far in the repetition."""
    exercise: str | None
    """How people call what they do; without it there is no card, and the skeleton stays grey."""
    phase: str = ""
    """Where in the repetition they are, in words."""
    alert: str = ""
    """What they are being told now; empty if nothing."""


def unit(size: tuple[int, int]) -> float:
    """Pixels of the picture in a pixel of the design, which is made for pictures 720 pixels high."""
    return max(0.25, min(size) / 720)


def draw(image: Image.Image, portraits: Sequence[Portrait], layout: Layout, t_ns: int) -> None:
    """Draw people on an RGB picture, in place: all skeletons, then all cards where the layout wants them."""
    one = unit(image.size)
    for each in portraits:
        points = {
            index: (float(x) * image.width, float(y) * image.height)
            for index, (x, y, score) in enumerate(each.person.keypoints)
            if score >= SEEN
        }
        _skeleton(image, points, _colour(each), one)
    cards = {each.person.track: _card(each, one) for each in portraits if each.exercise is not None}
    bodies = {each.person.track: _body(each.person, image.size) for each in portraits}
    places = layout.places({track: card.size for track, card in cards.items()}, bodies, t_ns)
    for track, card in cards.items():
        image.paste(card, places[track], card)


def _body(person: Sketched, size: tuple[int, int]) -> tuple[float, float, float, float]:
    left, top, right, bottom = person.bbox
    return (left * size[0], top * size[1], right * size[0], bottom * size[1])


def _colour(portrait: Portrait) -> Colour:
    return _GREY if portrait.exercise is None else _PEOPLE[(portrait.person.track - 1) % len(_PEOPLE)]


class _Patch:
    """The part of a picture that a body covers, to stroke lines on without stairs."""

    def __init__(self, image: Image.Image, points: dict[int, tuple[float, float]], margin: float) -> None:
        xs, ys = zip(*points.values(), strict=True)
        self._image = image
        self._corner = (max(0, int(min(xs) - margin)), max(0, int(min(ys) - margin)))
        far = (min(image.width, int(max(xs) + margin)), min(image.height, int(max(ys) + margin)))
        self._size = (far[0] - self._corner[0], far[1] - self._corner[1])
        self._at = {
            index: ((x - self._corner[0]) * SMOOTH, (y - self._corner[1]) * SMOOTH) for index, (x, y) in points.items()
        }

    def stroke(self, lines: Iterable[tuple[int, int]], width: float, colour: Colour, *, opacity: float = 1) -> None:
        """Lines from keypoint to keypoint with round ends; from one to itself, a dot."""
        if min(self._size) <= 0:
            return
        mask = Image.new("L", (self._size[0] * SMOOTH, self._size[1] * SMOOTH))
        pen = ImageDraw.Draw(mask)
        for start, end in lines:
            pen.line((self._at[start], self._at[end]), fill=round(255 * opacity), width=round(width * SMOOTH))
            for index in (start, end):
                pen.circle(self._at[index], width * SMOOTH / 2, fill=round(255 * opacity))
        self._image.paste(colour, self._corner, mask.reduce(SMOOTH))


def _skeleton(image: Image.Image, points: dict[int, tuple[float, float]], colour: Colour, unit: float) -> None:
    if not points:
        return
    patch = _Patch(image, points, 12 * unit)

    def seen(lines: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        return [line for line in lines if points.keys() >= set(line)]

    joints = [(index, index) for index in points if index >= _FIRST_JOINT]
    patch.stroke([*seen((*_MIDDLE, *_RIGHT, *_LEFT)), *joints], 9 * unit, _DARK, opacity=0.55)
    patch.stroke(seen((*_MIDDLE, *_RIGHT)), 5 * unit, colour)
    patch.stroke(seen(_LEFT), 5 * unit, _lighter(colour))
    patch.stroke(joints, 7 * unit, _WHITE)


def _card(portrait: Portrait, one: float) -> Image.Image:
    """A count, the exercise over its phase, a bar for the repetition under way; an alert as a line of its own."""
    person, exercise, alert = portrait.person, portrait.exercise or "", portrait.alert
    px = one * SMOOTH
    count = str(person.reps)
    partial = f"{person.partial_reps} partial" if person.partial_reps else ""
    below = " · ".join(filter(None, (portrait.phase, partial)))
    large, middle, small = (_font(round(size * px)) for size in (44, 21, 16))
    pad, radius = 14 * px, 12 * px
    text_left = pad * 2 + large.getlength(count)
    width = text_left + max(middle.getlength(exercise), small.getlength(below), 112 * px) + pad
    width = max(width, 2 * pad + small.getlength(alert))
    height, alert_height = 66 * px, 34 * px if alert else 0
    card = Image.new("RGBA", (_whole(width), _whole(height + alert_height)))
    pen = ImageDraw.Draw(card)
    if alert:
        pen.rounded_rectangle((0, height - 2 * radius, width - 1, height + alert_height - 1), radius, fill=(*_RED, 240))
        pen.text((pad, height + alert_height / 2), alert, font=small, fill=_DARK, anchor="lm")
    pen.rounded_rectangle((0, 0, width - 1, height - 1), radius, fill=(*_DARK, 232))
    pen.text(
        (pad, height * 0.44), count, font=large, fill=_WHITE, anchor="lm", stroke_width=px * 0.7, stroke_fill=_WHITE
    )
    pen.text((text_left, 19 * px), exercise, font=middle, fill=_WHITE, anchor="lm")
    pen.text((text_left, 41 * px), below, font=small, fill=_GREY, anchor="lm")
    left, top, right, bottom = (pad, height - 11 * px, width - pad, height - 6 * px)
    pen.rounded_rectangle((left, top, right, bottom), 2.5 * px, fill=_TROUGH)
    reached = (right - left) * min(1.0, max(0.0, person.progress))
    if reached >= bottom - top:  # shorter ones have no room for round ends
        pen.rounded_rectangle((left, top, left + reached, bottom), 2.5 * px, fill=_colour(portrait))
    return card.reduce(SMOOTH)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _whole(length: float) -> int:
    """Up to a multiple of `SMOOTH`, so that scaling down cuts no edge."""
    return -int(-length // SMOOTH) * SMOOTH


def _lighter(colour: Colour) -> Colour:
    red, green, blue = ((value + 255) // 2 for value in colour)
    return (red, green, blue)
