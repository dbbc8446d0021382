"""Where in a TOML file a setting stands, which `tomllib` does not tell."""

from __future__ import annotations

import re
import tomllib
from typing import Final

Path = tuple[str | int, ...]

_TABLE: Final = re.compile(r"^\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_ARRAY_TABLE: Final = re.compile(r"^\s*\[\[([^\[\]]+)\]\]\s*(?:#.*)?$")


def _keys(dotted: str) -> tuple[str, ...]:
    """The parts of a dotted, perhaps quoted key, read by the TOML parser itself; none where it is not one."""
    try:
        value: object = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts = []
    while isinstance(value, dict):
        ((part, value),) = value.items()
        parts.append(part)
    return tuple(parts)


def lines(text: str) -> dict[Path, int]:
    """The line, from 1, of every table and key: `{("camera", 0, "url"): 4, …}`. `text` must be valid TOML."""
    found: dict[Path, int] = {}
    arrays: dict[tuple[str, ...], int] = {}
    table: Path = ()
    rest = ""  # of a value that goes on over several lines
    # Not `splitlines`, to which more than TOML's two are ends of lines.
    for number, line in enumerate((line.removesuffix("\r") for line in text.split("\n")), 1):
        if rest:
            rest = _unfinished(f"{rest}\n{line}")
        elif header := _ARRAY_TABLE.match(line):
            keys = _keys(header[1])
            arrays[keys] = arrays.get(keys, -1) + 1
            table = _numbered(keys, arrays)
            found[table] = number
        elif header := _TABLE.match(line):
            table = _numbered(_keys(header[1]), arrays)
            found[table] = number
        elif "=" in line and not line.lstrip().startswith("#"):
            found[(*table, *_key_of(line))] = number
            rest = _unfinished(line)
    return found


def line_of(found: dict[Path, int], path: Path) -> int | None:
    """The line of `path`, or of the nearest table or key around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
    return None


def _numbered(keys: tuple[str, ...], arrays: dict[tuple[str, ...], int]) -> Path:
    path: list[str | int] = []
    for length, key in enumerate(keys, 1):
        path.append(key)
        if keys[:length] in arrays:
            path.append(arrays[keys[:length]])
    return tuple(path)


def _key_of(line: str) -> tuple[str, ...]:
    """The key at the start of `line`: up to the first `=` that leaves a whole key (a quoted one may hold `=`)."""
    for end, character in enumerate(line):
        if character == "=" and (keys := _keys(line[:end])):
            return keys
    return ()


def _unfinished(statement: str) -> str:
    """`statement` where its value goes on in the next line, else nothing."""
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return statement
    return ""
