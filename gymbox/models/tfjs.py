"""A TensorFlow.js graph model as numpy arrays: what the node list says, and the constants it stands on.

The format: a JSON file with the topology (a TensorFlow GraphDef) and a manifest of constants, and one file with their
bytes one after another, some of them quantised to float16.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gymbox.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Node:
    """One operation: its kind, the names of what it reads, and its attributes as the GraphDef writes them."""

    op: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any]

    def ints(self, name: str) -> list[int]:
        """The list of integers of an attribute, e.g. `strides`."""
        return [int(number) for number in self.attributes[name]["list"]["i"]]

    def words(self, name: str) -> list[str]:
        """The list of strings of an attribute, e.g. `fused_ops`."""
        return [base64.b64decode(word).decode() for word in self.attributes[name]["list"].get("s", [])]


@dataclass(frozen=True, slots=True)
class Graph:
    """Operations and constants by name; float constants are float32, whatever they were stored as."""

    nodes: dict[str, Node]
    constants: dict[str, NDArray[Any]]


def graph_from_tfjs(topology: bytes, weights: bytes) -> Graph:
    """Operations and constants of a graph model.

    Args:
        topology: the `.json` file.
        weights: the `.bin` file, the only shard of the model.

    Raises:
        ModelError: the weights are longer or shorter than the topology says.
    """
    document = json.loads(topology)
    nodes = {
        node["name"]: Node(node["op"], tuple(node.get("input", ())), node.get("attr", {}))
        for node in document["modelTopology"]["node"]
    }
    constants: dict[str, NDArray[Any]] = {}
    offset = 0
    for entry in (entry for group in document["weightsManifest"] for entry in group["weights"]):
        stored = np.dtype(entry.get("quantization", entry)["dtype"]).newbyteorder("<")
        shape = tuple(entry["shape"])
        end = offset + stored.itemsize * int(np.prod(shape))
        if end <= len(weights):
            flat = np.frombuffer(weights[offset:end], stored)
            constants[entry["name"]] = flat.reshape(shape).astype(entry["dtype"])
        offset = end
    if offset != len(weights):
        raise ModelError(f"weights of a TensorFlow.js model: expected {offset} bytes, got {len(weights)}")
    return Graph(nodes, constants)
