"""Pose models: what the core sees is what the same ONNX file says through onnxruntime's own Python."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from gymbox import _core, models
from gymbox.errors import DeviceError, ModelError
from gymbox.runtime import runtime_library
from tests.onnx_models import MOVENET_REFERENCE as REFERENCE
from tests.onnx_models import YOLO, where_there

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Bytes = npt.NDArray[np.uint8]


def pose_model(path: Path, *, device: str = "cpu", long_side: int = 0, detection_low: float = 0.1) -> _core.PoseModel:
    return _core.PoseModel(
        path, runtime_library=runtime_library(), device=device, long_side=long_side, detection_low=detection_low
    )


def session(path: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def reference(number: int) -> Bytes:
    with np.load(REFERENCE) as file:
        return np.asarray(file[f"in{number}"])


@pytest.fixture(scope="module")
def movenet() -> Path:
    return models.build().path


def constant_model(path: Path, input_: onnx.ValueInfoProto, answer: Floats) -> Path:
    """A model that says `answer` whatever it is shown."""
    node = helper.make_node("Constant", [], ["answer"], value=numpy_helper.from_array(answer))
    output = helper.make_tensor_value_info("answer", TensorProto.FLOAT, answer.shape)
    graph = helper.make_graph([node], "constant", [input_], [output])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path


@where_there(REFERENCE)
@pytest.mark.parametrize("number", range(4))
def test_movenet_sees_what_onnxruntime_sees(movenet: Path, number: int) -> None:
    picture = reference(number)
    height, width, _ = picture.shape
    boxes, keypoints = pose_model(movenet, long_side=max(height, width)).detect(_core.Frame(picture))

    (people,) = session(movenet).run(None, {"input": picture[None].astype(np.int32)})
    best = people[0][people[0, :, 55].argmax()]
    assert boxes.shape[1:] == (5,)
    assert keypoints.shape == (len(boxes), 17, 3)
    np.testing.assert_allclose(boxes[0], best[[52, 51, 54, 53, 55]], atol=1e-4)
    np.testing.assert_allclose(keypoints[0], best[:51].reshape(17, 3)[:, [1, 0, 2]], atol=1e-4)
    assert list(boxes[:, 4]) == sorted(boxes[:, 4], reverse=True)


@where_there(REFERENCE)
def test_a_batch_is_its_pictures(movenet: Path) -> None:
    model = pose_model(movenet)
    frames = [_core.Frame(reference(number)) for number in (0, 0, 1, 2)]
    for (boxes, keypoints), frame in zip(model.detect_batch(frames), frames, strict=True):
        alone = model.detect(frame)
        np.testing.assert_allclose(boxes, alone[0], atol=1e-4)
        np.testing.assert_allclose(keypoints, alone[1], atol=1e-4)
    assert model.detect_batch([]) == []


@where_there(REFERENCE)
def test_a_lying_picture_shows_the_same_person(movenet: Path) -> None:
    picture = reference(0)
    model = pose_model(movenet)
    upright, _ = model.detect(_core.Frame(picture))
    lying = np.ascontiguousarray(np.rot90(picture))  # counter-clockwise
    stood_up, _ = model.detect(_core.Frame(lying, rotation=90))
    np.testing.assert_allclose(stood_up[0], upright[0], atol=1e-4)


@where_there(REFERENCE)
def test_narrow_pixels_show_the_same_person(movenet: Path) -> None:
    picture = reference(0)
    model = pose_model(movenet)
    square, _ = model.detect(_core.Frame(picture))
    doubled, _ = model.detect(_core.Frame(picture.repeat(2, axis=1), sample_aspect_ratio=0.5))
    np.testing.assert_allclose(doubled[0, :4], square[0, :4], atol=0.02)


@where_there(YOLO)
@where_there(REFERENCE)
def test_yolo_sees_what_onnxruntime_sees() -> None:
    picture = reference(2)
    boxes, keypoints = pose_model(YOLO, detection_low=0.3).detect(_core.Frame(picture))

    planes = np.empty((3, 640, 640), np.float32)
    left, top, width, height = _core.Letterbox().planar(_core.Frame(picture), planes)
    network = session(YOLO)
    (answer,) = network.run(None, {network.get_inputs()[0].name: planes[None]})
    best = answer[0][:, answer[0, 4].argmax()]
    (x, y, w, h), scale, start = best[:4], np.array([width, height]), np.array([left, top])
    corners = np.array([[x - w / 2, y - h / 2], [x + w / 2, y + h / 2]])
    assert len(boxes) > 0, "there is somebody to compare"
    np.testing.assert_allclose(boxes[0, :4].reshape(2, 2), (corners - start) / scale, atol=1e-3)
    np.testing.assert_allclose(boxes[0, 4], best[4], atol=1e-4)
    np.testing.assert_allclose(keypoints[0, :, :2], (best[5:].reshape(17, 3)[:, :2] - start) / scale, atol=1e-3)


def test_a_head_that_suppresses_doubles_is_read_as_it_is(tmp_path: Path) -> None:
    answer = np.zeros((1, 300, 57), np.float32)
    answer[0, 0, :6] = (32, 64, 96, 128, 0.9, 0)
    answer[0, 0, 6:] = np.tile((64, 96, 0.7), 17)
    answer[0, 1] = answer[0, 0]  # a double that the model let pass stays
    answer[0, 1, 4] = 0.8
    pixels = helper.make_tensor_value_info("images", TensorProto.FLOAT, (1, 3, 128, 128))
    model = pose_model(constant_model(tmp_path / "suppressed.onnx", pixels, answer))
    boxes, keypoints = model.detect(_core.Frame(np.zeros((64, 128, 3), np.uint8)))

    # 128×64 lies in the middle of 128×128: y 32 is its top.
    np.testing.assert_allclose(boxes, [[0.25, 0.5, 0.75, 1.5, 0.9], [0.25, 0.5, 0.75, 1.5, 0.8]], atol=1e-6)
    np.testing.assert_allclose(keypoints[0, 0], [0.5, 1.0, 0.7], atol=1e-6)


def test_one_person_told_twice_is_one(tmp_path: Path) -> None:
    person = np.concatenate([np.tile((0.4, 0.5, 0.6), 17), (0.2, 0.3, 0.8, 0.7, 0.5)]).astype(np.float32)
    neighbour = person.copy()
    neighbour[1:51:3] += 0.3
    answer = np.stack([person * np.float32(0.99), person, neighbour, *np.zeros((3, 56), np.float32)])[None]
    pixels = helper.make_tensor_value_info("input", TensorProto.INT32, (1, 64, 64, 3))
    model = pose_model(constant_model(tmp_path / "doubles.onnx", pixels, answer))
    boxes, _ = model.detect(_core.Frame(np.zeros((64, 64, 3), np.uint8)))
    np.testing.assert_allclose(boxes[:, 4], [0.5, 0.5])


def test_auto_says_where_it_runs_and_why(movenet: Path) -> None:
    model = pose_model(movenet, device="auto")
    available = onnxruntime.get_available_providers()
    if "CUDAExecutionProvider" in available:
        pytest.skip("the installed onnxruntime has more than the CPU")
    assert model.device == "cpu"
    assert [line.split("`")[1] for line in model.passed_over] == ["tensorrt", "cuda"]


@pytest.mark.parametrize("device", ["cuda", "tensorrt", "openvino"])
def test_a_missing_device_is_refused(movenet: Path, device: str) -> None:
    names = {"cuda": "CUDA", "tensorrt": "Tensorrt", "openvino": "OpenVINO"}
    if f"{names[device]}ExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip(f"the installed onnxruntime has {device}")
    with pytest.raises(DeviceError, match=f"device `{device}`.*built without it"):
        pose_model(movenet, device=device)


def test_a_device_that_does_not_exist_is_refused(movenet: Path) -> None:
    with pytest.raises(DeviceError, match="device `tpu`: expected auto, cpu, cuda, tensorrt or openvino"):
        pose_model(movenet, device="tpu")


def test_bad_models_are_refused(tmp_path: Path, movenet: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.onnx.*does not exist"):
        pose_model(tmp_path / "nowhere.onnx")
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(movenet.read_bytes()[:100_000])
    with pytest.raises(ModelError, match=r"cut\.onnx.*a whole ONNX model"):
        pose_model(cut)
    pixels = helper.make_tensor_value_info("images", TensorProto.FLOAT, (1, 3, 64, 64))
    faces = constant_model(tmp_path / "faces.onnx", pixels, np.zeros((1, 100, 15), np.float32))
    with pytest.raises(ModelError, match=r"expected .*YOLO-pose.*MoveNet.*got f32 1×3×64×64 to f32 1×100×15"):
        pose_model(faces)


@pytest.mark.parametrize("long_side", [100, 33])
def test_a_side_that_the_network_cannot_halve_is_refused(movenet: Path, long_side: int) -> None:
    with pytest.raises(ModelError, match="expected a multiple of 32"):
        pose_model(movenet, long_side=long_side)


@where_there(YOLO)
def test_a_fixed_input_is_not_resized() -> None:
    with pytest.raises(ModelError, match="expected 640, which is fixed, got a long side of 320"):
        pose_model(YOLO, long_side=320)


# A process has one runtime, the first that loads: what is no runtime needs a process of its own.
@pytest.mark.parametrize(
    ("library", "message"), [("/nowhere/libonnxruntime.so", "cannot open shared"), (_core.__file__, "OrtGetApiBase")]
)
def test_what_is_no_runtime_is_refused(movenet: Path, library: str, message: str) -> None:
    program = f"from gymbox import _core; _core.PoseModel({str(movenet)!r}, runtime_library={library!r})"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "gymbox.errors.DeviceError: inference runtime" in ended.stderr
    assert message in ended.stderr


def test_a_second_runtime_is_refused(movenet: Path) -> None:
    pose_model(movenet)
    with pytest.raises(DeviceError, match="this process already runs"):
        _core.PoseModel(movenet, runtime_library="/elsewhere/libonnxruntime.so")
