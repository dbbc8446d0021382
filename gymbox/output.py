"""Files that are there whole or not at all."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gymbox.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike


@contextmanager
def written(path: str | PathLike[str]) -> Iterator[Path]:
    """A path beside `path` to write to: takes its name when the block ends well, and is gone when it does not.

    Raises:
        OutputError: The folder is not there, or does not let us write.
    """
    path = Path(path)
    # The suffix stays last: FFmpeg chooses the container by it.
    unfinished = path.with_name(f".{path.stem}.unfinished{path.suffix}")
    try:
        if path.is_dir():
            raise IsADirectoryError(None, "is a folder")
        unfinished.touch()
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
