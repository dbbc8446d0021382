#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["ultralytics>=8.3,<9", "onnx>=1.17", "onnxruntime>=1.24", "onnxslim>=0.1.80"]
# ///
"""YOLO11-pose as ONNX, made from the official weights, in an environment of its own.

    uv run --script models/export_yolo11.py yolo11n-pose
    gymbox models add yolo11n-pose.onnx

The weights and the exporter are Ultralytics', under AGPL-3.0 (or a licence bought from them), so neither is part of
gymbox; their licence is written into the file and shown when it is added. PyTorch comes with the exporter. Our tests
have no network and do not run this; it was tried by hand on the untrained network, not on the official weights.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from contextlib import chdir
from pathlib import Path


def main() -> None:
    """Export the model that the command line names into the current folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "model", nargs="?", default="yolo11n-pose", help="yolo11n-pose (fastest) to yolo11x-pose (best)"
    )
    parser.add_argument("--size", type=int, default=640, help="the input's side in pixels, a multiple of 32")
    parser.add_argument(
        "--suppressed", action="store_true", help="let the model take out doubles itself (batch×300×57)"
    )
    arguments = parser.parse_args()

    from ultralytics import YOLO  # noqa: PLC0415 - seconds to import: --help need not wait

    made = Path.cwd() / f"{arguments.model}.onnx"
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        exported = YOLO(f"{arguments.model}.pt").export(
            format="onnx",
            imgsz=arguments.size,
            dynamic=not arguments.suppressed,  # any number of cameras at once; NMS inside wants a fixed batch
            simplify=True,
            opset=17,
            nms=arguments.suppressed,
        )
        shutil.move(exported, made)
    sys.stdout.write(f"{made}: now `gymbox models add {made.name}`\n")


if __name__ == "__main__":
    main()
