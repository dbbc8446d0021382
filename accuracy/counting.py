"""Counting by the product's public way, `gymbox.count`, many files at a time."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from accuracy.score import CountedSet, Scored
from gymbox import count
from gymbox.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from accuracy.truth import Truth

PROCESSES = 2


def counted(path: Path, *, model: str | None = None) -> tuple[CountedSet, ...]:
    """The sets of one video or trace, each exercise recognised by itself."""
    if path.name.endswith((".jsonl", ".jsonl.gz")):
        with Trace(path) as trace:
            result = count(trace)
    else:
        result = count(path, model=model)
    return tuple(CountedSet(each.exercise, each.reps, each.partial_reps, len(each.alerts)) for each in result.sets)


def _score(truth: Truth, model: str | None) -> Scored:
    return Scored(truth, counted(truth.path, model=model))


def scored(
    truths: Sequence[Truth],
    *,
    model: str | None = None,
    processes: int = PROCESSES,
    on_done: Callable[[Scored], None] | None = None,
) -> list[Scored]:
    """Every clip counted and set against its truth, in order."""
    return list(_each(truths, model, processes, on_done))


def _each(
    truths: Sequence[Truth], model: str | None, processes: int, on_done: Callable[[Scored], None] | None
) -> Iterator[Scored]:
    with ProcessPoolExecutor(processes) as pool:
        for one in pool.map(partial(_score, model=model), truths, chunksize=1):
            if on_done is not None:
                on_done(one)
            yield one
