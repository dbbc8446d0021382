"""A user's own model: looked at, copied beside the others, and written into `added.toml`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pydantic import BaseModel

from gymbox.errors import ModelError
from gymbox.models.manifest import added_from, manifest
from gymbox.models.registry import ADDED, Model, fault, find
from gymbox.models.weights import changing, weights_dir, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from gymbox.models.manifest import Row

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_HEADING = "# Models that were added with `gymbox models add`. The thresholds are yours to tune.\n"


def add(file: Path, name: str | None = None, *, agree: Callable[[Row], bool]) -> Model | None:
    """The model in `file`, from now on known by its name; None if its licence was not agreed to.

    The file is copied: the original may go. The same file under the same name again changes nothing.

    Args:
        file: an ONNX file of a pose model with one of the known heads.
        name: for it; made from the file's name if left out.
        agree: is shown what was found, its licence among it, and says whether to go on.

    Raises:
        ModelError: no such file, or none of the known heads, or the name is taken or has other letters than a-z, 0-9,
            `.`, `_` and `-`.
    """
    if not file.is_file():
        raise ModelError(f"{file}: expected an ONNX file, found no such file")
    name = name or re.sub(r"[^a-z0-9._-]+", "-", file.stem.lower()).strip("-._")
    if not _NAME.fullmatch(name):
        raise ModelError(f"model name `{name}`: expected a-z, 0-9, `.`, `_`, `-`, beginning with a letter or digit")
    from gymbox.models.onnx_file import row_from_onnx  # noqa: PLC0415 - onnx takes 0.2 s to import

    row = row_from_onnx(file, file=f"{name}.onnx")
    if _is_there(name, row):
        return find(name)
    if not agree(row):
        return None
    with changing() as folder:
        if not _is_there(name, row):  # somebody may have been faster while we asked
            write_whole(folder / row.file, file.read_bytes())
            rows = added_from(folder / ADDED).models | {name: row}
            write_whole(folder / ADDED, _toml(rows).encode())
    return find(name)


def _is_there(name: str, row: Row) -> bool:
    """Whether this very model has that name already.

    Raises:
        ModelError: another model has it.
    """
    other = manifest().models.get(name) or added_from(weights_dir() / ADDED).models.get(name)
    if other is not None and other.sha256 != row.sha256:
        raise ModelError(f"model name `{name}`: expected a new one, it is taken by another model: choose with --name")
    return other is not None and fault(name, other) is None


def _toml(rows: Mapping[str, Row]) -> str:
    """Rows as `added.toml` has them."""
    return _HEADING + "".join(_table(f'models."{name}"', row) for name, row in rows.items())


def _table(title: str, values: BaseModel) -> str:
    """Values as a TOML table, and the tables within; JSON writes strings, numbers and lists as TOML does."""
    plain, tables = [], []
    for key in type(values).model_fields:
        value = getattr(values, key)
        if isinstance(value, BaseModel):
            tables.append(_table(f"{title}.{key}", value))
        else:
            plain.append(f"{key} = {json.dumps(value, ensure_ascii=False)}\n")
    return f"\n[{title}]\n" + "".join(plain) + "".join(tables)
