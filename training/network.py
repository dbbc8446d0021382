"""The recogniser's network in JAX, as `core-rs/src/exercise/recogniser.rs` has it, and its weights as a file."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from gymbox._core import CLASSES, GLIMPSE_WIDTH

if TYPE_CHECKING:
    from pathlib import Path

    Dense = tuple[jax.Array, jax.Array]
    Weights = dict[str, Dense]

DILATIONS = (1, 2, 4, 8, 16, 32, 64)
CHANNELS = 96
OUTCOMES = len(CLASSES) + 1


class Layer(NamedTuple):
    """Its name, numbers in and out, and how big its first weights are."""

    name: str
    inputs: int
    outputs: int
    scale: float


# In the order in which they are used, and written. Residual branches begin small, so that each layer begins as nothing.
LAYERS = (
    Layer("first", GLIMPSE_WIDTH, CHANNELS, 1.0),
    *(
        layer
        for number in range(len(DILATIONS))
        for layer in (
            Layer(f"wide{number}", 3 * CHANNELS, CHANNELS, 2**0.5),
            Layer(f"narrow{number}", CHANNELS, CHANNELS, 0.3 * 2**0.5),
        )
    ),
    Layer("last", CHANNELS, OUTCOMES + 2, 0.4),
)


def fresh(key: jax.Array) -> Weights:
    """Weights to begin with (He et al. 2015)."""
    return {
        layer.name: (
            jax.random.normal(own, (layer.inputs, layer.outputs)) * layer.scale / layer.inputs**0.5,
            jnp.zeros(layer.outputs),
        )
        for layer, own in zip(LAYERS, jax.random.split(key, len(LAYERS)), strict=True)
    }


class Said(NamedTuple):
    """What the network says of `(B, T)` glimpses: `(B, T, OUTCOMES)` logits, `(B, T)` depths and `(B, T)` reaches."""

    logits: jax.Array
    depth: jax.Array
    reach: jax.Array


def network(weights: Weights, glimpses: jax.Array) -> Said:
    """What it says of `(B, T, GLIMPSE_WIDTH)` glimpses."""

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
    return Said(out[..., :OUTCOMES], out[..., OUTCOMES], out[..., OUTCOMES + 1])


def write(weights: Weights, path: Path) -> None:
    """The file that the core reads: of each layer a row of weights for each output, then what is added."""
    parts = [np.asarray(part) for layer in LAYERS for part in (weights[layer.name][0].T, weights[layer.name][1])]
    path.write_bytes(b"".join(part.astype("<f4").tobytes() for part in parts))


def read(path: Path) -> Weights:
    """What `write` wrote."""
    numbers = iter(np.frombuffer(path.read_bytes(), "<f4"))

    def take(count: int) -> jax.Array:
        return jnp.array(list(islice(numbers, count)))

    return {
        layer.name: (take(layer.inputs * layer.outputs).reshape(layer.outputs, layer.inputs).T, take(layer.outputs))
        for layer in LAYERS
    }
