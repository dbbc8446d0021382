"""The inference library: ONNX Runtime's shared object, as the installed wheel brings it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from gymbox.errors import DeviceError


def runtime_library() -> Path:
    """The path of `libonnxruntime`, found without importing the wheel's Python package.

    Raises:
        DeviceError: no such wheel is installed, or it has no such library.
    """
    spec = find_spec("onnxruntime")
    if spec is None or spec.origin is None:
        raise DeviceError(
            "inference runtime: expected one of gymbox[cpu], gymbox[gpu], gymbox[openvino] to be installed, found none"
        )
    folder = Path(spec.origin).parent / "capi"
    libraries = sorted(folder.glob("libonnxruntime.so*"))
    if not libraries:
        raise DeviceError(f"inference runtime: expected libonnxruntime.so in {folder}, found none")
    return libraries[0]
