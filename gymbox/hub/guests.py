"""Who asks, and whether they may: a token that is good is still looked up, so that a revoked one is void at once."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gymbox.errors import UnknownError
from gymbox.hub.limits import Limit
from gymbox.hub.problem import forbidden, unauthorised
from gymbox.hub.route import OPEN
from gymbox.storage import devices

if TYPE_CHECKING:
    from aiohttp import web

    from gymbox.config import HubSettings
    from gymbox.hub.password import Password
    from gymbox.hub.route import Role, Route
    from gymbox.hub.tokens import Claims, Tokens
    from gymbox.storage import Reader

BURST: Final = 6
"""Seconds' worth of requests that may come at once."""
COOKIE: Final = "gymbox"
"""The operator's token in a browser, which can show a page by it and change nothing: it counts for GET alone."""
PROTOCOL: Final = "gymbox"
"""Of a WebSocket. A browser can send no header with one, so the token stands beside it as `bearer.TOKEN`."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks."""

    role: Role | None
    """None: it was not asked."""
    id: str
    """A device's id, or `operator`; nothing where it was not asked."""

    @property
    def is_operator(self) -> bool:
        """Whether it may see everything."""
        return self.role == "operator"


NOBODY: Final = Guest(None, "")


class Guests:
    """The door."""

    def __init__(self, reader: Reader, tokens: Tokens, password: Password, settings: HubSettings) -> None:
        self._reader, self._tokens, self._password, self._settings = reader, tokens, password, settings
        self._strangers = Limit(BURST * settings.requests_per_s, each_s=1 / settings.requests_per_s)
        """By address, who shows no good token."""
        self._known = Limit(BURST * settings.requests_per_s, each_s=1 / settings.requests_per_s)
        """By device."""
        self.failures = Limit(most=10, each_s=6)
        """By address, wrong passwords and pairing tokens: 10 a minute."""

    async def admit(self, request: web.Request, route: Route) -> Guest:
        """Who asks for this route.

        Raises:
            Refusal: 401, 403 or 429.
        """
        if route.who == OPEN or (route.local and self._settings.metrics == "loopback" and is_loopback(request)):
            self._strangers.take(address(request))
            return NOBODY
        try:
            claims = self._tokens.read(_token(request))
            await self.check(claims)
        except Exception:
            self._strangers.take(address(request))
            raise
        self._known.take(claims.subject)
        if claims.role not in route.who:
            raise forbidden(f"it is not for a {claims.role}")
        return Guest(claims.role, claims.subject)

    async def check(self, claims: Claims) -> None:
        """Let a token's bearer in.

        Raises:
            Refusal: 401: it was revoked, or is older than the operator's password or than the device's newest token.
        """
        if claims.role == "operator":
            if claims.token_id != self._password.generation:
                raise unauthorised("the operator's password was changed since")
            return
        try:
            device = await self._reader.read(devices.active, claims.subject)
        except UnknownError as error:
            raise unauthorised("the device was revoked, or forgotten") from error
        if device.token_id != claims.token_id:
            raise unauthorised("the device has a newer token")

    async def active(self) -> frozenset[str]:
        """The devices that may come in now."""
        return frozenset(one.id for one in await self._reader.read(devices.devices) if one.revoked_at is None)


def address(request: web.Request) -> str:
    """Where a request comes from; of IPv6 the network, which is one household's."""
    try:
        found = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and not found.ipv4_mapped:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def is_loopback(request: web.Request) -> bool:
    """Whether a program on the box itself asks."""
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def _token(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    upgrades = "Upgrade" in request.headers
    if upgrades:
        offered = (one.strip() for one in request.headers.get("Sec-WebSocket-Protocol", "").split(","))
        if token := next((one.removeprefix("bearer.") for one in offered if one.startswith("bearer.")), ""):
            return token
    if request.method in {"GET", "HEAD"} and not upgrades and (token := request.cookies.get(COOKIE, "")):
        return token
    raise unauthorised()
