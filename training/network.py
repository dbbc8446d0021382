"""The recogniser's network in JAX, as `core-rs/src/exercise/recogniser.rs` has it, and its weights as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from gymbox._core import CLASSES, GLIMPSE_WIDTH

if TYPE_CHECKING:
    from pathlib import Path

    Dense = tuple[jax.Array, jax.Array]
    Weights = dict[str, Dense]

DILATIONS = (1, 2, 4, 8, 16, 32)
CHANNELS = 64
OUTCOMES = len(CLASSES) + 1


def names() -> list[str]:
    """The layers in the order in which they are used, and written."""
    return ["first", *(f"{kind}{number}" for number in range(len(DILATIONS)) for kind in ("wide", "narrow")), "last"]


def fresh(key: jax.Array) -> Weights:
    """Weights to begin with (He et al. 2015); residual branches begin small, so that each layer begins as nothing."""
    keys = dict(zip(names(), jax.random.split(key, len(names())), strict=True))

    def dense(name: str, inputs: int, outputs: int, scale: float) -> Dense:
        return jax.random.normal(keys[name], (inputs, outputs)) * scale / inputs**0.5, jnp.zeros(outputs)

    weights = {
        "first": dense("first", GLIMPSE_WIDTH, CHANNELS, 1.0),
        "last": dense("last", CHANNELS, OUTCOMES + 1, 0.4),
    }
    for number in range(len(DILATIONS)):
        weights[f"wide{number}"] = dense(f"wide{number}", 3 * CHANNELS, CHANNELS, 2**0.5)
        weights[f"narrow{number}"] = dense(f"narrow{number}", CHANNELS, CHANNELS, 0.3 * 2**0.5)
    return weights


def network(weights: Weights, glimpses: jax.Array) -> tuple[jax.Array, jax.Array]:
    """`(B, T, OUTCOMES)` logits and `(B, T)` depths of `(B, T, GLIMPSE_WIDTH)` glimpses."""

    def through(name: str, inputs: jax.Array) -> jax.Array:
        return inputs @ weights[name][0] + weights[name][1]

    state = through("first", glimpses)
    steps = glimpses.shape[1]
    for number, dilation in enumerate(DILATIONS):
        active = jax.nn.relu(state)
        past = jnp.pad(active, ((0, 0), (2 * dilation, 0), (0, 0)))
        inputs = jnp.concatenate([past[:, :steps], past[:, dilation : dilation + steps], active], -1)
        state = state + through(f"narrow{number}", jax.nn.relu(through(f"wide{number}", inputs)))
    out = through("last", jax.nn.relu(state))
    return out[..., :OUTCOMES], out[..., OUTCOMES]


def write(weights: Weights, path: Path) -> None:
    """The file that the core reads: of each layer a row of weights for each output, then what is added."""
    parts = [np.asarray(part) for name in names() for part in (weights[name][0].T, weights[name][1])]
    path.write_bytes(b"".join(part.astype("<f4").tobytes() for part in parts))


def read(path: Path) -> Weights:
    """What `write` wrote."""
    numbers = np.frombuffer(path.read_bytes(), "<f4")
    weights = {}
    for name, (matrix, bias) in fresh(jax.random.key(0)).items():
        weights[name] = (matrix.shape, bias.shape)
    out, start = {}, 0
    for name in names():
        (inputs, outputs), _ = weights[name]
        end = start + inputs * outputs
        out[name] = (jnp.array(numbers[start:end].reshape(outputs, inputs).T), jnp.array(numbers[end : end + outputs]))
        start = end + outputs
    return out
