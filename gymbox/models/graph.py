"""An ONNX graph written as a sequence of calls: `net("Conv", x, weight, bias, strides=[2, 2])`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike
    from onnx import ModelProto, NodeProto

OPSET = 17  # the oldest with every operator used here: TensorRT and OpenVINO are slow to follow
IR_VERSION = 8  # the file format that came with that opset


class Net:
    """The graph so far; a value is the name of what a node gives."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], TensorProto] = {}

    def __call__(self, op: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401 - ONNX attributes are of any type
        """The single output of a new node."""
        return self.many(1, op, *inputs, **attributes)[0]

    def many(self, count: int, op: str, *inputs: str, **attributes: Any) -> list[str]:  # noqa: ANN401 - as above
        """All `count` outputs of a new node."""
        name = f"{op}_{len(self._nodes)}"
        outputs = [name] if count == 1 else [f"{name}_{index}" for index in range(count)]
        self._nodes.append(helper.make_node(op, inputs, outputs, name=name, **attributes))
        return outputs

    def constant(self, value: ArrayLike, dtype: type[np.generic] = np.float32) -> str:
        """A constant; one and the same for equal arrays."""
        array = np.asarray(value, dtype, order="C")
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = numpy_helper.from_array(array, f"constant_{len(self._constants)}")
        return self._constants[key].name

    def ints(self, *values: int) -> str:
        """A vector of int64, as shapes and axes are given."""
        return self.constant(values, np.int64)

    def model(
        self,
        *,
        name: str,
        source: tuple[str, int, Sequence[str | int]],
        result: tuple[str, Sequence[str | int]],
        metadata: Mapping[str, str],
    ) -> ModelProto:
        """The finished model.

        Args:
            name: of the graph.
            source: name, ONNX element type and shape of the input; a word in a shape is settled at run time.
            result: name (a value of this net) and shape of the float32 output.
            metadata: what is written into the file beside the graph.
        """
        graph = helper.make_graph(
            self._nodes,
            name,
            [helper.make_tensor_value_info(*source)],
            [helper.make_tensor_value_info(result[0], TensorProto.FLOAT, result[1])],
            list(self._constants.values()),
        )
        model = helper.make_model(
            graph,
            producer_name="gymbox",
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
        )
        helper.set_model_props(model, dict(metadata))
        return model
