"""What the tests of the image share: built once, and copied by whoever changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.image.small import Disk, make_disk, make_slot

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def slot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_slot(tmp_path_factory.mktemp("slot"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, slot: Path) -> Disk:
    return make_disk(tmp_path_factory.mktemp("disk"), slot)


@pytest.fixture
def disk(built: Disk, tmp_path: Path) -> Disk:
    return built.copy(tmp_path / "disk.img")
