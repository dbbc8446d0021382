"""MoveNet MultiPose as ONNX: up to six people in a picture, from the TensorFlow.js files of the npm package.

The network (a MobileNetV2 with a feature pyramid) is translated node by node. What follows it, from six maps to people,
is written anew after Google's graph: so it takes a batch, and multiplies a row and a column of a Gaussian where the
original fills the plane for every joint of everybody.

Input `int32 [batch, height, width, 3]`, RGB 0-255, height and width any multiples of 32.
Output `float32 [batch, 6, 56]`, for each person 17 × (y, x, score), then ymin, xmin, ymax, xmax, score; coordinates
0-1 of the input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto

from gymbox.errors import ModelError
from gymbox.models.graph import Net
from gymbox.models.tfjs import graph_from_tfjs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gymbox.models.tfjs import Graph, Node

PEOPLE = 6
JOINTS = 17
ROOT = "StatefulPartitionedCall/"
# The six maps on a grid of a quarter of the input's size, each the last convolution of a branch.
CENTRE = ROOT + "center_0/conv2d_4/BiasAdd"  # 1: how much a cell is the middle of a person
BOX_SIZE = ROOT + "box_scale_0/conv2d_5/BiasAdd"  # 2: height, width of the box around it, in cells
BOX_OFFSET = ROOT + "box_offset_0/conv2d_6/BiasAdd"  # 2: y, x from the cell to the box's middle
JOINT_HEAT = ROOT + "kpt_heatmap_0/conv2d_7/BiasAdd"  # 17: how much a cell is that joint of anybody
JOINT_GUESS = ROOT + "kpt_regress_0/conv2d_8/BiasAdd"  # 17 × 2: y, x from a person's cell to their joint, roughly
JOINT_OFFSET = ROOT + "kpt_offset_0/conv2d_9/BiasAdd"  # 17 × 2: y, x from a joint's cell to the joint, finely

# Numbers of Google's graph.
PEAK_TOLERANCE = 1e-6  # a cell this close to the highest of its 5 × 5 neighbours is a person's middle
SPREAD = 0.3  # a joint is sought around the guess with a variance of this × the grid's short side, in cells
JOINT_SEEN = 0.126953125  # joints above this count in a person's score


def onnx_from_tfjs(topology: bytes, weights: bytes, metadata: Mapping[str, str]) -> bytes:
    """The ONNX file, the same bytes for the same input always.

    Args:
        topology: `movenet-multipose.json`.
        weights: `movenet-multipose.bin`.
        metadata: written into the file, e.g. its licence.

    Raises:
        ModelError: the files are not those of MoveNet MultiPose.
    """
    net = Net()
    try:
        people = _people(net, _Network(net, graph_from_tfjs(topology, weights), picture="input"))
    except KeyError as error:
        raise ModelError(f"MoveNet MultiPose: expected a node or constant {error}, found none of that name") from error
    model = net.model(
        name="movenet-multipose",
        source=("input", TensorProto.INT32, ["batch", "height", "width", 3]),
        result=(people, ["batch", PEOPLE, 3 * JOINTS + 5]),
        metadata=metadata,
    )
    content: bytes = model.SerializeToString(deterministic=True)
    return content


class _Network:
    """The network, translated from its end: asking for a map translates all that the map stands on, once."""

    def __init__(self, net: Net, graph: Graph, picture: str) -> None:
        self._net = net
        self._graph = graph
        # ONNX convolves channels first; the pixels become -1 to 1.
        planes = net("Transpose", net("Cast", picture, to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
        scaled = net("Mul", planes, net.constant(graph.constants[ROOT + "truediv"].reshape(1, 3, 1, 1)))
        self._done = {ROOT + "sub_1": net("Sub", scaled, net.constant(1.0))}

    def __getitem__(self, name: str) -> str:
        """The value of the node of that name: batch × channels × height × width."""
        if name not in self._done:
            self._done[name] = self._translate(name, self._graph.nodes[name])
        return self._done[name]

    def _translate(self, name: str, node: Node) -> str:
        match node.op:
            case "_FusedConv2D" | "FusedDepthwiseConv2dNative" | "DepthwiseConv2dNative":
                return self._convolution(node)
            case "AddV2":
                return self._net("Add", *(self[source] for source in node.inputs))
            case "ResizeBilinear":  # each of the three doubles height and width, from pixel centres
                scales = self._net.constant([1, 1, 2, 2])
                half_pixel = "half_pixel"
                return self._net(
                    "Resize", self[node.inputs[0]], "", scales, mode="linear", coordinate_transformation_mode=half_pixel
                )
        raise ModelError(f"MoveNet's node `{name}`: expected a convolution, sum or resize, got {node.op}")

    def _convolution(self, node: Node) -> str:
        """A convolution with its bias and activation, if it has them."""
        source, weight, *bias = node.inputs
        kernel = self._graph.constants[weight]  # height × width × in × out, or × 1 where each channel is by itself
        depthwise = "Depthwise" in node.op
        stride = node.ints("strides")[1]
        # TensorFlow's SAME pads below and right first; as the input's sides are multiples of 32, every side here is one
        # of the stride. VALID stands at 1 × 1 kernels only, for which both pad nothing.
        missing = max(kernel.shape[0] - stride, 0)
        before, after = missing // 2, missing - missing // 2
        value = self._net(
            "Conv",
            self[source],
            self._net.constant(kernel.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1))),
            *(self._net.constant(self._graph.constants[name]) for name in bias),
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=kernel.shape[2] if depthwise else 1,
        )
        fused = node.words("fused_ops") if bias else []
        if "Relu6" in fused:
            return self._net("Clip", value, self._net.constant(0.0), self._net.constant(6.0))
        return self._net("Relu", value) if "Relu" in fused else value


def _people(net: Net, maps: _Network) -> str:
    """The six best people of each picture. Dimensions: b picture, p person, j joint, h × w the grid, 2 is (y, x)."""
    heat = net("Sigmoid", maps[CENTRE])  # b × 1 × h × w
    size = net("Shape", heat, start=2)  # (h, w)
    height, width = (net("Gather", size, net.constant(axis, np.int64)) for axis in (0, 1))
    extent = net("Unsqueeze", net("Cast", size, to=TensorProto.FLOAT), net.ints(1))  # 2 × 1

    highest = net("MaxPool", heat, kernel_shape=[5, 5], pads=[2, 2, 2, 2])
    is_peak = net("Less", net("Sub", highest, heat), net.constant(PEAK_TOLERANCE))
    peaks = net("Mul", heat, net("Cast", is_peak, to=TensorProto.FLOAT))
    person_score, person_cell = net.many(2, "TopK", net("Reshape", peaks, net.ints(0, -1)), net.ints(PEOPLE))  # b × p

    def of_people(name: str, channels: int) -> str:
        """A map's values at the people's cells: b × channels × p."""
        cells = net("Expand", net("Unsqueeze", person_cell, net.ints(1)), net.ints(1, channels, 1))
        return net("GatherElements", net("Reshape", maps[name], net.ints(0, channels, -1)), cells, axis=2)

    def place(cell: str, axis: int) -> str:
        """(y, x) of cells, as a new axis."""
        parts = [net("Unsqueeze", net(op, cell, width), net.ints(axis)) for op in ("Div", "Mod")]
        return net("Cast", net("Concat", *parts, axis=axis), to=TensorProto.FLOAT)

    person = place(person_cell, 1)  # b × 2 × p
    middle = net("Add", person, of_people(BOX_OFFSET, 2))
    half = net("Mul", net("Relu", of_people(BOX_SIZE, 2)), net.constant(0.5))
    corners = [
        net("Relu", net("Min", net(op, middle, half), extent)) for op in ("Sub", "Add")
    ]  # b × 2 × p, in the grid

    guess = net("Reshape", of_people(JOINT_GUESS, 2 * JOINTS), net.ints(0, JOINTS, 2, PEOPLE))
    guess = net("Add", guess, net("Unsqueeze", person, net.ints(1)))  # b × j × 2 × p
    spread = net("Mul", net("ReduceMin", extent, keepdims=0), net.constant(SPREAD))

    def along(axis: int, length: str) -> str:
        """How near each row (or column) is to the guess of a joint; 0 outside the box: b × j × p × h."""
        steps = net("Range", net.constant(0, np.int64), length, net.constant(1, np.int64))
        steps = net("Cast", steps, to=TensorProto.FLOAT)
        which = net.constant(axis, np.int64)
        away = net("Sub", steps, net("Unsqueeze", net("Gather", guess, which, axis=2), net.ints(3)))
        near = net("Exp", net("Neg", net("Div", net("Mul", away, away), spread)))
        low, high = (net("Unsqueeze", net("Gather", corner, which, axis=1), net.ints(1, 3)) for corner in corners)
        inside = net("And", net("GreaterOrEqual", steps, low), net("Less", steps, high))  # b × 1 × p × h
        return net("Mul", near, net("Cast", inside, to=TensorProto.FLOAT))

    rows = net("Unsqueeze", along(0, height), net.ints(4))
    columns = net("Unsqueeze", along(1, width), net.ints(3))
    joint_heat = net("Unsqueeze", net("Sigmoid", maps[JOINT_HEAT]), net.ints(2))
    likely = net("Mul", net("Mul", joint_heat, rows), columns)  # b × j × p × h × w
    likely = net("Reshape", likely, net.ints(0, 0, 0, -1))
    joint_cell = net("ArgMax", likely, axis=3, keepdims=0)  # b × j × p
    # The score of a joint is the highest that anybody has at its cell, as in the original.
    joint_score = net("GatherElements", net("ReduceMax", likely, axes=[2], keepdims=0), joint_cell, axis=2)

    cells = net("Expand", net("Unsqueeze", joint_cell, net.ints(2)), net.ints(1, 1, 2, 1))
    offset = net("GatherElements", net("Reshape", maps[JOINT_OFFSET], net.ints(0, JOINTS, 2, -1)), cells, axis=3)
    joint = net("Div", net("Add", place(joint_cell, 2), offset), extent)  # b × j × 2 × p
    joints = net("Concat", joint, net("Unsqueeze", joint_score, net.ints(2)), axis=2)
    joints = net("Reshape", net("Transpose", joints, perm=[0, 3, 1, 2]), net.ints(0, PEOPLE, 3 * JOINTS))

    # A person's score: that of the middle, times the mean of the joints that are seen.
    seen = net("Cast", net("Greater", joint_score, net.constant(JOINT_SEEN)), to=TensorProto.FLOAT)
    total = net("ReduceSum", net("Mul", joint_score, seen), net.ints(1), keepdims=0)
    count = net("Max", net("ReduceSum", seen, net.ints(1), keepdims=0), net.constant(1.0))
    score = net("Unsqueeze", net("Mul", person_score, net("Div", total, count)), net.ints(1))
    box = net("Concat", *(net("Div", corner, extent) for corner in corners), score, axis=1)  # b × 5 × p
    return net("Concat", joints, net("Transpose", box, perm=[0, 2, 1]), axis=2)
