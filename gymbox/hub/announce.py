"""The box on the gym's network: `gymbox.local`, and the service by which an app finds it (mDNS and DNS-SD)."""

from __future__ import annotations

import asyncio
import ipaddress
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import structlog
from zeroconf import (  # type: ignore[attr-defined] # the resolver is public, and left out of `__all__`
    AddressResolverIPv4,
    NonUniqueNameException,
    Zeroconf,
)
from zeroconf import Error as ZeroconfError
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

if TYPE_CHECKING:
    from gymbox.hub.addresses import Addresses

_log = structlog.get_logger(__name__)

SERVICE: Final = "_gymbox._tcp.local."
API: Final = "1"
"""Of what the hub answers. An app that knows another one says so instead of failing."""
LOOK_S: Final = 5.0
"""Between two looks at the box's own addresses."""
AGAIN_S: Final = 30.0
"""Between two tries where there is no network to speak on."""
ASK_MS: Final = 1_000
"""How long to wait for somebody who has the name. Lowering it misses one who sleeps; two of a name confuse phones."""


class Announcer:
    """Announces one hub for as long as `run` runs; what name it got stands in `addresses`."""

    def __init__(self, addresses: Addresses, *, name: str, box_id: str) -> None:
        self._addresses, self._name, self._box_id = addresses, name, box_id

    async def run(self) -> None:
        """Announce for ever. Without a network the box works, and says so once it has one."""
        while True:
            try:
                await self._announce()
            except (OSError, ZeroconfError) as error:
                _log.warning("cannot be announced", error=str(error) or type(error).__name__, again_in_s=AGAIN_S)
            await asyncio.sleep(AGAIN_S)

    async def _announce(self) -> None:
        ips = self._addresses.ips()
        speaking = AsyncZeroconf(interfaces=ips)
        try:
            info = await self._settle(speaking, ips)
            while True:
                await asyncio.sleep(LOOK_S)
                if (now := self._addresses.ips()) != ips:
                    ips = now
                    await speaking.async_update_interfaces(ips)  # it speaks on the old ones until told
                    info = self._info(info.get_name(), ips)
                    await (await speaking.async_update_service(info))
                    _log.info("announced again", name=self._addresses.name, addresses=ips)
        finally:
            self._addresses.name = None
            await speaking.async_unregister_all_services()
            await speaking.async_close()

    async def _settle(self, speaking: AsyncZeroconf, ips: list[str]) -> AsyncServiceInfo:
        """Take the first of `gymbox`, `gymbox-2`, … that nobody has, as service and as host.

        Two that start in the same second see each other's probes. Where the network swallows those, both have the name
        until one of them starts again: an app tells them apart by `id`, and a code names an address first.
        """
        number = 1
        while True:
            name = self._name if number == 1 else f"{self._name}-{number}"
            number += 1
            if await _taken(speaking.zeroconf, f"{name}.local.", ips):
                continue
            info = self._info(name, ips)
            try:
                await (await speaking.async_register_service(info))
            except NonUniqueNameException:
                continue
            self._addresses.name = f"{name}.local"
            _log.info("announced", name=self._addresses.name, addresses=ips)
            return info

    def _info(self, name: str, ips: list[str]) -> AsyncServiceInfo:
        told = {
            "id": self._box_id,
            "version": version("gymbox"),
            "api": API,
            "port": str(self._addresses.port),
            "key": self._addresses.fingerprint,
        }
        return AsyncServiceInfo(
            SERVICE,
            f"{name}.{SERVICE}",
            parsed_addresses=ips,
            port=self._addresses.port,
            properties=told,
            server=f"{name}.local.",
        )


async def _taken(zeroconf: Zeroconf, host: str, ips: list[str]) -> bool:
    """Whether somebody else answers for `host`; this machine's own name may well be it."""
    resolver = AddressResolverIPv4(host)
    if not await resolver.async_request(zeroconf, ASK_MS):
        return False
    ours = {ipaddress.ip_address(ip) for ip in ips}
    return not ours.issuperset(ipaddress.ip_address(ip) for ip in resolver.parsed_addresses())
