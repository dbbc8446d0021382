"""The package as `just deb` makes it, a machine that takes it, and two later versions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.package.machine import Machine, bootstrap, lacking
from tests.update.release import Signer

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST: Final = version("gymbox")
SECOND: Final = "9.0.1"
BROKEN: Final = "9.0.2"
HOUSE: Final = Path(__file__).parents[2]
SITE: Final = "usr/lib/gymbox/lib/python3.11/site-packages/gymbox"
MIGRATION: Final = '''"""A step that the version before does not know."""

from alembic import op

revision = "9999"
down_revision = "{before}"


def upgrade() -> None:
    op.execute("CREATE TABLE later (id INTEGER PRIMARY KEY)")
'''


@dataclass(frozen=True, slots=True)
class Packages:
    """All of them, signed by one release key."""

    first: Path
    second: Path
    """Changes the schema of the database."""
    broken: Path
    """Its hub dies as it starts."""


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("release") / "keys")


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> Path:
    """As it would be released."""
    if why := lacking():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("packages")
    wheels = folder / "wheels"
    build = [sys.executable, "-m", "maturin", "build", "--quiet", "--locked", "--profile", "quick"]
    subprocess.run([*build, "--compatibility", "linux", "--out", wheels], check=True, cwd=HOUSE)
    wheel = next(wheels.glob("*.whl"))
    release = {**os.environ, "GYMBOX_RELEASE_PEM": str(signer.ca)}
    subprocess.run([HOUSE / "packaging/deb", "--wheel", wheel, "--into", folder], check=True, env=release)
    return next(folder.glob("*.deb"))


@pytest.fixture(scope="session")
def packages(package: Path, machine: Machine, signer: Signer) -> Packages:
    """On the machine."""
    folder, first = package.parent, package
    tree = HOUSE / "build/deb" / first.stem.rpartition("_")[2] / "root"

    def second(root: Path) -> None:
        versions = root / SITE / "storage/migrations/versions"
        newest = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
        (versions / "9999_later.py").write_text(MIGRATION.format(before=newest))

    def broken(root: Path) -> None:
        hub = root / SITE / "hub/process.py"
        for path in (hub, *hub.parent.glob("__pycache__/process.*")):
            path.unlink()
        hub.write_text('raise SystemExit("this hub is broken")\n')

    made = Packages(first, _later(first, tree, folder / SECOND, second), _later(first, tree, folder / BROKEN, broken))
    for deb in (made.first, made.second, made.broken):
        signer.sign(deb)
        (machine.path("/srv") / deb.name).unlink(missing_ok=True)
        os.link(deb, machine.path("/srv") / deb.name)
        shutil.copy(f"{deb}.p7s", machine.path("/srv"))
    return made


def _later(first: Path, tree: Path, folder: Path, change: object) -> Path:
    """The same package with another version, changed; packed without squeezing it, which takes longest."""
    assert callable(change)
    shutil.copytree(tree, folder, symlinks=True, copy_function=os.link)
    change(folder)
    control = folder / "DEBIAN/control"
    subprocess.run(["dpkg-deb", "--control", first, control.parent], check=True)
    lines = control.read_text().splitlines(keepends=True)
    control.write_text("".join(f"Version: {folder.name}\n" if line.startswith("Version:") else line for line in lines))
    deb = folder.with_name(first.name.replace(f"_{FIRST}_", f"_{folder.name}_"))
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Znone", "--build", folder, deb], check=True, capture_output=True
    )
    shutil.rmtree(folder)
    return deb


@pytest.fixture(scope="session")
def machine(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A bare Debian that has booted and knows nothing of gymbox."""
    folder = tmp_path_factory.mktemp("machine")
    field = ["dpkg-deb", "--field", str(package), "Depends"]
    depends = subprocess.run(field, check=True, capture_output=True, text=True).stdout
    root = folder / "root"
    bootstrap(root, [one.split()[0] for one in depends.split(",")])
    os.link(package, root / "srv" / package.name)
    try:
        with Machine(root, folder / "console.log") as made:
            yield made
    except RuntimeError as error:
        pytest.skip(f"this machine starts no container of systemd's: {error}")
    finally:
        shutil.rmtree(root, ignore_errors=True)
