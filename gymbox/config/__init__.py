"""The settings: `gymbox.toml`, over it the environment's `GYMBOX_*`; a wrong one is named with its line or variable."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from gymbox.config.explain import explain, unknown_variables
from gymbox.config.settings import (
    BackupSettings,
    CameraSettings,
    ClipSettings,
    HubSettings,
    LogSettings,
    RetentionSettings,
    Settings,
    Source,
    VisionSettings,
)
from gymbox.errors import ConfigError

__all__ = [
    "BackupSettings",
    "CameraSettings",
    "ClipSettings",
    "HubSettings",
    "LogSettings",
    "RetentionSettings",
    "Settings",
    "Source",
    "VisionSettings",
    "find",
    "load",
]


def find() -> Path | None:
    """The file that is meant where none is named: `$GYMBOX_CONFIG`, `./gymbox.toml`, `/etc/gymbox/gymbox.toml`."""
    if given := os.environ.get("GYMBOX_CONFIG"):
        return Path(given)
    return next((path for path in (Path("gymbox.toml"), Path("/etc/gymbox/gymbox.toml")) if path.is_file()), None)


def load(path: Path | None = None) -> Settings:
    """The settings of `path`, or of the file that `find` finds, or the defaults; relative paths are the file's.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or something in it or in the environment is wrong.
    """
    path = path or find()
    text, values = _read(path) if path else ("", {})
    wrong = unknown_variables(os.environ)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise ConfigError("\n".join([*wrong, explain(error, path, text, os.environ)])) from None
    except SettingsError as error:  # a variable that should hold JSON and does not
        raise ConfigError(f"environment: {error}") from None
    if wrong:
        raise ConfigError("\n".join(wrong))
    return _anchored(settings, path.resolve().parent if path else Path.cwd())


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is no TOML: {error}") from error


def _anchored(settings: Settings, folder: Path) -> Settings:
    """`settings` with every relative path made absolute from `folder`."""

    def absolute(path: Path | None) -> Path | None:
        return path and folder / path.expanduser()

    hub, vision = settings.hub, settings.vision
    shown = {name: absolute(getattr(hub, name)) for name in ("tls_certificate", "tls_key", "web_dir")}
    paths = {name: absolute(getattr(settings, name)) for name in ("data_dir", "run_dir", "models_dir")}
    kept = settings.backup.model_copy(update={"folder": absolute(settings.backup.folder)})
    seeing = vision.model_copy(update={"looks_model": absolute(vision.looks_model)})
    return settings.model_copy(update={**paths, "hub": hub.model_copy(update=shown), "vision": seeing, "backup": kept})
