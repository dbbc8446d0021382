"""The one listener on the network: its port, its addresses, its name."""

from __future__ import annotations

import errno
import http.client
import json
import re
import socket
import ssl
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gymbox.doctor.finding import Finding, fail, good, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gymbox.config import HubSettings, Settings

GROUP: Final = "224.0.0.251"
"""Where mDNS is spoken, on port 5353."""
PATIENCE_S: Final = 2.0


def network(settings: Settings) -> Iterator[Finding]:
    """Whether phones can reach the hub."""
    yield _addresses()
    yield _port(settings.hub)
    if settings.hub.mdns:
        yield _mdns(settings.hub)


def _addresses() -> Finding:
    found = sorted({*_own_addresses()})
    if found:
        return good("network", ", ".join(found))
    remedy = "plug the cable in or join the gym's Wi-Fi: `ip address` shows what is there"
    return fail("network", "no address but the machine's own", expected="an address for phones to find", remedy=remedy)


def _own_addresses() -> Iterator[str]:
    """IPv4 addresses that others can reach, as the kernel's table of local routes has them."""
    lines = Path("/proc/net/fib_trie").read_text(encoding="ascii").splitlines()
    for line, after in pairwise(lines):
        found = re.search(r"\d+\.\d+\.\d+\.\d+", line)
        if found and "/32 host LOCAL" in after and not found[0].startswith("127."):
            yield found[0]


def _port(hub: HubSettings) -> Finding:
    if hub.port == 0:
        return good("port", "any that is free")
    try:
        with socket.create_server((hub.host, hub.port)):
            return good("port", f"{hub.port} is free: the hub does not run")
    except PermissionError:
        remedy = "choose one from 1024 on in [hub], or let the process bind it (systemd: CAP_NET_BIND_SERVICE)"
        return fail("port", f"{hub.port} is not for this user", expected="a port that may be taken", remedy=remedy)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            remedy = "host in [hub] must be an address of this machine, or 0.0.0.0"
            return fail("port", f"{hub.host}:{hub.port}: {error.strerror}", expected="an own address", remedy=remedy)
    answer = _answer(hub)
    if answer == "ok":
        return good("port", f"{hub.port}: the hub answers")
    came = f"{hub.port} is taken by {_holder(hub.port)}, which answers {answer}"
    return fail("port", came, expected="this box's hub, or nobody", remedy="stop that, or choose another port in [hub]")


def _answer(hub: HubSettings) -> str:
    """What `/healthz` says: `ok` is the hub."""
    if hub.tls_certificate:
        trust = ssl._create_unverified_context()  # noqa: S323, SLF001 -- it asks itself, and sends nothing
        asking: http.client.HTTPConnection = http.client.HTTPSConnection(
            hub.own_host, hub.port, timeout=PATIENCE_S, context=trust
        )
    else:
        asking = http.client.HTTPConnection(hub.own_host, hub.port, timeout=PATIENCE_S)
    try:
        asking.request("GET", "/healthz")
        answer = asking.getresponse()
        said = json.loads(answer.read(1000))
        return str(said["status"]) if answer.status == 200 else f"HTTP {answer.status}"
    except (OSError, http.client.HTTPException):
        return "nothing"
    except (ValueError, LookupError, TypeError):
        return "something else"
    finally:
        asking.close()


def _holder(port: int) -> str:
    """Who listens on a TCP port, where this user may know."""
    wanted = {
        f"socket:[{columns[9]}]"
        for table in ("tcp", "tcp6")
        for columns in (
            line.split() for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        )
        if columns[3] == "0A" and int(columns[1].rpartition(":")[2], 16) == port
    }
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(file.readlink()) in wanted for file in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                return f"{name} (pid {process.name})"
        except OSError:  # another user's, or gone
            continue
    return "another program"


def _mdns(hub: HubSettings) -> Finding:
    """Whether multicast is to be had here; a network that does not carry it shows only from a phone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaking:
        try:
            speaking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            speaking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            speaking.bind(("", 5353))
            member = socket.inet_aton(GROUP) + socket.inet_aton("0.0.0.0")  # noqa: S104 -- the network that routes there
            speaking.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        except OSError as error:
            remedy = "free UDP port 5353, or set mdns = false in [hub]: the QR code has the address as well"
            return warn("mDNS", str(error), expected="a network that takes multicast", remedy=remedy)
    return good("mDNS", f"multicast is to be had: phones find {hub.name}.local where the network carries it")
