"""Tiny ONNX files shaped like pose models, and the real ones where the machine has them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import TensorProto

from gymbox.models.graph import Net

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"  # lies beside a checkout on the project's own machines
YOLO = SHARED / "models" / "yolo11n-pose_fp32_from_int8_dynbatch.onnx"
MOVENET_REFERENCE = SHARED / "reference" / "movenet_multipose.npz"

YOLO_INPUT = ("batch", 3, 64, 96)  # 126 candidates: 8 × 12 + 4 × 6 + 2 × 3


def where_there(path: Path) -> pytest.MarkDecorator:
    """Skip a test where the machine lacks a file that is not ours to commit."""
    return pytest.mark.skipif(not path.is_file(), reason=f"needs {path}, which is not part of the repository")


def pose_model(
    path: Path,
    given: Sequence[str | int] = YOLO_INPUT,
    said: Sequence[str | int] = ("batch", 56, 126),
    *,
    gives: Sequence[int] | None = None,
    dtype: int = TensorProto.FLOAT,
    metadata: dict[str, str] | None = None,
) -> Path:
    """An ONNX file that takes `given`, says that it returns `said`, and returns zeros of that shape, or of `gives`.

    An open first dimension follows the input's, as in a real model.
    """
    net = Net()
    shape = gives or [side if isinstance(side, int) else 1 for side in said]
    batch = net("Shape", "input", start=0, end=1)
    whole = net("Concat", batch, net.ints(*shape[1:]), axis=0) if isinstance(said[0], str) else net.ints(*shape)
    zeros = net("Expand", net.constant(0.0), whole)
    model = net.model(name="tiny", source=("input", dtype, given), result=(zeros, said), metadata=metadata or {})
    path.write_bytes(model.SerializeToString())
    return path


def flip_byte(path: Path) -> None:
    """Alter one byte in the middle; the size stays."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """height × width × 3 int32 of noise."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.int32)
