"""The Debian package: apt installs it; the version before is packed again first, so that it can come back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from gymbox.errors import UpdateError
from gymbox.update.tool import run

if TYPE_CHECKING:
    from gymbox.update.state import Book

NAME: Final = "gymbox"
KEYRING: Final = Path("/usr/share/gymbox/release.pem")
"""Certificates of who may sign a release; a package that was built without has none, and takes files by hand alone."""
INSTALL_S: Final = 1800.0


class Package:
    """dpkg's."""

    kind: Literal["package", "image"] = "package"
    restarts = False

    def running(self) -> str:
        """As dpkg knows it."""
        return _field("Version")

    def version_of(self, file: Path, *, unsigned: bool) -> str:
        """As its control file says, once its signature holds: `FILE.p7s`, detached CMS, as the release makes it."""
        if not unsigned:
            _verify(file)
        name, version, architecture = (
            run("dpkg-deb", "--field", str(file), field).strip() for field in ("Package", "Version", "Architecture")
        )
        if name != NAME:
            raise UpdateError(f"{file.name}: expected the package {NAME}, got {name or 'none'}")
        if architecture != (ours := run("dpkg", "--print-architecture").strip()):
            raise UpdateError(f"{file.name}: expected one for {ours}, got {architecture}")
        return version

    def install(self, file: Path, book: Book) -> None:
        """Pack what is there, then let apt install the file; the package's own scripts restart the box."""
        running = self.running()
        if self.before(book) != running:
            repack(_kept(book))
        _apt(file)

    def before(self, book: Book) -> str:
        """The version of the packed one."""
        kept = _kept(book)
        return run("dpkg-deb", "--field", str(kept), "Version").strip() if kept.exists() else ""

    def go_back(self, book: Book) -> None:
        """Install the packed one over what is there."""
        _apt(_kept(book))

    def keep(self) -> None:
        """Nothing has to be told."""

    def settle(self, book: Book) -> None:
        """Install the packed one, where dpkg was cut off in the middle."""
        if _field("db:Status-Status") != "installed":
            run("dpkg", "--force-confold", "--install", str(_kept(book)), limit_s=INSTALL_S)


def repack(deb: Path) -> None:
    """Make a package of the installed one, as it lies on the disk.

    Raises:
        UpdateError: one of its files is gone, or there is no room.
    """
    deb.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=deb.parent, prefix=".repack-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        try:
            for line in run("dpkg-query", "--listfiles", NAME).splitlines():
                _copy(Path(line), root / line.lstrip("/"))
        except OSError as error:
            raise UpdateError(f"the package that is there cannot be kept: {error}") from error
        control = root / "DEBIAN"
        control.mkdir(mode=0o755)
        for name in run("dpkg-query", "--control-list", NAME).split():
            (control / name).write_text(run("dpkg-query", "--control-show", NAME, name))
            (control / name).chmod(0o755 if name in {"preinst", "postinst", "prerm", "postrm"} else 0o644)
        said = run("dpkg-query", "--status", NAME).splitlines(keepends=True)
        (control / "control").write_text("".join(line for line in said if not line.startswith("Status:")))
        part = deb.with_suffix(".part")
        run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z3", "--build", str(root), str(part), limit_s=INSTALL_S)
        part.replace(deb)


def _copy(source: Path, target: Path) -> None:
    if source.is_symlink() or source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
    else:
        target.mkdir(parents=True, exist_ok=True)


def _kept(book: Book) -> Path:
    return book.folder / "before.deb"


def _apt(file: Path) -> None:
    run(
        *("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "--allow-downgrades"),
        *("-o", "Dpkg::Options::=--force-confold", "-o", "DPkg::Lock::Timeout=300", str(file.resolve())),
        limit_s=INSTALL_S,
    )


def _verify(file: Path) -> None:
    signature = file.with_name(f"{file.name}.p7s")
    if not KEYRING.exists():
        raise UpdateError(f"{KEYRING}: this package was built without a release key, so it trusts no download")
    if not signature.exists():
        raise UpdateError(f"{file.name}: expected its signature beside it, {signature.name}")
    run(
        *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(signature), "-content", str(file)),
        *("-CAfile", str(KEYRING), "-no-CApath", "-no-CAstore", "-purpose", "any", "-out", "/dev/null"),
        limit_s=300,
    )


def _field(name: str) -> str:
    return run("dpkg-query", "--show", f"--showformat=${{{name}}}", NAME).strip()
