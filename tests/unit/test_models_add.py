"""Adding a model: the head is told from the file, the licence shown and asked about, and anything else refused."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import onnx
import pytest
from onnx import TensorProto, external_data_helper

from gymbox import models
from gymbox.cli import main
from gymbox.errors import ModelError
from gymbox.models.manifest import Head
from gymbox.models.onnx_file import row_from_onnx
from tests.onnx_models import YOLO, flip_byte, pose_model, where_there

if TYPE_CHECKING:
    from pathlib import Path

ULTRALYTICS = {"license": "AGPL-3.0 License", "task": "pose", "kpt_shape": "[17, 3]", "imgsz": "[64, 96]"}
OPEN = ("batch", 3, "height", "width")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of weights."""
    monkeypatch.setenv("GYMBOX_MODELS_DIR", str(tmp_path / "weights"))
    return tmp_path / "weights"


def gymbox(monkeypatch: pytest.MonkeyPatch, *arguments: object, typed: str = "") -> int | str | None:
    """Run `gymbox models …`; what it ended with."""
    monkeypatch.setattr(sys, "argv", ["gymbox", "models", *map(str, arguments)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


@pytest.mark.parametrize(
    ("made", "head", "long_side", "size"),
    [
        ({}, Head.YOLO_RAW, 96, (64, 96)),
        ({"given": (1, 3, 64, 96), "said": (1, 56, 126)}, Head.YOLO_RAW, 96, (64, 96)),
        ({"metadata": ULTRALYTICS}, Head.YOLO_RAW, 96, (64, 96)),
        ({"given": OPEN, "said": ("batch", 56, "candidates"), "metadata": ULTRALYTICS}, Head.YOLO_RAW, 96, None),
        ({"given": OPEN, "said": ("batch", 56, "candidates")}, Head.YOLO_RAW, 640, None),
        ({"said": ("batch", 300, 57)}, Head.YOLO_SUPPRESSED, 96, (64, 96)),
        ({"given": (1, 3, 64, 64), "said": (1, 300, 57)}, Head.YOLO_SUPPRESSED, 64, (64, 64)),
        (
            {"given": (1, "height", "width", 3), "said": (1, 6, 56), "dtype": TensorProto.INT32},
            Head.MOVENET,
            256,
            None,
        ),
        ({"given": (1, 96, 64, 3), "said": (1, 6, 56), "dtype": TensorProto.INT32}, Head.MOVENET, 96, (96, 64)),
    ],
)
def test_heads_are_told_apart(
    tmp_path: Path, made: dict[str, Any], head: Head, long_side: int, size: tuple[int, int] | None
) -> None:
    model = models.add(pose_model(tmp_path / "a.onnx", **made), agree=lambda _: True)
    assert model is not None
    assert (model.head, model.long_side, model.input_size) == (head, long_side, size)
    assert models.find("a") == model


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"said": ("batch", 84, 126)}, "got float32 batch×3×64×96 to float32 batch×84×126"),
        ({"said": ("batch", 56, 127)}, "got float32 batch×3×64×96 to float32 batch×56×127"),
        ({"said": ("batch", 512)}, "got float32 batch×3×64×96 to float32 batch×512"),
        ({"given": ("batch", 1, 64, 96)}, "got float32 batch×1×64×96"),
        ({"dtype": TensorProto.FLOAT16}, "got float16 batch×3×64×96"),
        ({"given": (1, 64, 96, 3), "said": (1, 6, 56)}, "got float32 1×64×96×3 to float32 1×6×56"),
        ({"metadata": {"task": "detect"}}, "expected task pose with keypoints .17, 3., got detect"),
        ({"metadata": {"kpt_shape": "[21, 3]"}}, r"expected task pose with keypoints .17, 3., got pose with .21, 3."),
        ({"given": OPEN, "said": ("batch", 56, "n"), "gives": (1, 55, 9)}, "expected an output of .*, got 1×55×9"),
        ({"gives": (1, 56)}, "expected a"),
    ],
)
def test_other_models_are_refused(tmp_path: Path, made: dict[str, Any], message: str) -> None:
    path = pose_model(tmp_path / "a.onnx", **made)
    with pytest.raises(ModelError, match=message) as raised:
        row_from_onnx(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x08", bytes(range(256)) * 10])
def test_files_that_are_no_onnx_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="expected an ONNX file"):
        row_from_onnx(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_files_cut_off_are_refused(tmp_path: Path, share: float) -> None:
    path = pose_model(tmp_path / "a.onnx", metadata=ULTRALYTICS)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelError, match=r"a\.onnx: expected"):
        row_from_onnx(path)


def test_weights_in_another_file_are_refused(tmp_path: Path) -> None:
    path = pose_model(tmp_path / "a.onnx")
    model = onnx.load(path)
    external_data_helper.convert_model_to_external_data(model, location="a.data", size_threshold=0)
    onnx.save(model, path)
    with pytest.raises(ModelError, match="in one piece"):
        row_from_onnx(path)


def test_two_inputs_are_refused(tmp_path: Path) -> None:
    path = pose_model(tmp_path / "a.onnx")
    model = onnx.load(path)
    model.graph.input.append(onnx.helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1]))
    onnx.save(model, path)
    with pytest.raises(ModelError, match="one input and one output, got 2 and 1"):
        row_from_onnx(path)


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ({}, "unknown"),
        ({"license": "  "}, "unknown"),
        ({"license": "MIT"}, "MIT"),
        ({"licence": "MIT"}, "MIT"),
        ({"license": 'GPL "3"\n\x1b[31mred\x7f \\'}, 'GPL "3" [31mred \\'),
        ({"license": "x" * 1000}, "x" * 200),
    ],
)
def test_a_licence_is_one_printable_line(tmp_path: Path, metadata: dict[str, str], licence: str) -> None:
    model = models.add(pose_model(tmp_path / "a.onnx", metadata=metadata), agree=lambda _: True)
    assert model is not None
    assert models.find("a").licence == licence


def test_it_asks_once_and_only_once(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:  # noqa: ANN401
    path = pose_model(tmp_path / "Mein Modell (2).onnx", metadata=ULTRALYTICS)
    assert gymbox(monkeypatch, "add", path, typed="n\n") == 1
    assert "AGPL-3.0 License" in capsys.readouterr().out
    assert not folder.exists()
    assert gymbox(monkeypatch, "add", path, typed="y\n") == 0
    path.rename(tmp_path / "gone.onnx")
    assert models.find("mein-modell-2").head is Head.YOLO_RAW
    capsys.readouterr()
    assert gymbox(monkeypatch, "add", tmp_path / "gone.onnx", "--name", "mein-modell-2") == 0
    assert "licence" not in capsys.readouterr().out


def test_an_unknown_licence_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:  # noqa: ANN401
    assert gymbox(monkeypatch, "add", pose_model(tmp_path / "a.onnx"), "--yes") == 0
    assert "does not say under which licence it is" in capsys.readouterr().out


def test_two_models_live_side_by_side(tmp_path: Path) -> None:
    models.add(pose_model(tmp_path / "a.onnx"), agree=lambda _: True)
    models.add(pose_model(tmp_path / "b.onnx", said=("batch", 300, 57)), agree=lambda _: True)
    assert [models.find(name).head for name in ("a", "b")] == [Head.YOLO_RAW, Head.YOLO_SUPPRESSED]
    assert list(models.known()) == ["movenet-multipose", "a", "b"]


@pytest.mark.parametrize("taken", ["a", "movenet-multipose"])
def test_a_taken_name_is_refused(tmp_path: Path, taken: str) -> None:
    models.add(pose_model(tmp_path / "a.onnx"), agree=lambda _: True)
    other = pose_model(tmp_path / "other.onnx", metadata={"license": "MIT"})
    with pytest.raises(ModelError, match=f"`{taken}`: expected a new one"):
        models.add(other, taken, agree=lambda _: True)


@pytest.mark.parametrize("name", ["../up", "A", "a b", "-a", ".a", 'a"', "ä"])
def test_names_are_plain(tmp_path: Path, folder: Path, name: str) -> None:
    with pytest.raises(ModelError, match="expected a-z, 0-9"):
        models.add(pose_model(tmp_path / "a.onnx"), name, agree=lambda _: True)
    assert not folder.exists()


def test_adding_again_repairs_a_damaged_copy(tmp_path: Path) -> None:
    path = pose_model(tmp_path / "a.onnx")
    model = models.add(path, agree=lambda _: True)
    assert model is not None
    flip_byte(model.path)
    with pytest.raises(ModelError, match="add it again"):
        models.find("a")
    assert models.add(path, agree=lambda _: True) == models.find("a") == model


def test_the_command_line_says_one_line_and_ends_with_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,  # noqa: ANN401
) -> None:
    assert gymbox(monkeypatch, "add", tmp_path / "nope.onnx", "--yes") == 2
    said = capsys.readouterr()
    assert said.err == f"gymbox: {tmp_path}/nope.onnx: expected an ONNX file, found no such file\n"
    assert gymbox(monkeypatch, "build", "nope") == 2


def test_the_list_shows_what_is_ready_and_what_is_not(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,  # noqa: ANN401
) -> None:
    models.add(pose_model(tmp_path / "a.onnx", metadata=ULTRALYTICS), agree=lambda _: True)
    assert gymbox(monkeypatch, "list") == 0
    lines = capsys.readouterr().out.splitlines()
    (default,) = [line for line in lines if line.split()[:1] == ["movenet-multipose"]]
    (mine,) = [line for line in lines if line.split()[:1] == ["a"]]
    assert "not ready" in default
    assert "not ready" not in mine
    assert "yolo-raw" in mine
    assert any("no such file: run `gymbox models build movenet-multipose`" in line for line in lines)


@where_there(YOLO)
def test_a_real_yolo_is_taken() -> None:
    model = models.add(YOLO, "yolo", agree=lambda row: row.licence.startswith("AGPL-3.0"))
    assert model is not None
    assert (model.head, model.long_side, model.input_size) == (Head.YOLO_RAW, 640, (640, 640))
    assert model.thresholds.new_track == 0.6
