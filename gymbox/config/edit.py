"""Cameras put into `gymbox.toml`, changed, and taken out, and single settings; all other lines stay as they are."""

from __future__ import annotations

import fcntl
import json
import os
import re
import tomllib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from gymbox.config import load
from gymbox.config.explain import explain
from gymbox.config.settings import CameraSettings, Settings
from gymbox.config.toml_lines import line_of, lines
from gymbox.errors import ConfigError
from gymbox.output import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_HEADER: Final = re.compile(r"\s*\[")
_COMMENT: Final = re.compile(r"\s*#")


def add_camera(path: Path, values: Mapping[str, object]) -> CameraSettings:
    """Write a `[[camera]]` of `values` at the end of the file, which is made where there is none.

    Raises:
        ConfigError: a value that no camera has, an id that is there already, or a file that is wrong already.
    """
    try:
        camera = CameraSettings.model_validate(values)
    except ValidationError as error:
        raise ConfigError(explain(error, None, "", {})) from None
    with _locked(path):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        known = load(path).camera if text else ()
        if camera.id in {other.id for other in known}:
            place = [other.id for other in known].index(camera.id)
            line = line_of(lines(text), ("camera", place))
            raise ConfigError(f"{path}:{line}: camera {camera.id!r} is there already; choose another id, or remove it")
        table = "\n".join(["[[camera]]", *(f"{key} = {_toml(value)}" for key, value in values.items())])
        _replace(path, f"{text.rstrip()}\n\n{table}\n".lstrip(), cameras=len(known) + 1)
    return camera


def change_camera(path: Path, camera_id: str, values: Mapping[str, object]) -> CameraSettings:
    """Give the camera's table these values in the place of those that it has, and return the camera as it is then.

    Raises:
        ConfigError: there is no such camera, a value that no camera has, or the file is wrong.
    """
    with _locked(path):
        known = load(path).camera
        text = path.read_text(encoding="utf-8")
        _, end = _span(path, text, camera_id)
        place = [camera.id for camera in known].index(camera_id)
        try:
            camera = CameraSettings.model_validate(tomllib.loads(text)["camera"][place] | dict(values))
        except ValidationError as error:
            raise ConfigError(explain(error, None, "", {})) from None
        rows, found = text.split("\n"), lines(text)
        for key, value in values.items():
            row = f"{key} = {_toml(value)}"
            if line := found.get(("camera", place, key)):
                rows[line - 1 : _end_of_value(rows, line - 1)] = [row]
            else:
                rows.insert(end, row)
            found, end = lines("\n".join(rows)), _span(path, "\n".join(rows), camera_id)[1]
        _replace(path, "\n".join(rows), cameras=len(known))
    return camera


def remove_camera(path: Path, camera_id: str) -> None:
    """Take the camera's `[[camera]]` out of the file, with the comment right above it.

    Raises:
        ConfigError: there is no such camera, or the file is wrong.
    """
    with _locked(path):
        known = load(path).camera
        text = path.read_text(encoding="utf-8")
        start, end = _span(path, text, camera_id)
        kept = text.split("\n")
        kept[start:end] = []
        _replace(path, "\n".join(kept).strip() + "\n", cameras=len(known) - 1)


def change_table(path: Path, table: str, values: Mapping[str, object]) -> None:
    """Give `[table]` these values in the place of those that it has; file and table are made where there is none.

    Raises:
        ConfigError: a value that it does not take, or the file is wrong.
    """
    with _locked(path):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        cameras = len(load(path).camera) if text else 0
        try:
            Settings(**tomllib.loads(text) | {table: tomllib.loads(text).get(table, {}) | dict(values)})
        except ValidationError as error:
            raise ConfigError(explain(error, None, "", {})) from None
        for key, value in values.items():
            text = _with_value(text, table, key, value)
        if not _says(text, table, values):
            raise ConfigError(f"{path}: [{table}] is not written as a table of its own: change it by hand")
        _replace(path, text, cameras=cameras)


def _with_value(text: str, table: str, key: str, value: object) -> str:
    """The text with the value in the place of the one before, or at the head of its table, or with the table."""
    row, rows, found = f"{key} = {_toml(value)}", text.rstrip().split("\n"), lines(text)
    if line := found.get((table, key)):
        rows[line - 1 : _end_of_value(rows, line - 1)] = [row]
    elif line := found.get((table,)):
        rows.insert(line, row)
    else:
        rows += ["", f"[{table}]", row]
    return "\n".join(rows).lstrip() + "\n"


def _says(text: str, table: str, values: Mapping[str, object]) -> bool:
    try:
        found = tomllib.loads(text).get(table, {})
    except tomllib.TOMLDecodeError:
        return False
    return all(found.get(key) == value for key, value in values.items())


def _span(path: Path, text: str, camera_id: str) -> tuple[int, int]:
    spans = _spans(text)
    if camera_id not in spans:
        raise ConfigError(f"{path}: no camera {camera_id!r}; there is {', '.join(spans) or 'none'}")
    return spans[camera_id]


def _end_of_value(rows: list[str], start: int) -> int:
    """Before which line the value ends whose key is in line `start`: the first at which it is TOML."""
    for end in range(start + 1, len(rows) + 1):
        try:
            tomllib.loads("\n".join(rows[start:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    raise AssertionError("the whole file is TOML")


def _spans(text: str) -> dict[str, tuple[int, int]]:
    """From which line (from 0) to before which each camera's table stands, with the comment right above it."""
    values, found, rows = tomllib.loads(text), lines(text), text.split("\n")
    headers = {line - 1 for line in found.values() if _HEADER.match(rows[line - 1])}
    spans = {}
    for place, camera in enumerate(values.get("camera", ())):
        if ("camera", place) not in found:
            raise ConfigError("cameras that are not written as [[camera]] tables can only be changed by hand")
        start = found["camera", place] - 1
        end = min((line for line in headers if line > start), default=len(rows))
        while not rows[end - 1].strip() or _COMMENT.match(
            rows[end - 1]
        ):  # what follows belongs to the next, or to none
            end -= 1
        while start and _COMMENT.match(rows[start - 1]):
            start -= 1
        spans[camera["id"]] = (start, end)
    return spans


def _toml(value: object) -> str:
    # A JSON string or number is one in TOML too, but for the one control character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(path: Path, text: str, *, cameras: int) -> None:
    """Write the file whole or not at all, once it is sure to say what is meant; its owner alone may read passwords."""
    try:
        values: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        values = {}
    if len(values.get("camera", ())) != cameras:
        raise ConfigError(f"{path}: cameras that are not written as [[camera]] tables can only be changed by hand")
    real = path.resolve()
    before = real.stat() if real.exists() else None
    with written(real) as unfinished:
        unfinished.chmod(0o600)
        unfinished.write_text(text, encoding="utf-8")
        if before:
            if before.st_uid != os.geteuid():
                os.chown(unfinished, before.st_uid, before.st_gid)
            secret = any("@" in str(camera.get("url", "")) for camera in values.get("camera", ()))
            unfinished.chmod(before.st_mode & (0o600 if secret else 0o777))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One change at a time."""
    folder = os.open(path.resolve().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
