"""TensorFlow.js files: constants come out in order and as float32; a file cut short or too long is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gymbox.errors import ModelError
from gymbox.models.movenet import onnx_from_tfjs
from gymbox.models.tfjs import graph_from_tfjs

HALVES = np.array([[0.5, -2.0, 65504.0]], np.float16)
AXES = np.array([3, -1], np.int32)
WEIGHTS = HALVES.tobytes() + AXES.tobytes()
TOPOLOGY = json.dumps(
    {
        "modelTopology": {
            "node": [
                {"name": "halves", "op": "Const"},
                {
                    "name": "sum",
                    "op": "AddV2",
                    "input": ["halves", "axes"],
                    "attr": {"strides": {"list": {"i": ["1", "2"]}}, "fused_ops": {"list": {"s": ["UmVsdTY="]}}},
                },
            ]
        },
        "weightsManifest": [
            {
                "weights": [
                    {"name": "halves", "shape": [1, 3], "dtype": "float32", "quantization": {"dtype": "float16"}},
                    {"name": "axes", "shape": [2], "dtype": "int32"},
                ]
            }
        ],
    }
).encode()


def test_constants_and_nodes_come_out() -> None:
    graph = graph_from_tfjs(TOPOLOGY, WEIGHTS)
    assert graph.constants["halves"].dtype == np.float32
    np.testing.assert_array_equal(graph.constants["halves"], HALVES)
    np.testing.assert_array_equal(graph.constants["axes"], AXES)
    node = graph.nodes["sum"]
    assert (node.op, node.inputs) == ("AddV2", ("halves", "axes"))
    assert node.ints("strides") == [1, 2]
    assert node.words("fused_ops") == ["Relu6"]


@pytest.mark.parametrize("weights", [b"", WEIGHTS[:-1], WEIGHTS[:4], WEIGHTS + b"\0"])
def test_weights_of_another_length_are_refused(weights: bytes) -> None:
    with pytest.raises(ModelError, match=f"expected {len(WEIGHTS)} bytes, got {len(weights)}"):
        graph_from_tfjs(TOPOLOGY, weights)


def test_another_network_is_refused() -> None:
    with pytest.raises(ModelError, match="MoveNet"):
        onnx_from_tfjs(TOPOLOGY, WEIGHTS, {})
