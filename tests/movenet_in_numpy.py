"""A network shaped like MoveNet MultiPose, but tiny and random: as TensorFlow.js files, and computed in numpy.

The numpy side follows TensorFlow's definitions and Google's graph step by step, without the converter's short cuts.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from gymbox.models import movenet

CHANNELS = 6
HEADS = {  # the last convolution of each branch: how many maps it gives, and where their values lie
    movenet.CENTRE: (1, -1.0),
    movenet.BOX_SIZE: (2, 5.0),
    movenet.BOX_OFFSET: (2, 0.0),
    movenet.JOINT_HEAT: (17, 0.0),
    movenet.JOINT_GUESS: (34, 0.0),
    movenet.JOINT_OFFSET: (34, 0.0),
}


class Network:
    """The files, and the same network as a function."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._nodes: list[dict[str, Any]] = []
        self.constants: dict[str, np.ndarray] = {}
        self._constant("StatefulPartitionedCall/truediv", np.full((1, 1, 1, 3), 2 / 255))
        conv, depth = "_FusedConv2D", "FusedDepthwiseConv2dNative"
        first = self._layer(conv, "first", "StatefulPartitionedCall/sub_1", (3, 3, 3, CHANNELS), 2, "Relu6")
        second = self._layer(depth, "second", first, (3, 3, CHANNELS, 1), 2, "Relu6")
        fine = self._layer(conv, "fine", second, (1, 1, CHANNELS, CHANNELS), 1)
        third = self._layer(depth, "third", second, (3, 3, CHANNELS, 1), 2)
        coarse = self._layer(conv, "coarse", third, (1, 1, CHANNELS, CHANNELS), 1)
        self._nodes.append({"name": "up", "op": "ResizeBilinear", "input": [coarse, "twice"]})
        self._nodes.append({"name": "sum", "op": "AddV2", "input": ["up", fine]})
        apart = self._layer("DepthwiseConv2dNative", "apart", "sum", (3, 3, CHANNELS, 1), 1, bias=False)
        shared = self._layer(conv, "shared", apart, (1, 1, CHANNELS, CHANNELS), 1, "Relu")
        for name, (count, middle) in HEADS.items():
            self._layer(conv, name, shared, (1, 1, CHANNELS, count), 1, middle=middle, spread=0.5)

    def files(self) -> tuple[bytes, bytes]:
        """The `.json` and the `.bin`."""
        entries = [
            {"name": name, "shape": value.shape, "dtype": "float32", "quantization": {"dtype": "float16"}}
            for name, value in self.constants.items()
        ]
        topology = {"modelTopology": {"node": self._nodes}, "weightsManifest": [{"weights": entries}]}
        return json.dumps(topology).encode(), b"".join(value.tobytes() for value in self.constants.values())

    def people(self, picture: np.ndarray) -> np.ndarray:
        """6 × 56 for a picture of height × width × 3."""
        values = {
            "StatefulPartitionedCall/sub_1": picture * self._float("StatefulPartitionedCall/truediv")[0, 0, 0] - 1
        }
        for node in self._nodes:
            source = values[node["input"][0]]
            match node["op"]:
                case "ResizeBilinear":
                    value = doubled(doubled(source, 0), 1)
                case "AddV2":
                    value = source + values[node["input"][1]]
                case _:
                    kernel, *bias = (self._float(name) for name in node["input"][1:])
                    stride = int(node["attr"]["strides"]["list"]["i"][1])
                    value = convolved(source, kernel, stride, depthwise="Depthwise" in node["op"])
                    value = value + bias[0] if bias else value
                    fused = [base64.b64decode(word) for word in node["attr"]["fused_ops"]["list"]["s"]]
                    value = np.clip(value, 0, 6 if b"Relu6" in fused else np.inf) if len(fused) > 1 else value
            values[node["name"]] = value
        return people_from_maps({name: values[name] for name in HEADS})

    def _float(self, name: str) -> np.ndarray:
        return self.constants[name].astype(np.float64)

    def _constant(self, name: str, value: np.ndarray) -> None:
        self.constants[name] = value.astype(np.float16)

    def _layer(
        self,
        op: str,
        name: str,
        source: str,
        kernel: tuple[int, int, int, int],
        stride: int,
        *activation: str,
        bias: bool = True,
        middle: float = 0.0,
        spread: float = 1.5,
    ) -> str:
        out = kernel[2] if "Depthwise" in op else kernel[3]
        fan_in = kernel[0] * kernel[1] * (1 if "Depthwise" in op else kernel[2])
        self._constant(f"{name}/weights", self._random.normal(0, spread / np.sqrt(fan_in), kernel))
        if bias:
            self._constant(f"{name}/bias", self._random.normal(middle, 0.3, out))
        words = ["BiasAdd", *activation] if bias else []
        attributes = {
            "strides": {"list": {"i": ["1", str(stride), str(stride), "1"]}},
            "fused_ops": {"list": {"s": [base64.b64encode(word.encode()).decode() for word in words]}},
        }
        inputs = [source, f"{name}/weights", *([f"{name}/bias"] if bias else [])]
        self._nodes.append({"name": name, "op": op, "input": inputs, "attr": attributes})
        return name


def convolved(source: np.ndarray, kernel: np.ndarray, stride: int, *, depthwise: bool) -> np.ndarray:
    """TensorFlow's SAME convolution of height × width × in; an odd pixel of padding goes below and right."""
    size = kernel.shape[0]
    height, width = (-(-side // stride) for side in source.shape[:2])
    tall = max((height - 1) * stride + size - source.shape[0], 0)
    wide = max((width - 1) * stride + size - source.shape[1], 0)
    padded = np.pad(source, [(tall // 2, tall - tall // 2), (wide // 2, wide - wide // 2), (0, 0)])
    result = np.zeros((height, width, kernel.shape[2] if depthwise else kernel.shape[3]))
    for row, column in np.ndindex(size, size):
        window = padded[row : row + height * stride : stride, column : column + width * stride : stride]
        tap = kernel[row, column]
        result += window * tap[:, 0] if depthwise else window @ tap
    return result


def doubled(source: np.ndarray, axis: int) -> np.ndarray:
    """Twice the size along an axis, linear between pixel centres."""
    length = source.shape[axis]
    at = np.clip((np.arange(2 * length) + 0.5) / 2 - 0.5, 0, length - 1)
    low = np.floor(at).astype(int)
    share = np.expand_dims(at - low, tuple(other for other in range(3) if other != axis))
    above = np.take(source, np.minimum(low + 1, length - 1), axis)
    result: np.ndarray = np.take(source, low, axis) * (1 - share) + above * share
    return result


def people_from_maps(maps: dict[str, np.ndarray]) -> np.ndarray:
    """6 × 56 from the six maps, each height × width × channels."""
    centre, box_size, box_offset, joint_heat, joint_guess, joint_offset = (maps[name] for name in HEADS)
    height, width, _ = centre.shape
    size = np.array([height, width])
    heat = 1 / (1 + np.exp(-centre[..., 0]))
    padded = np.pad(heat, 2, constant_values=-np.inf)
    highest = np.max([padded[row : row + height, column : column + width] for row, column in np.ndindex(5, 5)], axis=0)
    peaks = np.where(highest - heat < movenet.PEAK_TOLERANCE, heat, 0)
    cells = np.argsort(-peaks, axis=None, kind="stable")[:6]
    joints_heat = 1 / (1 + np.exp(-joint_heat))
    rows, columns = np.mgrid[:height, :width]

    boxes, likely = [], []
    for row, column in (np.unravel_index(cell, heat.shape) for cell in cells):
        middle = np.array([row, column]) + box_offset[row, column]
        half = np.maximum(box_size[row, column], 0) / 2
        low, high = (np.clip(corner, 0, size) for corner in (middle - half, middle + half))
        inside = (rows >= low[0]) & (rows < high[0]) & (columns >= low[1]) & (columns < high[1])
        guess = joint_guess[row, column].reshape(17, 2) + np.array([row, column])
        away = (rows[..., None] - guess[:, 0]) ** 2 + (columns[..., None] - guess[:, 1]) ** 2
        likely.append(joints_heat * np.exp(-away / (movenet.SPREAD * size.min())) * inside[..., None])
        boxes.append(np.concatenate([low / size, high / size]))

    best_of_all = np.max(likely, axis=0)
    people = []
    for cell, box, mine in zip(cells, boxes, likely, strict=True):
        keypoints = []
        for joint in range(17):
            row, column = np.unravel_index(np.argmax(mine[..., joint]), heat.shape)
            place = (np.array([row, column]) + joint_offset[row, column].reshape(17, 2)[joint]) / size
            keypoints.append([*place, best_of_all[row, column, joint]])
        scores = np.array(keypoints)[:, 2]
        seen = scores[scores > movenet.JOINT_SEEN]
        score = peaks.flat[cell] * (seen.mean() if len(seen) else 0)
        people.append([*np.ravel(keypoints), *box, score])
    return np.array(people)
