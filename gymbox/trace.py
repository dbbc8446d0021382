"""Pose traces, `gymbox-trace/1`: what the pose model saw, frame by frame, so that everything after it can be replayed.

One JSON object a line, plain or gzipped. First a header, `{"format": "gymbox-trace/1", "width", "height", …}`, then a
line a frame: `{"t_ns", "detections": [{"bbox": [x1, y1, x2, y2], "score", "keypoints": 17 of [x, y, score]}]}`, with
coordinates 0 to 1 of the upright decoded picture, and scores 0 to 1 as the model gave them.
"""

from __future__ import annotations

import gzip
import json
import zlib
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from gymbox.errors import TraceError
from gymbox.output import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedIOBase
    from os import PathLike

    from pydantic_core import ErrorDetails

Floats = npt.NDArray[np.float32]

# The picture is 0 to 1, and guessed limbs lie a little outside; pixels instead of shares lie far outside.
Coordinate = Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


Line = TypeVar("Line", bound=_Line)


class TraceHeader(_Line):
    """The first line. Keys that it does not name are let through, so that a recorder can add its own."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    format: Literal["gymbox-trace/1"] = "gymbox-trace/1"
    width: Annotated[int, Field(gt=0)]
    """Pixels of the upright decoded picture."""
    height: Annotated[int, Field(gt=0)]
    sample_aspect_ratio: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    """Width over height of one pixel."""
    source: str | None = None
    """The video's name."""
    pose_model: str | None = None
    """Whose scores these are: each model has thresholds of its own."""


class TraceDetection(_Line):
    """One person in one frame."""

    bbox: tuple[Coordinate, Coordinate, Coordinate, Coordinate]
    """x1, y1, x2, y2."""
    score: Score
    keypoints: Annotated[tuple[tuple[Coordinate, Coordinate, Score], ...], Field(min_length=17, max_length=17)]
    """x, y, score in COCO's order; a score of 0 was not seen."""

    @field_validator("bbox")
    @classmethod
    def _is_a_box(cls, bbox: tuple[float, ...]) -> tuple[float, ...]:
        x1, y1, x2, y2 = bbox
        if x1 > x2 or y1 > y2:
            raise ValueError("x1 <= x2 and y1 <= y2")
        return bbox


class TraceFrame(_Line):
    """What the model saw in one frame."""

    t_ns: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    """Capture time in nanoseconds."""
    detections: tuple[TraceDetection, ...]

    @property
    def boxes(self) -> Floats:
        """(n, 5): x1, y1, x2, y2, score."""
        return np.array([(*seen.bbox, seen.score) for seen in self.detections], np.float32).reshape(-1, 5)

    @property
    def keypoints(self) -> Floats:
        """(n, 17, 3): x, y, score."""
        return np.array([seen.keypoints for seen in self.detections], np.float32).reshape(-1, 17, 3)


class Trace:
    """A trace that is open for one reading: the header at once, the frames one by one.

    Args:
        path: The file, plain or gzipped, whatever its name.

    Raises:
        TraceError: It is not there, or its first line is no header of this format.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self._file = _open(self.path)
        self._number = 0
        try:
            self.header = self._checked(TraceHeader, self._next() or b"")
        except TraceError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def frames(self) -> Iterator[TraceFrame]:
        """The frames in order.

        Raises:
            TraceError: A line that is wrong, a time that is not after the one before it, or a file that is cut off.
        """
        last: int | None = None
        while (line := self._next()) is not None:
            frame = self._checked(TraceFrame, line)
            if last is not None and frame.t_ns < last:
                raise self._wrong("t_ns", f"a time from {last} on", frame.t_ns)
            last = frame.t_ns
            yield frame

    def _next(self) -> bytes | None:
        self._number += 1
        try:
            return self._file.readline() or None
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise TraceError(f"{self.path}, line {self._number}: the gzip file is cut off or damaged") from error

    def _checked(self, kind: type[Line], line: bytes) -> Line:
        try:
            return kind.model_validate_json(line)
        except ValidationError as error:
            raise self._wrong(*_explained(error.errors()[0], line)) from error

    def _wrong(self, key: str, expected: str, got: object) -> TraceError:
        where = f"{self.path}, line {self._number}" + (f", {key}" if key else "")
        return TraceError(f"{where}: expected {expected}, got {got}")


@contextmanager
def trace_written(path: str | PathLike[str], header: TraceHeader) -> Iterator[Callable[[int, Floats, Floats], None]]:
    """A function that writes one frame; the file is there when the block ends well.

    It takes the time in nanoseconds, boxes with scores (n, 5), and keypoints (n, 17, 3).

    Numbers are written so that reading gives the same 32-bit floats. A keypoint that is not finite is written as
    unseen, and a detection whose box or score is not finite is left out: JSON has no word for them.

    Args:
        path: The file; gzipped if its name ends in `.gz`.
        header: Its first line.

    Raises:
        OutputError: It cannot be written.
    """
    with written(path) as unfinished, unfinished.open("wb") as raw:
        # No time and no name within, so that the same trace is the same file.
        packed = gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) if Path(path).suffix == ".gz" else None
        with packed or nullcontext():
            file = packed or raw
            first = {"format": header.format} | header.model_dump(exclude={"format"}, exclude_defaults=True)
            file.write(json.dumps(first, ensure_ascii=False).encode() + b"\n")

            def write(t_ns: int, boxes: Floats, keypoints: Floats) -> None:
                rows = [
                    _row(box, points) for box, points in zip(boxes, keypoints, strict=True) if np.isfinite(box).all()
                ]
                file.write(json.dumps({"t_ns": t_ns, "detections": rows}).encode() + b"\n")

            yield write


def _row(box: Floats, keypoints: Floats) -> dict[str, object]:
    points = [_shortest(point) if np.isfinite(point).all() else [0.0, 0.0, 0.0] for point in keypoints]
    return {"bbox": _shortest(box[:4]), "score": _shortest(box[4:])[0], "keypoints": points}


def _shortest(values: Floats) -> list[float]:
    """The shortest decimals that give the same 32-bit floats: 0.482, where 64 bits would say 0.4819999933242798."""
    return [float(str(value)) for value in values.astype(np.float32)]


def _open(path: Path) -> BufferedIOBase:
    try:
        file = path.open("rb")
    except OSError as error:
        raise TraceError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    if not packed:
        return file
    file.close()
    return gzip.open(path)


def _explained(error: ErrorDetails, line: bytes) -> tuple[str, str, str]:
    """What pydantic found wrong, as (where, expected, got)."""
    key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"]).lstrip(".")
    context, got = error.get("ctx", {}), repr(error["input"])
    match error["type"]:
        case "json_invalid":
            text = line.decode(errors="replace").rstrip("\n")
            return key, f"a JSON object ({context['error']})", repr(text[:40] + "…" if len(text) > 40 else text)
        case "missing":
            return key, "this key", "none"
        case "extra_forbidden":
            return key, "no key of this name", "one"
        case "too_short" | "too_long":
            wanted = context.get("min_length", context.get("max_length"))
            return key, f"{wanted} of them", str(context["actual_length"])
        case "value_error":
            return key, str(context["error"]), got
        case _:
            expected = error["msg"].removeprefix("Input should be ")
            return key, expected, got[:60] + "…" if len(got) > 60 else got
