"""`python -m training`: makes lessons, fits the recogniser to them, writes its weights."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
import optax
from rich.console import Console
from rich.progress import track

from training import lessons
from training.network import fresh, network, read, write

if TYPE_CHECKING:
    from training.lessons import Lesson
    from training.network import Weights

ROOT = Path(__file__).parent.parent
MADE = ROOT / "build" / "lessons"
WEIGHTS = ROOT / "core-rs" / "src" / "exercise" / "recogniser.bin"
console = Console()
DEPTH = 12.0  # weight of the depth's squared error beside the cross entropy
IDLE = 0.05  # weight of the depth where nothing is done: how deep and whether at all are two questions
TURN = 2.0  # more of it at the turn, by which full and partial are told
RATE = 2e-3  # of learning, after a short beginning; it falls to a fiftieth as a cosine
BEGINNING = 60  # steps
BATCH, STEPS = 40, 240  # lessons, and glimpses of each
HELD_OUT = 25  # one lesson of so many is never learnt from
REPORT = 100  # steps


def main() -> int:
    """Fits and writes."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--scenes", type=int, default=2000, help="how many scenes to make (default 2000)")
    parser.add_argument("--steps", type=int, default=3000, help="how long to fit (default 3000)")
    parser.add_argument("--from", dest="start", type=Path, help="weights to go on from")
    parser.add_argument("--rate", type=float, default=RATE, help=f"of learning (default {RATE})")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go (default the core's)")
    options = parser.parse_args()
    script = ROOT / "synth" / "lessons.py"
    command = ["uv", "run", "--script", str(script), str(MADE), "--scenes", str(options.scenes)]
    subprocess.run(command, check=True)  # noqa: S603 - our own script
    files = sorted(MADE.glob("*.npz"))
    every = [lesson for path in track(files, "reading lessons") if (lesson := lessons.read(path)) is not None]
    weights = read(options.start) if options.start else fresh(jax.random.key(0))
    fit(weights, every, steps=options.steps, highest=options.rate, out=options.out)
    return 0


def loss(
    weights: Weights, rows: jax.Array, depth: jax.Array, doing: jax.Array, asked: jax.Array
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    """What is made small, and its parts: cross entropy, and the depth's squared error."""
    logits, deep = network(weights, rows)
    named = asked * (doing != lessons.UNASKED)
    right = jnp.take_along_axis(jax.nn.log_softmax(logits), jnp.maximum(doing, 0)[..., None], -1)[..., 0]
    entropy = -(right * named).sum() / (named.sum() + 1)
    weight = asked * jnp.where(doing == 0, IDLE, 1.0 + TURN * depth**2)
    error = ((deep - depth) ** 2 * weight).sum() / (weight.sum() + 1)
    return entropy + DEPTH * error, (entropy, error)


def fit(weights: Weights, every: list[Lesson], *, steps: int, highest: float, out: Path) -> None:
    """Writes the weights after `steps` steps of AdamW (Loshchilov and Hutter 2019), and now and then before."""
    random = np.random.default_rng(0)
    asked_of, learnt = every[::HELD_OUT], [lesson for number, lesson in enumerate(every) if number % HELD_OUT]
    held_out = lessons.batch(asked_of, np.random.default_rng(1), 64, STEPS)
    falling = optax.cosine_decay_schedule(highest, max(1, steps - BEGINNING), 0.02)
    rate = optax.join_schedules([optax.linear_schedule(0, highest, BEGINNING), falling], [BEGINNING])
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rate, weight_decay=1e-4))
    state = optimiser.init(weights)

    @jax.jit
    def step(weights: Weights, state: optax.OptState, *batch: jax.Array) -> tuple[Weights, optax.OptState]:
        gradient = jax.grad(loss, has_aux=True)(weights, *batch)[0]
        change, state = optimiser.update(gradient, state, weights)
        return optax.apply_updates(weights, change), state

    judge = jax.jit(loss)
    for number in track(range(1, steps + 1), "fitting", console=console):
        weights, state = step(weights, state, *lessons.batch(learnt, random, BATCH, STEPS))
        if number % REPORT == 0 or number == steps:
            entropy, error = judge(weights, *held_out)[1]
            console.print(
                f"step {number}: held out, cross entropy {entropy:.3f}, squared error of the depth {error:.4f}"
            )
            write(weights, out)


if __name__ == "__main__":
    sys.exit(main())
