"""A bare Debian 12 that boots, in a container of systemd's, and a network to see it from."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_S: Final = 600
"""For whatever a busy machine takes long for."""
CODENAME: Final = "bookworm"
BARE: Final = ("systemd", "systemd-sysv", "dbus", "iproute2")


def mirrors() -> list[str]:
    """Debian's archives as this machine's own apt knows them, a line each; none where it knows no bookworm."""
    if not shutil.which("apt-get"):
        return []
    wanted = ["$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]
    said = subprocess.run(["apt-get", "indextargets", "--format", *wanted], capture_output=True, text=True, check=False)
    rows = {tuple(line.split()) for line in said.stdout.splitlines()}
    known = {CODENAME, f"{CODENAME}-updates", f"{CODENAME}-security"}
    return sorted(f"deb {uri} {release} main" for uri, release, part in rows if release in known and part == "main")


def lacking() -> str:
    """Why no such machine can be had here; nothing where it can."""
    if os.geteuid() != 0:
        return "needs root"
    if missing := [tool for tool in ("mmdebstrap", "systemd-nspawn", "nsenter", "ip", "uv") if not shutil.which(tool)]:
        return f"needs {', '.join(missing)} (Debian's mmdebstrap, systemd-container, util-linux, iproute2; ./just: uv)"
    apart = ["unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--mount-proc", "true"]
    if subprocess.run(apart, capture_output=True, check=False).returncode:
        return "may make no namespaces here"
    if not (known := mirrors()):
        return f"this machine's apt knows no Debian {CODENAME}"
    _, uri, release, _ = known[0].split()
    with TemporaryDirectory() as folder:
        look = ["/usr/lib/apt/apt-helper", "download-file", f"{uri}dists/{release}/Release", f"{folder}/Release"]
        reached = subprocess.run(look, capture_output=True, check=False).returncode == 0
    return "" if reached else "Debian's archive cannot be reached"


def bootstrap(root: Path, later: list[str]) -> None:
    """Make the machine's disk; the packages `later` wait in its cache, so that it needs no network of its own."""
    download = f"apt-get --yes --quiet --no-install-recommends --download-only install {' '.join(later)}"
    subprocess.run(
        [
            *("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(BARE)}", "--skip=cleanup/apt"),
            *("--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-include=/usr/share/doc/gymbox/*"),
            *("--dpkgopt=force-unsafe-io", f'--customize-hook=chroot "$1" {download}'),
            *(CODENAME, str(root), *mirrors()),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )


class Machine:
    """It, from `with` on: its own processes, network and root, on this kernel."""

    def __init__(self, root: Path, log: Path) -> None:
        self.root, self._log = root, log
        self._name = f"gym{os.getpid() % 100_000}"
        network = f"10.213.{os.getpid() % 250}"
        self.address, self.ours = f"{network}.2", f"{network}.1"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Switch it on."""
        container = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--machine={self._name}"]
        container += ["--network-veth", f"--directory={self.root}", "--boot"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(container, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self._wait_for_boot()
            outside = f"ve-{self._name}"
            for words in (f"addr add {self.ours}/24 dev {outside}", f"link set {outside} up"):
                subprocess.run(["ip", *words.split()], check=True)
            self.run("ip", "addr", "add", f"{self.address}/24", "dev", "host0")
            self.run("ip", "link", "set", "host0", "up")
            self.run("ip", "route", "add", "default", "via", self.ours)
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """As a power cut: its first process takes all others along, which nspawn's own end would not."""
        if self._process.poll() is None:
            for leader in _children(self._process.pid):
                os.kill(leader, signal.SIGKILL)
            self._process.kill()
            self._process.wait(60)
        # The kernel pulls the cable some time later, and who starts again at once finds it there.
        subprocess.run(["ip", "link", "delete", f"ve-{self._name}"], capture_output=True, check=False)

    def run(self, *words: str, check: bool = True, limit_s: float = LIMIT_S) -> str:
        """What a command on the machine prints, as root."""
        done = subprocess.run(
            [*self._inside(), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=limit_s,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"},
        )
        assert done.returncode == 0 or not check, f"{' '.join(words)}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout + ("" if done.returncode == 0 else done.stderr)

    def begin(self, *words: str) -> None:
        """Begin a command as root, and do not wait."""
        self.run("systemd-run", "--quiet", "--collect", *words)

    def succeeds(self, *words: str) -> bool:
        """Whether a command on the machine ends well."""
        return subprocess.run([*self._inside(), *words], capture_output=True, check=False).returncode == 0

    def journal(self) -> str:
        """What its units have said."""
        return self.run("journalctl", "--no-pager", "--quiet", "--lines=300", check=False)

    def path(self, inside: str) -> Path:
        """Where one of its files lies, as this side sees it."""
        return self.root / inside.lstrip("/")

    def _inside(self) -> list[str]:
        leader = next(_children(self._process.pid))
        # Not the cgroup's namespace: a process that is put there from outside has none of its units' names.
        spaces = ("--mount", "--uts", "--ipc", "--net", "--pid")
        return ["nsenter", f"--target={leader}", *spaces, f"--root=/proc/{leader}/root"]

    def _wait_for_boot(self) -> None:
        until = time.monotonic() + LIMIT_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise RuntimeError(f"systemd-nspawn: {self._log.read_text()[-2000:]}")
            if any(True for _ in _children(self._process.pid)):
                state = self.run("systemctl", "is-system-running", check=False).strip()
                if state.startswith(("running", "degraded")):
                    return
            time.sleep(0.2)
        raise RuntimeError(f"it did not boot: {self._log.read_text()[-2000:]}")


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (task / "children").read_text().split())
