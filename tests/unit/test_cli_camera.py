"""`gymbox camera`, and what it does to gymbox.toml."""

from __future__ import annotations

import io
import json
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from gymbox.cli import app
from gymbox.config import load
from gymbox.config.edit import add_camera, change_camera, remove_camera
from gymbox.errors import ConfigError, GymboxError, VideoError
from tests.strategies import camera_ids

SAMPLE = Path("tests/data/sample.mp4").resolve()
WRITTEN = """\
# The box in the cellar.
run_dir = "run"  # on a RAM disk

# By the window;
# it hangs upside down.
[[camera]]
id = "old"
url = "/dev/video0"
privacy_zones = [
  [[0, 0], [1, 0], [0, 1]],  # the neighbour's
]

# All of the network.
[hub]
port = 80
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gymbox.toml"
    path.write_text(WRITTEN)
    return path


def gymbox(*arguments: object, typed: str = "") -> str:
    """What the command prints; a refusal is raised, as `main` catches it."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_a_camera_is_added_listed_and_removed(file: Path) -> None:
    url = "rtsp://ann:se'sa\"me@10.0.0.9/main"
    said = gymbox("camera", "add", "--id", "cam-01", "--rtsp-url", url, "--zone", "weights", "--fps", 8, "-c", file)
    assert "cam-01" in said
    camera = load(file).camera[1]
    assert (camera.id, camera.url.get_secret_value(), camera.zone, camera.fps) == ("cam-01", url, "weights", 8)
    assert file.read_text().startswith(WRITTEN)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, "it holds a password now"
    listed = gymbox("camera", "list", "-c", file)
    assert "rtsp://***@10.0.0.9/main" in listed
    rows = [json.loads(line) for line in gymbox("camera", "list", "--json", "-c", file).splitlines()]
    assert [row["id"] for row in rows] == ["old", "cam-01"]
    assert "me@" not in listed + json.dumps(rows)
    gymbox("camera", "remove", "cam-01", "-c", file)
    assert file.read_text() == WRITTEN
    gymbox("camera", "remove", "old", "-c", file)
    assert file.read_text() == (
        '# The box in the cellar.\nrun_dir = "run"  # on a RAM disk\n\n\n# All of the network.\n[hub]\nport = 80\n'
    )


def test_a_password_need_not_stand_on_the_command_line(file: Path) -> None:
    gymbox("camera", "add", "--id", "quiet", "--url", "-", "-c", file, typed="rtsp://ann:sesame@10.0.0.9/\n")
    assert load(file).camera[1].url.get_secret_value() == "rtsp://ann:sesame@10.0.0.9/"


def test_a_file_is_found_from_any_folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    gymbox("camera", "add", "--id", "film", "--url", "film.mp4")
    assert load(file).camera[1].url.get_secret_value() == str(file.parent / "film.mp4")


def test_the_same_id_twice_is_refused_and_nothing_written(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"gymbox\.toml:6: camera 'old' is there already"):
        gymbox("camera", "add", "--id", "old", "--url", "/dev/video1", "-c", file)
    assert file.read_text() == WRITTEN


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"id": "Bad Id", "url": "/dev/video0"}, "lower-case letters"),
        ({"id": "good", "url": "gopher://ann:sesame@host/"}, "expected rtsp"),
        ({"id": "good", "url": "/dev/video0", "rotate": 45}, "rotate"),
    ],
)
def test_what_is_no_camera_is_refused(values: dict[str, object], said: str, file: Path) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        add_camera(file, values)
    assert "sesame" not in str(refused.value)
    assert file.read_text() == WRITTEN


def test_cameras_in_one_line_are_left_to_their_owner(tmp_path: Path) -> None:
    path = tmp_path / "gymbox.toml"
    path.write_text('camera = [{ id = "one", url = "/dev/video0" }]\n')
    for change in (lambda: remove_camera(path, "one"), lambda: add_camera(path, {"id": "two", "url": "/dev/video1"})):
        with pytest.raises(GymboxError, match="by hand"):
            change()
    path.write_text(WRITTEN)
    with pytest.raises(ConfigError, match="no camera 'nobody'; there is old"):
        remove_camera(path, "nobody")


@settings(max_examples=25)
@given(
    cameras=st.lists(
        st.fixed_dictionaries({"id": camera_ids, "url": st.just("/dev/video0"), "description": st.text(max_size=40)}),
        max_size=4,
        unique_by=lambda camera: camera["id"],
    ),
    data=st.data(),
)
def test_adding_and_removing_in_any_order(cameras: list[dict[str, str]], data: st.DataObject) -> None:
    from tempfile import TemporaryDirectory  # noqa: PLC0415 -- hypothesis has no use for a fixture's one folder

    with TemporaryDirectory() as folder:
        path = Path(folder) / "gymbox.toml"
        for camera in cameras:
            add_camera(path, camera)
        assert [dict(camera) for camera in tomllib.loads(path.read_text())["camera"]] == cameras if cameras else True
        for camera in data.draw(st.permutations(cameras)):
            remove_camera(path, camera["id"])
        assert not path.exists() or not path.read_text().strip()


def test_a_camera_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "gymbox.toml"
    add_camera(path, {"id": "side", "url": str(SAMPLE), "rotate": 90})
    path.write_text(path.read_text() + "privacy_zones = [[[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]]]\n")
    said = gymbox("camera", "test", "side", "--seconds", 3)
    assert "h264" in said
    assert "1280×720" in said
    assert "15 pictures a second" in said
    with Image.open(io.BytesIO(Path("side.jpg").read_bytes())) as shown:
        assert shown.size == (720, 1280)
        shades = shown.convert("L")
        assert shades.crop((0, 0, 350, 630)).getextrema()[1] < 12, "the privacy zone is black"  # type: ignore[operator]
        assert shades.crop((370, 650, 720, 1280)).getextrema()[1] > 60  # type: ignore[operator]


def test_what_cannot_be_tried_says_why_without_the_password() -> None:
    with pytest.raises(VideoError, match=r"rtsp://\*\*\*@127\.0\.0\.1:9/: unreachable: Connection refused"):
        gymbox("camera", "test", "rtsp://ann:sesame@127.0.0.1:9/")


def test_a_camera_is_changed_where_it_stands_and_nothing_else_is(file: Path) -> None:
    zones = [[[0.0, 0.0], [0.5, 0.0], [0.5, 1.0]]]
    camera = change_camera(file, "old", {"privacy_zones": zones, "zone": 'rack "one"', "enabled": False})
    assert load(file).camera == (camera,)
    assert (camera.zone, camera.enabled, camera.privacy_zones) == (
        'rack "one"',
        False,
        (((0.0, 0.0), (0.5, 0.0), (0.5, 1.0)),),
    )
    rest = [line for line in WRITTEN.split("\n") if line not in WRITTEN.split("\n")[8:11]]
    assert [line for line in file.read_text().split("\n") if line in rest] == rest
    change_camera(file, "old", {"privacy_zones": []})
    assert load(file).camera[0].privacy_zones == ()


def test_what_no_camera_has_changes_nothing(file: Path) -> None:
    for camera, values, words in (
        ("new", {"zone": "x"}, "no camera 'new'; there is old"),
        ("old", {"privacy_zones": [[[0, 0], [2, 0], [0, 1]]]}, "less than or equal to 1"),
        ("old", {"height": 3}, "height"),
    ):
        with pytest.raises(ConfigError, match=words):
            change_camera(file, camera, values)
    assert file.read_text() == WRITTEN
