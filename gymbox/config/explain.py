"""What is wrong with the settings, by file and line or by variable, and what was probably meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel

from gymbox.config import toml_lines
from gymbox.config.settings import PREFIX, Settings
from gymbox.identity import CAMERA_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_READ_ELSEWHERE: Final = frozenset({"GYMBOX_CONFIG", "GYMBOX_RUNTIME"})
"""Which file is meant, and which ONNX Runtime the set-up installs."""


def explain(error: ValidationError, path: Path | None, text: str, environment: Mapping[str, str]) -> str:
    """Every complaint on a line of its own: `gymbox.toml:7: hub.port: expected …, got …`."""
    found = toml_lines.lines(text)
    return "\n".join(
        f"{_place(complaint['loc'], path, found, environment)}: {_dotted(complaint['loc'])}{_what(complaint)}"
        for complaint in error.errors(include_url=False)
    )


def unknown_variables(environment: Iterable[str]) -> list[str]:
    """A line for each `GYMBOX_…` that sets nothing."""
    known = {*_READ_ELSEWHERE, *_variables(Settings, PREFIX)}
    return [
        f"environment: {name} sets nothing{_meant(name, known)}"
        for name in sorted(environment)
        if name.startswith(PREFIX) and name.upper() not in known
    ]


def _variables(model: type[BaseModel], prefix: str) -> set[str]:
    names = set()
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name}".upper()
        names.add(variable)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names |= _variables(field.annotation, f"{variable}__")
    return names


def _place(
    loc: tuple[str | int, ...], path: Path | None, found: dict[toml_lines.Path, int], environment: Mapping[str, str]
) -> str:
    for length in range(len(loc), 0, -1):
        variable = PREFIX + "__".join(map(str, loc[:length])).upper()
        if variable in environment:
            return variable
    line = toml_lines.line_of(found, loc)
    return f"{path}:{line}" if line else str(path or "settings")


def _dotted(loc: tuple[str | int, ...]) -> str:
    """`camera[2].url: `, the tables counted from 1 as people do."""
    words = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc)
    return words[1:] + ": " if words else ""


def _what(complaint: ErrorDetails) -> str:
    loc, came = complaint["loc"], complaint["input"]
    if complaint["type"] == "extra_forbidden":
        return f"no such setting{_meant(str(loc[-1]), _siblings(loc))}"
    if complaint["type"] == "string_pattern_mismatch" and loc[-1] in {"id", "name"}:
        return f"expected {CAMERA_ID}, got {came!r}"
    said = complaint["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    said = said if said != complaint["msg"] else said[:1].lower() + said[1:]
    # A text may hold a password, unless the setting takes one of a few words.
    shown = isinstance(came, bool | int | float) or complaint["type"] == "literal_error"
    return (f"expected {said}" if "Input should be" in complaint["msg"] else said) + (
        f", got {came!r}" if shown else ""
    )


def _siblings(loc: tuple[str | int, ...]) -> set[str]:
    """The settings of the table that `loc` lies in."""
    model: Any = Settings
    for part in loc[:-1]:
        model = model.model_fields[part].annotation if isinstance(part, str) else model
        model = next((inner for inner in get_args(model) if inner is not Ellipsis), model)
    return set(model.model_fields)


def _meant(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
