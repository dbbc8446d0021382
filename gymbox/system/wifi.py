"""Wi-Fi by NetworkManager: what is heard, and one joined. Each command is a list of words; no shell reads any of it."""

from __future__ import annotations

import os
import re
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gymbox.errors import SystemChangeError
from gymbox.system.words import Network

if TYPE_CHECKING:
    from gymbox.system.words import Join

PROFILES: Final = Path("/etc/NetworkManager/system-connections")
"""Where NetworkManager keeps what it knows, for root alone."""
PROFILE: Final = "gymbox-wifi.nmconnection"
JOIN_S: Final = 45
"""How long joining may take: hearing the network, proving the password, getting an address."""
_SPLIT: Final = re.compile(r"(?<!\\):")
MOST: Final = 50


def heard() -> tuple[Network, ...]:
    """The networks that are heard, the strongest first, each once.

    Raises:
        SystemChangeError: there is no NetworkManager, or no Wi-Fi.
    """
    told = _nmcli("--terse", "--fields", "IN-USE,SIGNAL,SECURITY,SSID", "device", "wifi", "list", "--rescan", "yes")
    found: dict[str, Network] = {}
    for line in told.splitlines():
        used, signal, security, ssid = ([*_SPLIT.split(line, maxsplit=3)] + [""] * 3)[:4]
        name = re.sub(r"\\(.)", r"\1", ssid)
        if not name or not signal.isdecimal() or not name.isprintable():
            continue  # a hidden one, or one whose name nobody could choose
        one = Network(
            ssid=name,
            signal=min(100, int(signal)),
            secured=bool(security),
            joined=used == "*",
            fits=_key_management(security) is not None,
        )
        before = found.get(name)
        if before is None or (one.joined, one.signal) > (before.joined, before.signal):
            found[name] = one
    return tuple(sorted(found.values(), key=lambda one: (not one.joined, -one.signal, one.ssid))[:MOST])


def join(wanted: Join, profiles: Path = PROFILES) -> None:
    """Join a network that is heard, now and after each start. One that cannot be joined leaves nothing behind.

    Raises:
        SystemChangeError: it is not heard, it wants more than a password, or the password is wrong.
    """
    security = _security_of(wanted.ssid)
    management = _key_management(security)
    if management is None:
        raise SystemChangeError(f"Wi-Fi {wanted.ssid}: wants {security}, which the box cannot: use another, or a cable")
    if management and not wanted.passphrase:
        raise SystemChangeError(f"Wi-Fi {wanted.ssid}: wants a password of 8 to 63 letters")
    path, before = profiles / PROFILE, None
    if path.exists():
        before = path.read_bytes()
    name = str(uuid.uuid4())
    try:
        _write(path, profile(wanted, management, name))
        _nmcli("connection", "load", str(path))
        _nmcli("--wait", str(JOIN_S), "connection", "up", "uuid", name)
    except SystemChangeError:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            _write(path, before)
        _nmcli("connection", "reload")
        raise


def profile(wanted: Join, management: str, name: str) -> bytes:
    """A connection as NetworkManager keeps it (nm-settings-keyfile). The password stands in no command line."""
    ssid = "".join(f"{byte};" for byte in wanted.ssid.encode())
    lines = ["[connection]", "id=gymbox-wifi", f"uuid={name}", "type=wifi", "autoconnect=true"]
    lines += ["", "[wifi]", "mode=infrastructure", f"ssid={ssid}"]
    if management:
        # As GKeyFile reads a value: a backslash is doubled, and spaces at its start would be cut off.
        escaped = wanted.passphrase.replace("\\", "\\\\")
        spaces = len(escaped) - len(escaped.lstrip(" "))
        secret = "\\s" * spaces + escaped[spaces:]
        lines += ["", "[wifi-security]", f"key-mgmt={management}", f"psk={secret}"]
    lines += ["", "[ipv4]", "method=auto", "", "[ipv6]", "method=auto", ""]
    return "\n".join(lines).encode()


def _security_of(ssid: str) -> str:
    told = _nmcli("--terse", "--fields", "SECURITY,SSID", "device", "wifi", "list", "--rescan", "auto")
    for line in told.splitlines():
        security, _, name = line.partition(":")
        if re.sub(r"\\(.)", r"\1", name) == ssid:
            return security
    raise SystemChangeError(f"Wi-Fi {ssid}: is not heard here")


def _key_management(security: str) -> str | None:
    """What a profile says of how a network is entered: nothing for an open one; None where the box cannot."""
    words = set(security.split()) - {"--"}
    if not words:
        return ""
    if "802.1X" in words or words == {"WEP"}:
        return None
    if words & {"WPA1", "WPA2"}:
        return "wpa-psk"
    return "sae" if "WPA3" in words else None


def _nmcli(*words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 -- no shell, and no word of the hub's is an option's
            ["nmcli", *words],  # noqa: S607 -- the system's own
            capture_output=True,
            text=True,
            timeout=JOIN_S + 15,
            check=False,
            stdin=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin"), "LC_ALL": "C.UTF-8"},
        )
    except FileNotFoundError as error:
        raise SystemChangeError("Wi-Fi: there is no NetworkManager on this box: use a cable") from error
    except subprocess.TimeoutExpired as error:
        raise SystemChangeError("Wi-Fi: NetworkManager does not answer") from error
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["it says nothing"])[-1].removeprefix("Error: ")
        if "ecrets were required" in why:
            raise SystemChangeError("Wi-Fi: the password is wrong")
        raise SystemChangeError(f"Wi-Fi: {why[:200]}")
    return done.stdout


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
