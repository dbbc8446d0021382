"""A pose model out of a user's ONNX file: which head it has, told by shapes and metadata, and its licence."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import onnx
from google.protobuf.message import DecodeError

from gymbox.errors import ModelError
from gymbox.models.manifest import UNKNOWN_LICENCE, AddedFile, Head, Row, Tensor, manifest
from gymbox.models.weights import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

KEYPOINTS = [17, 3]  # COCO-17, each (x, y, score), as Ultralytics writes it into the metadata
STRIDES = (8, 16, 32)  # of YOLO's three grids
OPEN_SIDE = 640  # what YOLO is trained at, for a model that leaves its input's size open and does not say
MOVENET_SIDE = 256


def row_from_onnx(path: Path, *, file: str = "model.onnx") -> Row:
    """What the manifest would say of this file.

    The model is also run once on a black picture: what it gives must have the shape that its head says.

    Args:
        path: an ONNX file.
        file: what it shall be called among the weights.

    Raises:
        ModelError: the file is cut off, no ONNX, not in one piece, or no pose model with one of the known heads.
    """
    found = _File.read(path)
    head = found.head()
    row = Row(
        file=file,
        sha256=sha256_of(path),
        licence=found.licence(),
        head=head,
        long_side=found.long_side(head),
        source=AddedFile(added_from=path.name),
        input=found.input,
        output=found.output,
        thresholds=manifest().thresholds_of(head),
    )
    _run_once(path, row)
    return row


@dataclass(frozen=True, slots=True)
class _File:
    """What an ONNX file says of itself."""

    path: Path
    input: Tensor
    output: Tensor
    metadata: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> _File:
        try:
            model = onnx.load(path, load_external_data=False)
        except (DecodeError, OSError) as error:
            raise ModelError(f"{path}: expected an ONNX file, got one that cannot be read: {error}") from error
        graph = model.graph
        constants = {constant.name for constant in graph.initializer}
        if any(constant.data_location == onnx.TensorProto.EXTERNAL for constant in graph.initializer):
            raise ModelError(f"{path}: expected an ONNX file in one piece, got one whose weights lie in another file")
        inputs = [value for value in graph.input if value.name not in constants]
        if len(inputs) != 1 or len(graph.output) != 1:
            came = f"{len(inputs)} and {len(graph.output)}"
            raise ModelError(f"{path}: expected an ONNX file with one input and one output, got {came}")
        metadata = {entry.key: entry.value for entry in model.metadata_props}
        return cls(path, _tensor(inputs[0]), _tensor(graph.output[0]), metadata)

    def head(self) -> Head:
        match self.input, self.output:
            case Tensor(dtype="int32", shape=(_, _, _, 3)), Tensor(dtype="float32", shape=(_, 6, 56)):
                return Head.MOVENET
            case Tensor(dtype="float32", shape=(_, 3, height, width)), Tensor(
                dtype="float32", shape=(_, rows, columns)
            ):
                self._require_pose()
                if columns == 57:
                    return Head.YOLO_SUPPRESSED
                if rows == 56 and columns in (_cells(height, width), columns if isinstance(columns, str) else None):
                    return Head.YOLO_RAW
        raise ModelError(
            f"{self.path}: expected float32 batch×3×H×W to batch×56×N (YOLO-pose) or to batch×300×57 (the same without "
            "doubles), or int32 batch×H×W×3 to batch×6×56 (MoveNet MultiPose), "
            f"got {_words(self.input)} to {_words(self.output)}"
        )

    def licence(self) -> str:
        """As the file's metadata says it, in one line."""
        said = self.metadata.get("license") or self.metadata.get("licence") or ""
        line = " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())
        return line[:200] or UNKNOWN_LICENCE

    def long_side(self, head: Head) -> int:
        sides = [side for side in self.input.shape[1:] if isinstance(side, int) and side != 3]
        if sides:
            return max(sides)
        return MOVENET_SIDE if head is Head.MOVENET else max(self._list("imgsz"), default=OPEN_SIDE)

    def _require_pose(self) -> None:
        """Refuse a YOLO that says it is no COCO-17 pose model."""
        task = self.metadata.get("task", "pose")
        keypoints = self._list("kpt_shape") or KEYPOINTS
        if task != "pose" or keypoints != KEYPOINTS:
            raise ModelError(f"{self.path}: expected task pose with keypoints {KEYPOINTS}, got {task} with {keypoints}")

    def _list(self, key: str) -> list[int]:
        """A list of numbers in the metadata; empty where there is none."""
        try:
            value = ast.literal_eval(self.metadata.get(key, "[]"))
        except (ValueError, SyntaxError):
            return []
        return [number for number in value if isinstance(number, int)] if isinstance(value, list) else []


def _run_once(path: Path, row: Row) -> None:
    """Run the model on a black picture, to know that it runs and gives what it says."""
    import onnxruntime  # noqa: PLC0415 - 0.1 s, and needed for a user's file only

    shape = [row.long_side if isinstance(side, str) else side for side in row.input.shape]
    shape[0] = 1 if isinstance(row.input.shape[0], str) else row.input.shape[0]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # its own lines would come before ours
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        (output,) = session.run(None, {session.get_inputs()[0].name: np.zeros(shape, row.input.dtype)})
    except Exception as error:  # onnxruntime's own errors have no common base
        reason = str(error).strip().splitlines()[0]
        raise ModelError(f"{path}: expected a model that runs, got: {reason}") from error
    said = row.output.shape
    if len(said) != output.ndim or any(
        isinstance(side, int) and side != came for side, came in zip(said, output.shape, strict=True)
    ):
        raise ModelError(f"{path}: expected an output of {_words(row.output)}, got {'×'.join(map(str, output.shape))}")


def _tensor(value: onnx.ValueInfoProto) -> Tensor:
    kind = value.type.tensor_type
    sides = [side.dim_value if side.HasField("dim_value") else side.dim_param or "?" for side in kind.shape.dim]
    dtype = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type).name if kind.elem_type else "unknown"
    return Tensor(dtype=dtype, shape=tuple(sides))


def _cells(height: int | str, width: int | str) -> int | None:
    """How many candidates YOLO has for a picture of that size; None where the size is open."""
    if isinstance(height, str) or isinstance(width, str):
        return None
    return sum((height // stride) * (width // stride) for stride in STRIDES)


def _words(tensor: Tensor) -> str:
    return f"{tensor.dtype} {'×'.join(map(str, tensor.shape))}"
