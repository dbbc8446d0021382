"""`python -m training`: makes lessons, fits the recogniser to them, writes its weights."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import optax
from rich.console import Console
from rich.progress import track

from training import lessons
from training.network import fresh, network, read, write

if TYPE_CHECKING:
    from training.lessons import Batch, Lessons
    from training.network import Weights

ROOT = Path(__file__).parent.parent
MADE = ROOT / "build" / "lessons"
WEIGHTS = ROOT / "core-rs" / "src" / "exercise" / "recogniser.bin"
console = Console()
DEPTH = 12.0  # weight of the squared errors of depth and reach beside the cross entropy
IDLE = 0.05  # weight of the depth where nothing is done: how deep and whether at all are two questions
TURN = 2.0  # more of it at the turn, by which full and partial are told
RATE = 2e-3  # of learning, after a short beginning; it falls to a fiftieth as a cosine
BEGINNING = 60  # steps
BATCH, STEPS = 24, 420  # lessons, and glimpses of each: more than the network sees back
HELD_OUT = 25  # one scene of so many is never learnt from
JUDGED = 64  # lessons of those
REPORT = 100  # steps


def main() -> int:
    """Fits and writes."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--scenes", type=int, default=2000, help="how many scenes to make (default 2000)")
    parser.add_argument("--steps", type=int, default=3000, help="how long to fit (default 3000)")
    parser.add_argument("--batch", type=int, default=BATCH, help=f"lessons of a step (default {BATCH})")
    parser.add_argument("--from", dest="start", type=Path, help="weights to go on from")
    parser.add_argument("--rate", type=float, default=RATE, help=f"of learning (default {RATE})")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go (default the core's)")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    script = ROOT / "synth" / "lessons.py"
    command = ["uv", "run", "--script", str(script), str(MADE), "--scenes", str(options.scenes)]
    subprocess.run([*command, "--processes", str(cores)], check=True)  # noqa: S603 - our own script
    learnt, held_out = shelves(sorted(MADE.glob("*.npz")), cores)
    weights = read(options.start) if options.start else fresh(jax.random.key(0))
    judged = lessons.batch(jax.random.key(1), held_out, JUDGED, STEPS)
    fit(weights, learnt, judged, steps=options.steps, size=options.batch, highest=options.rate, out=options.out)
    return 0


def shelves(files: list[Path], cores: int) -> tuple[Lessons, Lessons]:
    """The lessons to learn from, and those of other scenes, which are held out."""
    learnt, held_out = [], []
    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:  # a fork would leave JAX's threads behind
        every = pool.map(lessons.read, files, chunksize=16)
        for path, lesson in zip(files, track(every, "reading lessons", len(files)), strict=True):
            if lesson is not None:
                (learnt if int(path.stem.split("-")[0]) % HELD_OUT else held_out).append(lesson)
    return lessons.shelved(learnt), lessons.shelved(held_out)


def loss(weights: Weights, batch: Batch) -> tuple[jax.Array, tuple[jax.Array, jax.Array, jax.Array]]:
    """What is made small, and its parts: cross entropy, and the squared errors of depth and reach."""
    said = network(weights, batch.glimpses)
    idle = batch.doing == 0
    named = batch.asked & (batch.doing != lessons.UNASKED)
    right = jnp.take_along_axis(jax.nn.log_softmax(said.logits), jnp.maximum(batch.doing, 0)[..., None], -1)[..., 0]
    entropy = -_mean(right, named)
    depth = _mean((said.depth - batch.depth) ** 2, batch.asked * jnp.where(idle, IDLE, 1 + TURN * batch.depth**2))
    told = batch.asked & ~jnp.isnan(batch.reach)
    reach = _mean(jnp.where(told, said.reach - batch.reach, 0) ** 2, told)
    return entropy + DEPTH * (depth + reach), (entropy, depth, reach)


def _mean(values: jax.Array, weights: jax.Array) -> jax.Array:
    return (values * weights).sum() / (weights.sum() + 1)


def fit(
    weights: Weights, learnt: Lessons, held_out: Batch, *, steps: int, size: int, highest: float, out: Path
) -> None:
    """Writes the weights after `steps` steps of AdamW (Loshchilov and Hutter 2019), and now and then before."""
    falling = optax.cosine_decay_schedule(highest, max(1, steps - BEGINNING), 0.02)
    rate = optax.join_schedules([optax.linear_schedule(0, highest, BEGINNING), falling], [BEGINNING])
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rate, weight_decay=1e-4))
    state = optimiser.init(weights)

    @jax.jit
    def step(weights: Weights, state: optax.OptState, learnt: Lessons, number: int) -> tuple[Weights, optax.OptState]:
        batch = lessons.batch(jax.random.fold_in(jax.random.key(2), number), learnt, size, STEPS)
        gradient = jax.grad(loss, has_aux=True)(weights, batch)[0]
        change, state = optimiser.update(gradient, state, weights)
        return optax.apply_updates(weights, change), state

    judge = jax.jit(loss)
    for number in track(range(1, steps + 1), "fitting", console=console):
        weights, state = step(weights, state, learnt, number)
        if number % REPORT == 0 or number == steps:
            entropy, depth, reach = judge(weights, held_out)[1]
            console.print(
                f"step {number}: held out, cross entropy {entropy:.3f}, "
                f"squared errors of depth {depth:.4f} and reach {reach:.4f}"
            )
            write(weights, out)


if __name__ == "__main__":
    sys.exit(main())
