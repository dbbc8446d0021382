from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from gymbox.config import Settings, load
from gymbox.config.explain import unknown_variables
from gymbox.config.toml_lines import line_of, lines
from gymbox.errors import ConfigError

GOOD = """\
data_dir = "data"  # beside this file

[hub]
port = 80
name = "gymbox-2"

[[camera]]
id = "rack-1"
url = "rtsp://admin:s3cr/et@10.0.0.2/stream"
privacy_zones = [
  [[0.0, 0.0], [0.2, 0.0], [0.0, 0.2]],
]

[[camera]]
id = "door"
url = "/dev/video0"
fps = 8
"""


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GYMBOX_CONFIG", "GYMBOX_MODELS_DIR", "STATE_DIRECTORY", "RUNTIME_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gymbox.toml"
    path.write_text(GOOD)
    return path


def test_the_file_is_read_and_its_relative_paths_are_its_own(file: Path) -> None:
    settings = load(file)
    assert settings.data_dir == file.parent / "data"
    assert settings.hub.port == 80
    assert [camera.id for camera in settings.camera] == ["rack-1", "door"]
    assert settings.camera[0].url.get_secret_value() == "rtsp://admin:s3cr/et@10.0.0.2/stream"
    assert settings.camera[0].privacy_zones == (((0.0, 0.0), (0.2, 0.0), (0.0, 0.2)),)


def test_the_environment_is_over_the_file_and_leaves_the_rest(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYMBOX_HUB__PORT", "9000")
    monkeypatch.setenv("GYMBOX_CONFIG", str(file))
    settings = load()
    assert (settings.hub.port, settings.hub.name) == (9000, "gymbox-2")


def test_no_password_is_shown(file: Path) -> None:
    settings = load(file)
    for shown in (
        repr(settings),
        str(settings.camera),
        settings.model_dump_json(),
        str(settings.model_dump(mode="json")),
    ):
        assert "s3cr" not in shown
        assert "admin" not in shown
        assert "rtsp://***@10.0.0.2/stream" in shown


@pytest.mark.parametrize(
    ("was", "instead", "said"),
    [
        ("port = 80", "prt = 80", "4: hub.prt: no such setting; did you mean port?"),
        ("port = 80", "port = 80_000", "4: hub.port: expected less than or equal to 65535, got 80000"),
        ("[hub]", "[hob]", "3: hob: no such setting; did you mean hub?"),
        ("fps = 8", "fps = nan", "17: camera[2].fps: "),
        (
            '"door"',
            '"Door 1"',
            "15: camera[2].id: expected lower-case letters, digits and hyphens inside, at most 32, ",
        ),
        ('"door"', '"rack-1"', ": camera id 'rack-1' is used more than once"),
        (
            'url = "/dev/video0"',
            'url = "ftp://x:topsecret@y"',
            "16: camera[2].url: expected rtsp(s)://…, http(s)://…, a ",
        ),
        ("[[0.0, 0.0], [0.2, 0.0], [0.0, 0.2]],", "[[0, 0], [1, 1]],", "10: camera[1].privacy_zones[1]: "),
        ('id = "door"', "", "14: camera[2].id: field required"),
        ('id = "door"', 'id = "door', ": is no TOML: "),
    ],
)
def test_what_is_wrong_is_named_with_its_line(file: Path, was: str, instead: str, said: str) -> None:
    assert GOOD.count(was) == 1
    file.write_text(GOOD.replace(was, instead))
    with pytest.raises(ConfigError) as refused:
        load(file)
    start = f"{file}{said}" if said.startswith(":") else f"{file}:{said}"
    assert str(refused.value).startswith(start), str(refused.value)
    assert "topsecret" not in str(refused.value)
    assert "s3cr" not in str(refused.value)


def test_all_that_is_wrong_is_said_at_once(file: Path) -> None:
    file.write_text(GOOD.replace("port = 80", "port = 0.5").replace("fps = 8", "fps = 0"))
    with pytest.raises(ConfigError) as refused:
        load(file)
    assert re.findall(r":(\d+): ", str(refused.value)) == ["17", "4"]


def test_a_wrong_variable_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYMBOX_HUB__PORT", "many")
    with pytest.raises(ConfigError, match=r"^GYMBOX_HUB__PORT: hub\.port: expected a valid integer"):
        load(file)


def test_a_variable_that_sets_nothing_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYMBOX_HUB__PROT", "80")
    with pytest.raises(ConfigError, match=r"GYMBOX_HUB__PROT sets nothing; did you mean GYMBOX_HUB__PORT\?"):
        load(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gymbox\.toml: cannot be read: .*No such file"):
        load(tmp_path / "gymbox.toml")


def test_without_a_file_there_are_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/gymbox")
    settings = load()
    assert (settings.hub.port, settings.camera, str(settings.data_dir)) == (8080, (), "/var/lib/gymbox")


def test_lines_follow_tables_dotted_keys_and_long_values() -> None:
    text = 'a.b = 1\n[t."x.y"]\n# c = 2\nd = """\nz = 3\n"""\n[[u]]\n[[u]]\ne = [\n 1,\n]\n[u.v]\n"f=g" = 4\n'
    tomllib.loads(text)
    found = lines(text)
    assert found == {
        ("a", "b"): 1,
        ("t", "x.y"): 2,
        ("t", "x.y", "d"): 4,
        ("u", 0): 7,
        ("u", 1): 8,
        ("u", 1, "e"): 9,
        ("u", 1, "v"): 12,
        ("u", 1, "v", "f=g"): 13,
    }
    assert line_of(found, ("u", 1, "e", 0)) == 9
    assert line_of(found, ("nowhere",)) is None


def gymbox(*arguments: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-c", "from gymbox.cli import main; main()", *arguments]
    return subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_line_checks_shows_and_describes(file: Path) -> None:
    file.chmod(0o644)
    checked = gymbox("config", "check", "--config", str(file))
    assert checked.returncode == 0
    assert "good, 2 cameras" in checked.stdout
    assert "chmod 600" in checked.stdout
    shown = json.loads(gymbox("config", "show", "--config", str(file)).stdout)
    assert shown["camera"][0]["url"] == "rtsp://***@10.0.0.2/stream"
    schema = json.loads(gymbox("config", "schema").stdout)
    assert set(schema["properties"]) == set(Settings.model_fields)
    assert schema["additionalProperties"] is False
    file.write_text("hub = 1")
    refused = gymbox("config", "check", "--config", str(file))
    assert refused.returncode == 2
    assert f"{file}:1: hub: " in refused.stderr


def test_only_toml_s_own_ends_of_lines_count() -> None:
    assert lines('a = "\x85\u2028"\r\nb = 1\r\n') == {("a",): 1, ("b",): 2}


def test_each_variable_of_the_example_sets_something() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    named = re.findall(r"^#(GYMBOX_\w+)=", example, re.MULTILINE)
    assert {"GYMBOX_RUNTIME", "GYMBOX_CONFIG", "GYMBOX_DATA_DIR"} <= set(named)
    assert unknown_variables(named) == []
