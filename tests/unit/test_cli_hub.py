from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from gymbox.cli import app
from gymbox.errors import BusError, ConfigError
from gymbox.hub.password import Password

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gymbox.toml").write_text('data_dir = "."\nrun_dir = "."\n')
    return tmp_path


def gymbox(*arguments: str, typed: str | None = None) -> str:
    done = CliRunner().invoke(app, arguments, input=typed)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(("arguments", "typed"), [(("--stdin",), "long enough\n"), ((), "long enough\nlong enough\n")])
def test_the_operator_s_password_is_set(arguments: tuple[str, ...], typed: str, folder: Path) -> None:
    told = gymbox("hub", "password", *arguments, typed=typed)
    assert "is set" in told
    assert "long enough" not in told
    assert asyncio.run(Password(folder).holds("long enough"))


def test_a_password_that_is_too_short_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="expected 10 to 200 letters, got 5"):
        gymbox("hub", "password", "--stdin", typed="short\n")
    assert not Password(folder).known


def test_the_api_is_described() -> None:
    document = json.loads(gymbox("hub", "openapi"))
    assert document["openapi"] == "3.1.0"
    assert "/ws/live/{track_id}" in document["paths"]


def test_a_code_needs_a_box_that_runs() -> None:
    with pytest.raises(BusError, match="start the box first, with gymbox run"):
        gymbox("qr")


def test_a_code_is_for_a_visit_s_id() -> None:
    with pytest.raises(BusError, match="session nonsense: expected one such as"):
        gymbox("qr", "--session", "nonsense")
