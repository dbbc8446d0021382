"""Where people's cards stand on a picture: close to their person, steady, off each other and off bodies."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, hypot
from typing import TYPE_CHECKING

from gymbox.video import NANOS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""
Size = tuple[int, int]
"""Width, height, in pixels."""

REACH_S = 3.0
"""Seconds in which room that somebody no longer takes is given up: a card stands above where the head comes back to.

Lower lets cards bob with each repetition; higher leaves them behind when people walk."""

GLIDE_S = 0.15
"""Seconds in which a card glides to another place. Lower makes it jump; higher lets it cross others for longer."""

AWAY_S = 1.0
"""Seconds after which somebody who was out of sight gets a new place."""

LOYALTY = 0.3
"""Share of a card that must become free elsewhere before it moves there. Lower makes cards restless."""


@dataclass(slots=True)
class _Spot:
    reach: Box
    side: int
    corner: tuple[float, float]
    t_ns: int


class Layout:
    """The places of the cards of one video, remembered from frame to frame.

    Args:
        picture: The picture's size.
        unit: Pixels that gaps and edges are measured in.
    """

    def __init__(self, picture: Size, unit: float) -> None:
        self._picture = picture
        self._gap, self._edge = 14 * unit, 10 * unit
        self._spots: dict[int, _Spot] = {}

    def places(self, cards: Mapping[int, Size], bodies: Mapping[int, Box], t_ns: int) -> dict[int, tuple[int, int]]:
        """Left and top of each card.

        Args:
            cards: Sizes of the cards to place, by track.
            bodies: Where people are, by track; those of `cards` among them.
            t_ns: The frame's time.
        """
        taken: list[Box] = []
        places = {}
        for track in sorted(cards):
            others = [body for whose, body in bodies.items() if whose != track]
            spot = self._spots[track] = self._spot(self._spots.get(track), cards[track], bodies[track], t_ns)
            wished = [self._within(corner, cards[track]) for corner in self._corners(spot.reach, cards[track])]
            costs = [self._cost(box, spot.reach, taken, others) for box in wished]
            if spot.side < 0 or min(costs) < costs[spot.side] - LOYALTY:
                spot.side = costs.index(min(costs))
            left, top, *_ = wished[spot.side]
            rest = exp(-(t_ns - spot.t_ns) / NANOS / GLIDE_S) if spot.t_ns < t_ns else 0.0
            spot.corner = (left + (spot.corner[0] - left) * rest, top + (spot.corner[1] - top) * rest)
            spot.t_ns = t_ns
            places[track] = (round(spot.corner[0]), round(spot.corner[1]))
            taken.append(_box(spot.corner, cards[track]))
        return places

    def _spot(self, before: _Spot | None, card: Size, body: Box, t_ns: int) -> _Spot:
        """What is known of a card's place, with the reach as it is now; a new one has no side yet."""
        if before is None or t_ns - before.t_ns > AWAY_S * NANOS:
            return _Spot(body, -1, self._corners(body, card)[0], t_ns)
        rest = exp(-(t_ns - before.t_ns) / NANOS / REACH_S)
        left, top, right, bottom = (new + (old - new) * rest for new, old in zip(body, before.reach, strict=True))
        before.reach = (min(left, body[0]), min(top, body[1]), max(right, body[2]), max(bottom, body[3]))
        return before

    def _corners(self, reach: Box, card: Size) -> Sequence[tuple[float, float]]:
        """Left and top of a card above somebody, at their side in three heights, below, over the chest; best first."""
        left, top, right, bottom = reach
        middle = (left + right - card[0]) / 2
        beside = [top + self._gap + step * (card[1] + self._gap) for step in range(3)]
        return (
            (middle, top - card[1] - self._gap),
            *((right + self._gap, height) for height in beside),
            *((left - card[0] - self._gap, height) for height in beside),
            (middle, bottom + self._gap),
            (middle, top + (bottom - top) * 0.3),
        )

    def _within(self, corner: tuple[float, float], card: Size) -> Box:
        """The card there, pushed into the picture."""
        left, top = (
            max(self._edge, min(start, side - length - self._edge))
            for start, side, length in zip(corner, self._picture, card, strict=True)
        )
        return _box((left, top), card)

    def _cost(self, box: Box, own: Box, cards: Sequence[Box], bodies: Sequence[Box]) -> float:
        """Shares of itself that a card covers, other cards counting for most; and how far off its person it is."""
        area = (box[2] - box[0]) * (box[3] - box[1])
        covered = 4 * sum(_shared(box, card) for card in cards) + sum(_shared(box, body) for body in (*bodies, own))
        away = hypot((box[0] + box[2] - own[0] - own[2]) / 2, box[1] - own[1]) / self._picture[0]
        return covered / area + away


def _box(corner: tuple[float, float], card: Size) -> Box:
    return (corner[0], corner[1], corner[0] + card[0], corner[1] + card[1])


def _shared(a: Box, b: Box) -> float:
    """Pixels that two boxes share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
