"""What the box can count, for a phone to show: names, the joint whose range is measured, what the coach looks for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from gymbox.exercises import load
from gymbox.hub.route import ALL, Out, Route

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call


class Check(Out):
    """What good form is held to."""

    id: str
    message: dict[str, str]
    """What the person is told, by language."""


class KnownExercise(Out):
    """An exercise."""

    id: str
    name: dict[str, str]
    """By language."""
    joints: tuple[str, str]
    """Whose angle is its range, left and right: `left_knee`, `right_knee`."""
    up_angle: float
    """Degrees at lockout."""
    down_angle: float
    """Degrees at the turn."""
    checks: tuple[Check, ...]


class KnownExercises(Out):
    """All that this box knows."""

    exercises: tuple[KnownExercise, ...]


@cache
def known() -> KnownExercises:
    """All that this box knows."""
    return KnownExercises(
        exercises=tuple(
            KnownExercise(
                id=one.id,
                name=one.name,
                joints=one.primary_joint_pair,
                up_angle=one.up_angle,
                down_angle=one.down_angle,
                checks=tuple(Check(id=check.id, message=check.message) for check in one.form_checks),
            )
            for one in load().exercises
        )
    )


async def exercises(_box: Box, _call: Call) -> KnownExercises:
    """All that this box knows."""
    return known()


ROUTES: Final = (
    Route(
        method="GET",
        path="/exercises",
        handle=exercises,
        name="exercises",
        summary="What the box can count",
        who=ALL,
        reply=KnownExercises,
    ),
)
