"""The default model: equal to Google's, for one picture and for many of any size."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
import pytest

from gymbox import models
from gymbox.models.manifest import manifest
from gymbox.models.movenet import onnx_from_tfjs
from tests.movenet_in_numpy import Network
from tests.onnx_models import MOVENET_REFERENCE, picture, where_there

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def run() -> Callable[[np.ndarray], np.ndarray]:
    """The default model on one thread: batch × height × width × 3 to batch × 6 × 56."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(models.build().path, options, providers=["CPUExecutionProvider"])

    def people(pictures: np.ndarray) -> np.ndarray:
        (found,) = session.run(None, {"input": pictures.astype(np.int32)})
        return np.asarray(found)

    return people


@where_there(MOVENET_REFERENCE)
@pytest.mark.parametrize("number", range(4))
def test_equals_what_tensorflow_computed(run: Callable[[np.ndarray], np.ndarray], number: int) -> None:
    with np.load(MOVENET_REFERENCE) as reference:
        pixels, expected = reference[f"in{number}"], reference[f"out{number}"].reshape(6, 56)
    height, width, _ = pixels.shape
    came = run(pixels[None])[0]

    scores = [*range(2, 51, 3), 55]
    assert np.abs(came - expected)[:, scores].max() < 1e-3
    rows, columns = [*range(0, 51, 3), 51, 53], [*range(1, 51, 3), 52, 54]
    assert np.abs(came - expected)[:, rows].max() * height < 0.5
    assert np.abs(came - expected)[:, columns].max() * width < 0.5
    assert expected[:, 55].max() > 0.3, "there is somebody to compare"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("height", "width"), [(64, 96), (96, 64), (32, 32)])
def test_a_network_is_translated_to_what_it_computes(seed: int, height: int, width: int) -> None:
    network = Network(seed)
    converted = onnx_from_tfjs(*network.files(), {})
    session = onnxruntime.InferenceSession(converted, providers=["CPUExecutionProvider"])
    pictures = np.stack([picture(height, width, seed), picture(height, width, seed + 100)])
    (came,) = session.run(None, {"input": pictures})
    expected = np.stack([network.people(pixels) for pixels in pictures])
    assert (expected[:, :, 55] > 0.05).any(), "there is somebody to compare"
    # Where nothing points to a joint, its score is 0 and its place is any: float32 and float64 differ there.
    placed = np.ones(expected.shape, bool)
    placed[:, :, :51].reshape(2, 6, 17, 3)[..., :2] = expected[:, :, 2:51:3, None] > 1e-6
    np.testing.assert_allclose(came[placed], expected[placed], atol=1e-4)


def test_a_batch_gives_what_its_pictures_give_alone(run: Callable[[np.ndarray], np.ndarray]) -> None:
    pictures = np.stack([picture(96, 160, seed) for seed in range(3)])
    alone = np.concatenate([run(pictures[number : number + 1]) for number in range(3)])
    together = run(pictures)
    assert together.shape == (3, 6, 56)
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert not np.allclose(alone[0], alone[1]), "the pictures differ"


@pytest.mark.parametrize(("height", "width"), [(32, 32), (96, 32), (160, 256), (256, 160), (288, 512)])
def test_takes_any_multiples_of_32(run: Callable[[np.ndarray], np.ndarray], height: int, width: int) -> None:
    found = run(picture(height, width)[None])[0]
    assert found.shape == (6, 56)
    assert np.isfinite(found).all()
    boxes, scores = found[:, 51:55], found[:, 55]
    assert (boxes >= 0).all()
    assert (boxes <= 1).all()
    assert (boxes[:, :2] <= boxes[:, 2:]).all()
    assert (scores >= 0).all()
    assert (scores <= 1).all()


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_sees_nobody_in_an_empty_picture(run: Callable[[np.ndarray], np.ndarray], grey: int) -> None:
    found = run(np.full((1, 160, 256, 3), grey))[0]
    assert found[:, 55].max() < manifest().models["movenet-multipose"].thresholds.detection_low


def test_the_file_is_the_one_of_the_manifest_and_says_its_licence() -> None:
    path = models.build().path
    row = manifest().models["movenet-multipose"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == row.sha256
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert {entry.key: entry.value for entry in model.metadata_props}["license"] == row.licence
    assert [side.dim_param or side.dim_value for side in model.graph.input[0].type.tensor_type.shape.dim] == list(
        row.input.shape
    )
    assert [side.dim_param or side.dim_value for side in model.graph.output[0].type.tensor_type.shape.dim] == list(
        row.output.shape
    )
