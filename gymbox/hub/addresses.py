"""Where the box can be reached, and by what a phone knows it again."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import ifaddr

from gymbox.hub.keys import certificate_fingerprint

if TYPE_CHECKING:
    from gymbox.config import HubSettings
    from gymbox.hub.keys import Keys

ANY: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 -- what is compared with


class Addresses:
    """Of one hub. The port is known once it listens, the name once the network has agreed to it."""

    def __init__(self, settings: HubSettings, keys: Keys) -> None:
        self._settings = settings
        self.port = settings.port
        self.name: str | None = None
        """Such as `gymbox.local`, while it is announced."""
        certificate = settings.tls_certificate
        self.fingerprint = certificate_fingerprint(certificate) if certificate else keys.fingerprint
        """Of the certificate; without one of the box's own secret, which tells boxes apart and proves nothing."""

    @property
    def scheme(self) -> str:
        """`http`, or `https` with a certificate."""
        return "https" if self._settings.tls_certificate else "http"

    def ips(self) -> list[str]:
        """The box's IPv4 addresses on its networks, or where it listens if that is one of them."""
        if self._settings.host not in ANY:
            return [self._settings.host]
        return local_ips()

    def hosts(self) -> list[str]:
        """Every way to name the box, the one that most phones understand first."""
        return [*self.ips(), *([self.name] if self.name else [])]

    def base(self, host: str) -> str:
        """The box's address under `host`."""
        usual = {"http": 80, "https": 443}[self.scheme]
        bracketed = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{bracketed}" + ("" if self.port == usual else f":{self.port}")

    def join_url(self, token: str, session_id: str | None = None) -> str:
        """What a QR code shows. What only the phone needs stands behind `#`, which no browser sends to anybody.

        A phone that is paired already claims `session_id` with the token that it has, and keeps its history.
        """
        first, *others = self.hosts() or ["localhost"]
        told = {"t": token, "k": self.fingerprint}
        told |= {"a": ",".join(others)} if others else {}
        told |= {"s": session_id} if session_id else {}
        return f"{self.base(first)}/join#{urlencode(told, safe=',')}"


def local_ips() -> list[str]:
    """This machine's IPv4 addresses that others can reach, or the loopback where there is none.

    One of a cable's own making (169.254.0.0/16) comes last, and only where the cable has no other: it reaches who is on
    the other end of that cable, and nobody else.
    """
    given, made = [], []
    for adapter in ifaddr.get_adapters():
        ips = [ipaddress.IPv4Address(ip.ip) for ip in adapter.ips if isinstance(ip.ip, str)]
        outer = [ip for ip in ips if not ip.is_loopback]
        usual = [ip for ip in outer if not ip.is_link_local]
        given += usual
        made += outer if not usual else []
    return [str(ip) for ip in given + made] or ["127.0.0.1"]
