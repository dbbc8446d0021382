"""Finding a model: by name or path, with a check that the file is whole, and quickly the second time."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import gymbox
from gymbox import models
from gymbox.errors import ModelError
from gymbox.models import weights
from gymbox.models.manifest import Head, Manifest, Thresholds, manifest
from tests.onnx_models import flip_byte, pose_model


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of weights."""
    monkeypatch.setenv("GYMBOX_MODELS_DIR", str(tmp_path / "weights"))
    return tmp_path / "weights"


@pytest.fixture
def added(folder: Path, tmp_path: Path) -> models.Model:
    """A model of the user's own, `mine`."""
    model = models.add(pose_model(tmp_path / "mine.onnx"), agree=lambda _: True)
    assert model is not None
    assert model.path == folder / "mine.onnx"
    return model


def test_finds_the_default_with_what_its_row_says() -> None:
    model = models.build()
    row = manifest().models[manifest().default]
    assert models.find() == models.find("movenet-multipose") == model
    assert (model.head, model.sha256, model.licence) == (Head.MOVENET, row.sha256, "Apache-2.0")
    assert (model.thresholds, model.long_side, model.input_size) == (row.thresholds, 256, None)


def test_finds_by_path_without_adding(folder: Path, tmp_path: Path) -> None:
    path = pose_model(tmp_path / "other.onnx", metadata={"license": "MIT"})
    model = models.find(path)
    assert (model.name, model.path, model.head, model.licence) == ("other", path, Head.YOLO_RAW, "MIT")
    assert (model.long_side, model.input_size) == (96, (64, 96))
    assert model.thresholds.new_track == 0.6
    assert not folder.exists()


@pytest.mark.usefixtures("folder")
def test_a_model_that_is_not_there_says_how_to_get_it() -> None:
    with pytest.raises(ModelError, match="no such file: run `gymbox models build movenet-multipose`"):
        models.find()


@pytest.mark.usefixtures("added")
def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(ModelError, match="`nope`: expected movenet-multipose, mine, or the path of an ONNX file"):
        models.find("nope")


def test_a_file_cut_off_is_refused(added: models.Model) -> None:
    added.path.write_bytes(added.path.read_bytes()[:-20])
    with pytest.raises(ModelError, match=rf"expected .*mine\.onnx to have sha256 {added.sha256}, got .*: add it again"):
        models.find("mine")


def test_a_file_altered_at_the_same_length_is_refused(added: models.Model) -> None:
    assert models.find("mine") == added
    flip_byte(added.path)
    with pytest.raises(ModelError, match="cut off or altered"):
        models.find("mine")


def test_a_file_gone_is_refused(added: models.Model) -> None:
    added.path.unlink()
    with pytest.raises(ModelError, match="no such file: add it again"):
        models.find("mine")


def test_a_file_is_read_once_until_it_changes(added: models.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    digest = weights.sha256_of

    def counted(path: Path) -> str:
        read.append(path)
        return digest(path)

    monkeypatch.setattr(weights, "sha256_of", counted)
    assert models.find("mine") == models.find("mine") == added
    assert read == []
    os.utime(added.path, ns=(1, 1))
    assert models.find("mine") == models.find("mine") == added
    assert read == [added.path]


@pytest.mark.parametrize("record", ["", "[]", "{", '{"mine.onnx": 3}', '{"mine.onnx": []}', '{"mine.onnx": null}'])
def test_a_damaged_record_of_checks_costs_time_only(added: models.Model, record: str) -> None:
    (added.path.parent / ".verified.json").write_text(record)
    assert models.find("mine") == added
    flip_byte(added.path)
    (added.path.parent / ".verified.json").write_text(record)
    with pytest.raises(ModelError, match="altered"):
        models.find("mine")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("detection_high = 0.5", "detection_high = 1.5", r"models\.mine\.thresholds\.detection_high: .*, got 1\.5"),
        ("detection_high = 0.5", "detection_high = 0.7", "expected detection_low ≤ detection_high ≤ new_track"),
        ("detection_high", "detection_hihg", r"thresholds\.detection_h"),
        ('head = "yolo-raw"', 'head = "yolo"', r"models\.mine\.head: .*'movenet'"),
        ('file = "mine.onnx"', 'file = "../mine.onnx"', r"models\.mine\.file"),
        ("[models", "[models.", r"expected TOML"),
    ],
)
@pytest.mark.usefixtures("added")
def test_a_wrong_line_in_added_toml_is_named(folder: Path, old: str, new: str, message: str) -> None:
    path = folder / "added.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ModelError, match=message) as raised:
        models.known()
    assert str(path) in str(raised.value)


@pytest.mark.usefixtures("added")
def test_thresholds_can_be_tuned_in_added_toml(folder: Path) -> None:
    path = folder / "added.toml"
    path.write_text(path.read_text().replace("keypoint_visible = 0.5", "keypoint_visible = 0.25"))
    assert models.find("mine").thresholds == Thresholds(
        detection_high=0.5, detection_low=0.1, new_track=0.6, keypoint_visible=0.25
    )


def _without_default(document: dict[str, Any]) -> None:
    document["default"] = "nope"


def _without_a_head(document: dict[str, Any]) -> None:
    del document["thresholds"]["yolo-raw"]


@pytest.mark.parametrize("damage", [_without_default, _without_a_head])
def test_our_own_manifest_is_held_together(damage: Any) -> None:  # noqa: ANN401 - a function of a parsed document
    path = Path(gymbox.__file__).parent / "models" / "manifest.toml"
    document = tomllib.loads(path.read_text())
    Manifest.model_validate(document)
    damage(document)
    with pytest.raises(ValidationError):
        Manifest.model_validate(document)


def test_weights_lie_where_they_are_told_or_in_the_checkout_or_with_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GYMBOX_MODELS_DIR", str(tmp_path))
    assert models.weights_dir() == tmp_path
    monkeypatch.delenv("GYMBOX_MODELS_DIR")
    assert models.weights_dir() == Path(gymbox.__file__).parents[1] / "models" / "weights"
    monkeypatch.setattr(weights, "__file__", str(tmp_path / "site-packages" / "gymbox" / "models" / "weights.py"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert models.weights_dir() == tmp_path / "data" / "gymbox" / "models"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert models.weights_dir() == tmp_path / ".local" / "share" / "gymbox" / "models"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").write_text("a file")
    monkeypatch.setenv("GYMBOX_MODELS_DIR", str(tmp_path / "weights"))
    with pytest.raises(ModelError, match="weights: expected a folder that can be written"):
        models.build()


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "weights.onnx"
    weights.write_whole(path, b"old")
    with pytest.raises(TypeError):
        weights.write_whole(path, "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
