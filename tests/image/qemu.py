"""A box in an emulated PC: UEFI, two network cards, a disk, a stick, and a root shell that only a test's slots have."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING, Any, Final, Self

from tests.image.small import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

UEFI: Final = "/usr/share/OVMF/OVMF_CODE_4M.fd"
VARIABLES: Final = "/usr/share/OVMF/OVMF_VARS_4M.fd"
PORT: Final = 18080
"""Where the box's own page is, on the tests' side."""
TAP: Final = "gymbox0"
OUTSIDE: Final = "169.254.77.77"
"""The tests' own address on the cable: like the box's, one without DHCP."""
LIMIT_S: Final = 1500.0
"""For anything that the box does. A start takes a minute or two on an idle machine, many times that on a busy one."""


class DeadError(Exception):
    """The machine is off."""


class Box:
    """A machine that runs from when it is made until `cut`."""

    def __init__(self, disk: Path, *, stick: Path | None = None) -> None:
        self._log = disk.with_suffix(".log")
        self._shell_at = disk.with_suffix(".shell")
        variables = disk.with_suffix(".vars")
        if not variables.exists():
            shutil.copy(VARIABLES, variables)
        for old in (self._log, self._shell_at):
            old.unlink(missing_ok=True)
        drives = [f"if=virtio,format=raw,file={disk}"]
        if stick:
            drives.append(f"if=virtio,format=raw,readonly=on,file={stick}")
        self.since = time.monotonic()
        self._machine = subprocess.Popen(
            [
                *("qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max"),
                *("-smp", "2", "-m", "3072", "-nodefaults", "-no-user-config", "-display", "none"),
                *("-drive", f"if=pflash,format=raw,readonly=on,file={UEFI}"),
                *("-drive", f"if=pflash,format=raw,file={variables}"),
                *(word for drive in drives for word in ("-drive", drive)),
                *("-nic", f"user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:{PORT}-:80"),
                *("-nic", f"tap,model=virtio-net-pci,ifname={TAP},script=no,downscript=no"),
                *("-serial", f"file:{self._log}"),
                *("-serial", f"unix:{self._shell_at},server=on,wait=off"),
                *("-device", "virtio-rng-pci"),
            ]
        )
        self._shell: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def cut(self) -> None:
        """Pull the plug."""
        self._hang_up()
        self._machine.kill()
        self._machine.wait()

    def seconds(self) -> float:
        """Since it was switched on."""
        return time.monotonic() - self.since

    def console(self) -> str:
        """All that it wrote on its first serial port, where UEFI shows what GRUB says."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def starts(self) -> list[str]:
        """The slots that GRUB has started, in their order."""
        return re.findall(r"gymbox: slot ([AB]) of", self.console())

    def until(self, what: Callable[[], Any], *, limit_s: float = LIMIT_S) -> Any:  # noqa: ANN401 -- whatever it gives
        """What `what` gives once that is true."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if self._machine.poll() is not None:
                raise DeadError
            if found := what():
                return found
            time.sleep(0.5)
        raise TimeoutError(f"{what}\n{self.console()[-3000:]}")

    def healthy(self) -> bool:
        """Whether its page answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=5) as answer:
                return bool(json.load(answer) == {"status": "ok"})
        except (OSError, ValueError):
            return False

    def started(self, *, times: int = 1) -> str:
        """The slot of its `times`th start, once its page answers."""
        self.until(lambda: len(self.starts()) >= times)
        self._hang_up()
        self.until(self.healthy)
        return self.starts()[-1]

    def sh(self, command: str, *, limit_s: float = LIMIT_S) -> tuple[int, str]:
        """What a root shell in the box says to `command`."""
        shell = self._shell or self._call()
        end = f"__{time.monotonic_ns()}__"
        shell.settimeout(limit_s)
        # In two halves, so that the echo of the command is not taken for its end.
        shell.sendall(f"{{ {command}\n}} 2>&1; echo {end[:8]}''{end[8:]} $?\n".encode())
        heard = b""
        while not (done := re.search(rf"{end} (\d+)".encode(), heard)):
            if not (more := shell.recv(65536)):
                raise DeadError
            heard += more
        return int(done[1]), heard[: done.start()].decode(errors="replace").replace("\r", "").strip()

    def says(self, command: str, *, limit_s: float = LIMIT_S) -> str:
        """The same, of a command that must succeed."""
        code, said = self.sh(command, limit_s=limit_s)
        assert code == 0, f"{command}: {code}\n{said}"
        return said

    def send(self, command: str) -> None:
        """Begin something and do not wait."""
        self.says(f"({command}) >/dev/null 2>&1 &")

    def _call(self) -> socket.socket:
        self._shell = socket.socket(socket.AF_UNIX)
        self._shell.connect(str(self._shell_at))
        self._shell.settimeout(2)
        heard = b""
        end = time.monotonic() + LIMIT_S
        while b"the shell is yours" not in heard:
            self._shell.sendall(b"\nstty -echo; export PS1= PS2= TERM=dumb; echo 'the shell is'' yours'\n")
            with contextlib.suppress(TimeoutError):
                while time.monotonic() < end:
                    heard += self._shell.recv(65536)
            if time.monotonic() > end:
                raise TimeoutError("no shell")
        return self._shell

    def _hang_up(self) -> None:
        if self._shell:
            self._shell.close()
            self._shell = None


@contextlib.contextmanager
def cable() -> Iterator[str]:
    """A cable into the box's second network card, as long as the test has a network of its own: our address on it."""
    run("ip", "tuntap", "add", "dev", TAP, "mode", "tap")
    try:
        run("ip", "address", "add", f"{OUTSIDE}/16", "dev", TAP)
        run("ip", "link", "set", TAP, "up")
        yield OUTSIDE
    finally:
        run("ip", "link", "delete", TAP)
