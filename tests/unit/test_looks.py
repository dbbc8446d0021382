"""What somebody looks like by a network: the right kind of file, and numbers that tell people apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gymbox import _core
from gymbox.config import VisionSettings, load
from gymbox.errors import ModelError
from gymbox.vision.looks import Colours, Network, chosen
from tests.onnx_models import SHARED, pose_model, where_there

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OSNET = SHARED / "models" / "osnet_x0_25_msmt17.onnx"
WHOLE = (0.0, 0.0, 1.0, 1.0)


def network(path: Path) -> Network:
    return Network(path, VisionSettings(device="cpu"))


def embed(looks: Network, picture: np.ndarray, bbox: tuple[float, float, float, float] = WHOLE) -> np.ndarray | None:
    return looks._model.embed(_core.Frame(np.ascontiguousarray(picture, np.uint8)), bbox)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("batch", 3, 256, 128), ("batch", 256)),
        (("batch", 3, 128, 256), ("batch", 512)),
        (("batch", 256, 128, 3), ("batch", 512)),
        ((4, 3, 256, 128), (4, 512)),
    ],
)
def test_another_network_is_refused(tmp_path: Path, given: Sequence[str | int], said: Sequence[str | int]) -> None:
    with pytest.raises(ModelError, match="expected an OSNet"):
        network(pose_model(tmp_path / "a.onnx", given, said))


def test_nothing_is_said_of_who_is_too_small_or_gives_no_numbers(tmp_path: Path) -> None:
    looks = network(pose_model(tmp_path / "a.onnx", ("batch", 3, 256, 128), ("batch", 512)))
    picture = np.full((300, 200, 3), 90)
    assert embed(looks, picture) is None, "all zeros"
    assert embed(looks, picture, (0.1, 0.1, 0.2, 0.2)) is None
    assert embed(looks, picture, (float("nan"), 0.1, 0.2, 0.9)) is None


@where_there(OSNET)
def test_the_real_one_tells_pictures_apart_and_shadows_not() -> None:
    looks = network(OSNET)
    stripes = np.zeros((400, 200, 3))
    stripes[:200, :, 0] = 200
    stripes[200:, :, 2] = 120
    noise = np.random.default_rng(0).integers(0, 255, stripes.shape)
    one, darker, other = embed(looks, stripes), embed(looks, stripes * 0.9), embed(looks, noise)
    assert one is not None
    assert darker is not None
    assert other is not None
    assert one.shape == (256,)
    assert np.isclose(np.linalg.norm(one), 1, atol=1e-5)
    assert one @ darker > 0.95
    assert one @ other < 0.8


def test_the_settings_choose(tmp_path: Path) -> None:
    assert isinstance(chosen(VisionSettings()), Colours)
    pose_model(tmp_path / "osnet.onnx", ("batch", 3, 256, 128), ("batch", 512))
    (tmp_path / "gymbox.toml").write_text('[vision]\nlooks_model = "osnet.onnx"\ndevice = "cpu"\n')
    settings = load(tmp_path / "gymbox.toml").vision
    assert settings.looks_model == tmp_path / "osnet.onnx"
    assert chosen(settings).space == _core.NETWORK
