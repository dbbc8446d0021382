"""The models at hand: what the manifest and the user's additions name, and what of it lies on the disk, unaltered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gymbox.errors import ModelError
from gymbox.models.manifest import AddedFile, added_from, manifest
from gymbox.models.weights import file_of, verified_sha256, weights_dir

if TYPE_CHECKING:
    from gymbox.models.manifest import Head, Row, Thresholds

ADDED = "added.toml"


@dataclass(frozen=True, slots=True)
class Model:
    """A pose model that is there, checked, and can be loaded."""

    name: str
    path: Path
    head: Head
    licence: str
    sha256: str
    thresholds: Thresholds
    long_side: int
    """In pixels: the longer side of the picture that the model sees, unless told otherwise."""
    input_size: tuple[int, int] | None
    """(height, width) in pixels; None where the model takes any multiples of 32."""


def model_of(name: str, path: Path, row: Row) -> Model:
    """The model that a row describes, in the file at `path`."""
    channels_last = row.input.shape[-1] == 3
    height, width = row.input.shape[1:3] if channels_last else row.input.shape[2:4]
    size = (height, width) if isinstance(height, int) and isinstance(width, int) else None
    return Model(name, path, row.head, row.licence, row.sha256, row.thresholds, row.long_side, size)


def known() -> dict[str, Row]:
    """Every model by name: those of the manifest, then those that the user added.

    Raises:
        ModelError: the user's `added.toml` cannot be read.
    """
    return manifest().models | added_from(weights_dir() / ADDED).models


def described(name: str | None = None) -> Row:
    """What is known of a model by that name, whether or not its file is there; None means the default.

    Raises:
        ModelError: no such model.
    """
    name = name or manifest().default
    rows = known()
    if name not in rows:
        raise ModelError(f"model `{name}`: expected {', '.join(rows)}, found no such name")
    return rows[name]


def fault(name: str, row: Row) -> str | None:
    """What is wrong with the file of a model, as a sentence; None if nothing is."""
    path = file_of(row.file)
    remedy = "add it again" if isinstance(row.source, AddedFile) else f"run `gymbox models build {name}`"
    if not path.is_file():
        return f"model `{name}`: expected {path}, found no such file: {remedy}"
    if (came := verified_sha256(path)) != row.sha256:
        return f"model `{name}`: expected {path} to have sha256 {row.sha256}, got {came} (cut off or altered): {remedy}"
    return None


def find(name_or_path: str | Path | None = None) -> Model:
    """A model, by its name or by the path of an ONNX file.

    Args:
        name_or_path: a name that `gymbox models list` shows, or the path of a file; None means the default.

    Raises:
        ModelError: no such model; or its file is missing, cut off, altered, or has none of the known heads.
    """
    name = manifest().default if name_or_path is None else str(name_or_path)
    rows = known()
    if row := rows.get(name):
        if wrong := fault(name, row):
            raise ModelError(wrong)
        return model_of(name, file_of(row.file), row)
    path = Path(name)
    if not path.is_file():
        raise ModelError(f"model `{name}`: expected {', '.join(rows)}, or the path of an ONNX file, found neither")
    from gymbox.models.onnx_file import row_from_onnx  # noqa: PLC0415 - onnx takes 0.2 s to import, and is seldom needed

    return model_of(path.stem, path, row_from_onnx(path))
