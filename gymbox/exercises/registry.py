"""Reading exercises, and looking one up."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError

from gymbox.errors import ExerciseError
from gymbox.exercises.schema import Catalogue, Exercise

if TYPE_CHECKING:
    from pathlib import Path


def get_exercise(exercise: str) -> Exercise:
    """The exercise of that id, such as `squat`.

    Raises:
        KeyError: there is none; the message lists those that exist.
    """
    known = {each.id: each for each in _own().exercises}
    if exercise not in known:
        raise KeyError(f"no exercise `{exercise}`; there are {', '.join(sorted(known))}")
    return known[exercise]


def load(path: Path | None = None) -> Catalogue:
    """The exercises of a file of one's own; without one, those that gymbox knows.

    Raises:
        ExerciseError: the file cannot be read, or a key is wrong; the message names file and key.
    """
    if path is None:
        return _own()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExerciseError(f"exercises `{path}`: {error}") from error
    return _parse(text, source=str(path))


def catalogue_json(catalogue: Catalogue | None = None) -> str:
    """The text that the core reads: of `catalogue`, or of gymbox's own exercises."""
    return (catalogue or _own()).model_dump_json(by_alias=True, exclude_none=True)


@cache
def _own() -> Catalogue:
    source = files("gymbox.exercises") / "exercises.yaml"
    return _parse(source.read_text(encoding="utf-8"), source="exercises.yaml")


def _parse(text: str, *, source: str) -> Catalogue:
    try:
        return Catalogue.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise ExerciseError(f"exercises `{source}`: no YAML: {error}") from error
    except ValidationError as error:
        faults = [f"{'.'.join(str(key) for key in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise ExerciseError(f"exercises `{source}`: {'; '.join(faults)}") from error
