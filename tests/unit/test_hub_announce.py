from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import ifaddr
import pytest
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from gymbox.config import HubSettings
from gymbox.hub import announce
from gymbox.hub.addresses import Addresses, local_ips
from gymbox.hub.announce import SERVICE, Announcer
from gymbox.hub.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Iterable

KEYS = Keys("a" * 12, b"k" * 32)


class Somewhere(Addresses):
    """Of a box on the loopback, which may move."""

    def __init__(self, ip: str, port: int) -> None:
        super().__init__(HubSettings(port=port), KEYS)
        self.ip = ip

    def ips(self) -> list[str]:
        return [self.ip]


async def found(name: str) -> AsyncServiceInfo:
    """What an app that looks for `name` finds."""
    info = AsyncServiceInfo(SERVICE, f"{name}.{SERVICE}")
    async with AsyncZeroconf(interfaces=["127.0.0.1"]) as network:
        assert await info.async_request(network.zeroconf, 5_000), f"nobody is {name}"
    return info


async def named(box: Addresses) -> str:
    for _ in range(300):
        if box.name:
            return box.name
        await asyncio.sleep(0.1)
    raise AssertionError("no name in 30 s")


async def over(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_two_boxes_on_one_network_take_two_names_and_are_found_where_they_move(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(announce, "LOOK_S", 0.2)

    async def test() -> None:
        boxes = [Somewhere("127.0.0.1", 8080), Somewhere("127.0.0.2", 8081)]
        tasks: list[asyncio.Task[None]] = []
        async with AsyncExitStack() as end:
            end.push_async_callback(over, tasks)
            for box, name in zip(boxes, ("gymbox.local", "gymbox-2.local"), strict=True):
                tasks.append(asyncio.create_task(Announcer(box, name="gymbox", box_id=KEYS.box_id).run()))
                assert await named(box) == name
            for box in boxes:
                info = await found(str(box.name).removesuffix(".local"))
                assert (info.parsed_addresses(), info.port, info.server) == ([box.ip], box.port, f"{box.name}.")
                told = info.decoded_properties
                assert {name: told[name] for name in ("id", "api", "port", "key")} == {
                    "id": KEYS.box_id,
                    "api": "1",
                    "port": str(box.port),
                    "key": KEYS.fingerprint,
                }
            boxes[1].ip = "127.0.0.3"
            tries = 0
            while (await found(str(boxes[1].name).removesuffix(".local"))).parsed_addresses() != ["127.0.0.3"]:
                tries += 1
                assert tries < 300, "it is not found where it moved"
                await asyncio.sleep(0.1)
        assert [box.name for box in boxes] == [None, None]

    asyncio.run(test())


def test_a_code_leads_to_every_address_of_the_box() -> None:
    here = Somewhere("10.0.0.7", 8080)
    assert here.join_url("code") == f"http://10.0.0.7:8080/join#t=code&k={KEYS.fingerprint}"
    here.name, here.port = "gymbox.local", 80
    assert here.join_url("code") == f"http://10.0.0.7/join#t=code&k={KEYS.fingerprint}&a=gymbox.local"
    assert here.join_url("code", "s1a").endswith("&a=gymbox.local&s=s1a")


@pytest.mark.parametrize(
    ("adapters", "ips"),
    [
        ([["127.0.0.1"]], ["127.0.0.1"]),
        ([["127.0.0.1"], ["10.0.0.5", "169.254.1.2"]], ["10.0.0.5"]),
        ([["127.0.0.1"], ["169.254.1.2"], ["10.0.0.5"]], ["10.0.0.5", "169.254.1.2"]),
        ([["127.0.0.1"], ["169.254.1.2"]], ["169.254.1.2"]),
        ([["127.0.0.1"], []], ["127.0.0.1"]),
    ],
)
def test_a_cable_without_dhcp_is_named_by_the_address_that_it_made_itself(
    monkeypatch: pytest.MonkeyPatch, adapters: list[list[str]], ips: list[str]
) -> None:
    made = [ifaddr.Adapter("", "", [ifaddr.IP(ip, 16, "") for ip in own]) for own in adapters]
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: made)
    assert local_ips() == ips
