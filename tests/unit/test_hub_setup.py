"""A new box: its screen, its code, its first password; and the machine that it runs on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from gymbox.cli.screen import drawn
from gymbox.errors import SystemChangeError
from gymbox.hub import discovery, machine, setup
from gymbox.onvif.discovery import Found
from gymbox.requests import SetupShown
from gymbox.system.desk import Desk
from gymbox.system.words import Answer, Network, SetTimeZone
from tests.unit.test_hub_app import hub

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    import aiohttp

    from gymbox.system.words import Wanted

PASSWORD = "a long password"  # noqa: S105 -- of a box that lives for a test


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


async def ask(web: aiohttp.ClientSession, method: str, path: str, token: str = "", **more: object) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with web.request(method, path, headers=headers, json=more or None) as answer:
        return answer.status, await answer.json(content_type=None)


def test_who_sees_the_screen_sets_the_first_password_and_nobody_a_second(tmp_path: Path) -> None:
    async def test() -> None:
        async with hub(tmp_path) as (box, web):
            assert await ask(web, "GET", "/setup/state") == (200, {"done": False, "name": "gymbox"})
            shown = setup.shown(box)
            assert shown.code
            assert shown.url == f"{shown.addresses[0]}/setup#c={box.setup_code}"
            wrong = await ask(web, "POST", "/setup/password", code="aaaa-aaaa", password=PASSWORD)
            assert (wrong[0], box.password.known) == (401, False)
            short = await ask(web, "POST", "/setup/password", code=shown.code, password="short")  # noqa: S106
            assert (short[0], box.password.known) == (422, False)
            status, entered = await ask(
                web, "POST", "/setup/password", code=f" {shown.code.upper()} ", password=PASSWORD
            )
            assert status == 200
            assert await box.password.holds(PASSWORD)
            assert (await ask(web, "GET", "/machine", entered["token"]))[1]["managed"] is False
            again = await ask(web, "POST", "/setup/password", code=shown.code, password="another password")  # noqa: S106
            assert again[0] == 409
            assert await ask(web, "GET", "/setup/state") == (200, {"done": True, "name": "gymbox"})
            assert (setup.shown(box).code, setup.shown(box).url) == (None, shown.addresses[0])

    run(test())


def test_the_code_is_not_found_by_trying(tmp_path: Path) -> None:
    async def test() -> None:
        async with hub(tmp_path) as (_, web):
            tries = [await ask(web, "POST", "/setup/password", code=str(n), password=PASSWORD) for n in range(14)]
            assert [status for status, _ in tries][:10] == [401] * 10
            assert 429 in [status for status, _ in tries]

    run(test())


class Root(Desk):
    """Root, that does nothing and keeps in mind what it was asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, folder)
        self.asked: list[Wanted] = []

    async def ask(self, wanted: Wanted) -> Answer:
        self.asked.append(wanted)
        if isinstance(wanted, SetTimeZone) and wanted.zone == "UTC":
            raise SystemChangeError("timedatectl: not now")
        network = Network(ssid="Gym", signal=70, secured=True, joined=False, fits=True)
        return Answer(id="a" * 12, networks=(network,))


def test_name_zone_and_wifi_are_asked_of_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, root = tmp_path / "gymbox.toml", Root(tmp_path)
    config.write_text("# by hand\n[hub]\nport = 80 # as on the appliance\n")
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Vienna")
    monkeypatch.setattr(machine, "LOCAL", tmp_path / "localtime")

    async def test() -> None:
        async with hub(tmp_path) as (box, web):
            monkeypatch.setattr(type(box), "root", root)
            monkeypatch.setattr(box.roster, "path", config)
            box.password.set(PASSWORD)
            token = (await ask(web, "POST", "/login", password=PASSWORD))[1]["token"]
            told = (await ask(web, "GET", "/machine", token))[1]
            assert (told["name"], told["time_zone"], told["managed"]) == ("gymbox", "Europe/Vienna", True)
            changed = await ask(web, "PATCH", "/machine", token, name="gym-2", time_zone="Europe/Berlin")
            assert changed[0] == 204
            assert [one.do for one in root.asked] == ["time-zone", "host-name"]
            assert config.read_text() == '# by hand\n[hub]\nname = "gym-2"\nport = 80 # as on the appliance\n'
            refused = await ask(web, "PATCH", "/machine", token, name="gym-3", time_zone="UTC")
            assert (refused[0], refused[1]["detail"]) == (409, "timedatectl: not now")
            assert "gym-3" not in config.read_text()
            for wrong in ({"time_zone": "Mars/Olympus"}, {"name": "Gym 2"}, {"name": "-a"}):
                assert (await ask(web, "PATCH", "/machine", token, **wrong))[0] == 422
            assert (await ask(web, "POST", "/wifi/networks", token))[1]["networks"][0]["ssid"] == "Gym"
            assert (await ask(web, "POST", "/wifi", token, ssid="Gym", passphrase=PASSWORD))[0] == 204
            assert (await ask(web, "POST", "/wifi", token, ssid="Gym", passphrase="short"))[0] == 422  # noqa: S106
            assert (await ask(web, "POST", "/wifi", ssid="Gym"))[0] == 401

    run(test())


def test_cameras_that_are_found_are_told_with_what_they_are_called_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look() -> tuple[Found, ...]:
        return (Found("10.0.0.9", "http://10.0.0.9/onvif/device_service", "Door", "X-200", ""),)

    monkeypatch.setattr(discovery, "discover", look)

    async def test() -> None:
        async with hub(tmp_path) as (box, web):
            box.password.set(PASSWORD)
            token = (await ask(web, "POST", "/login", password=PASSWORD))[1]["token"]
            status, told = await ask(web, "POST", "/cameras/discovery", token)
            assert status == 200
            assert told["cameras"][0] == {
                "address": "10.0.0.9",
                "service": "http://10.0.0.9/onvif/device_service",
                "name": "Door",
                "hardware": "X-200",
                "location": "",
                "camera_id": None,
            }

    run(test())


@pytest.mark.parametrize("code", ["k7fq-m2xw", None])
def test_the_screen_fits_the_smallest_console(code: str | None) -> None:
    addresses = ("http://192.168.178.120", "http://a-gym-with-a-rather-long-name.local")
    url = f"{addresses[0]}/setup#c=k7fqm2xw" if code else addresses[0]
    lines = drawn(SetupShown(name="gymbox", addresses=addresses, url=url, code=code)).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert any(addresses[0] in line for line in lines)
    assert any("k7fq-m2xw" in line for line in lines) == bool(code)
    assert any("█" in line for line in lines)


def test_without_a_network_the_screen_says_what_to_do() -> None:
    assert "Plug a network cable in" in drawn(SetupShown(name="gymbox", addresses=(), url="", code="k7fq-m2xw"))
