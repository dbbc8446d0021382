"""The benches compare like with like."""

from __future__ import annotations

from bench import exercise


def test_plain_python_finds_every_cycle_that_the_core_finds() -> None:
    assert exercise.same(exercise.people(exercise.SECONDS * exercise.FPS)) > 10 * exercise.PEOPLE
