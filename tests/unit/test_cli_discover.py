from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from gymbox.cli import app
from gymbox.onvif import discovery
from gymbox.onvif.discovery import Found
from tests.onvif_camera import HOME, PASSWORD, USER, OnvifCamera

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "gymbox.toml").write_text(f'[[camera]]\nid = "rack-1"\nurl = "rtsp://ann:sesame@{HOME}/a"\n')


@contextmanager
def at_home(camera: OnvifCamera) -> Iterator[str]:
    """The camera answers from a thread of its own, since the command has this one; gives its service's URL."""
    service, over = asyncio.Future[str](loop=(loop := asyncio.new_event_loop())), asyncio.Event()
    there = threading.Event()

    async def answer() -> None:
        async with camera.at_home() as url:
            service.set_result(url)
            there.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(answer()))
    thread.start()
    try:
        assert there.wait(60)
        yield service.result()
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def discover(*arguments: str, typed: str | None = None) -> str:
    done = CliRunner().invoke(app, ["camera", "discover", *arguments], input=typed, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def answering(monkeypatch: pytest.MonkeyPatch, *found: Found) -> None:
    async def look(_seconds: float) -> tuple[Found, ...]:
        return found

    monkeypatch.setattr(discovery, "discover", look)


def test_nobody_there_says_what_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch)
    assert "is ONVIF switched on" in discover()
    assert discover("--json") == ""


def test_cameras_stand_in_a_table_with_what_the_settings_call_them(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Found(HOME, "http://x", "Entrance", "X-200", ""), Found("10.0.0.9", "http://y", "", "", ""))
    heading, first, second, *rest = discover().splitlines()
    assert heading.split() == ["address", "name", "model", "camera"]
    assert first.split() == [HOME, "Entrance", "X-200", "rack-1"]
    assert second.split() == ["10.0.0.9"]
    assert "--user NAME" in rest[-1]


def test_with_a_login_streams_are_told_and_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with at_home(OnvifCamera()) as service:
        answering(monkeypatch, Found(HOME, service, "Entrance", "X-200", ""))
        told = discover("--user", USER, "--stdin", typed=f"{PASSWORD}\n")
        lines = [
            json.loads(line) for line in discover("--user", USER, "--json", typed=f"{PASSWORD}\n").splitlines()[1:]
        ]
        wrong = discover("--user", USER, "--stdin", typed="wrong\n")
    assert f"H264 1280×720 15/s rtsp://{HOME}:554/sub?channel=1" in " ".join(told.split())
    assert [line["stream"] for line in lines] == [f"rtsp://{HOME}:554/{name}?channel=1" for name in ("sub", "main")]
    assert "it refuses the password of 'admin'" in " ".join(wrong.split())
    assert PASSWORD not in told + wrong
