"""A new box, set up in a browser from the code on its screen to its first backup; hub and recorder are real."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import pytest

from gymbox.bus.endpoints import HUB_REQUESTS
from gymbox.bus.request import ask
from gymbox.config import load
from gymbox.hub.password import Password
from gymbox.requests import AskSetup, SetupShown
from gymbox.storage import elsewhere
from tests.app.browser import accessible, mentions, needed, phone, shoot
from tests.gym import PASSWORD, Gym, free_port
from tests.onvif_camera import PASSWORD as CAMERA_PASSWORD
from tests.onvif_camera import OnvifCamera
from tests.process.lives import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.async_api import Page, Route

pytestmark = needed

DESK: Final = (1280, 800)
NETWORKS: Final = [
    {"ssid": "Eisenwerk", "signal": 82, "secured": True, "joined": False, "fits": True},
    {"ssid": "Eisenwerk Gäste", "signal": 64, "secured": False, "joined": False, "fits": True},
    {"ssid": "Office", "signal": 31, "secured": True, "joined": False, "fits": False},
]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Gym]:
    """A box that was never used."""
    (tmp_path / "stick").mkdir()
    folder, port = tmp_path / "box", free_port()
    folder.mkdir()
    (folder / "gymbox.toml").write_text(
        f'data_dir = "."\nrun_dir = "."\n\n[hub]\nhost = "127.0.0.1"\nport = {port}\nmdns = false\n'
        f'requests_per_s = 1000\n\n[backup]\nfolder = "{tmp_path / "stick"}"\n'
    )
    with ExitStack() as processes:
        gym = Gym(folder, processes, port)
        gym.begin("recorder")
        gym.hub = gym.begin("hub")
        wait_for("the hub", gym.answers, 240)
        yield gym


async def shown(box: Gym) -> SetupShown:
    """What the box's own screen shows."""
    found, _ = await ask(HUB_REQUESTS, AskSetup(), SetupShown, run_dir=box.folder)
    return found


async def pretend(page: Page, path: str, answer: object) -> None:
    """Let the browser hear this where the box has nobody to ask: no radio, no network with cameras."""

    async def fulfil(route: Route) -> None:
        if route.request.method == "PATCH":
            await route.fulfill(status=204)
        else:
            await route.fulfill(json=answer)

    await page.route(f"**{path}", fulfil)


async def step(page: Page, name: str) -> None:
    await page.get_by_test_id("setup").wait_for()
    await accessible(page)
    await shoot(page, name)


def test_a_new_box_is_made_one_s_own(box: Gym) -> None:
    async def test() -> None:
        async with phone() as page, OnvifCamera().at_home() as service:
            await page.goto(box.url("/admin"))
            await page.get_by_test_id("setup-code").wait_for()  # it leads to where a new box is set up
            await page.get_by_test_id("setup-code").fill("aaaa-aaaa")
            await page.get_by_test_id("new-password").fill(PASSWORD)
            await page.get_by_test_id("set-password").click()
            await mentions(page, "setup-failed", "That is not the code")
            await page.goto("about:blank")
            await page.goto((await shown(box)).url)
            await page.get_by_test_id("new-password").fill(PASSWORD)
            await step(page, "setup-password")
            machine = {"name": "gymbox", "addresses": [box.url("")], "time_zone": "Etc/UTC", "managed": True}
            await pretend(page, "/machine", machine)
            await page.get_by_test_id("set-password").click()
            await page.get_by_test_id("time-zone").fill("vienn")
            await page.get_by_role("button", name="Europe/Vienna").click()
            await step(page, "setup-machine")
            await page.get_by_test_id("save-machine").click()
            await the_network(page)
            await a_camera(page, service)
            await the_backups(page)
            await page.get_by_test_id("go-on").click()
            await page.get_by_test_id("admin").wait_for()
        assert Password(box.folder).known
        assert (await shown(box)).code is None
        assert load(box.folder / "gymbox.toml").backup.recipient
        assert len(elsewhere.there(box.folder.parent / "stick")) == 1
        await as_it_looks_on_a_desk(box)

    asyncio.run(asyncio.wait_for(test(), 900))


async def the_network(page: Page) -> None:
    await pretend(page, "/wifi/networks", {"networks": NETWORKS})
    await page.get_by_test_id("look-for-wifi").click()
    await page.get_by_test_id("wifi-network").nth(0).click()
    await page.get_by_test_id("wifi-password").fill("gym-password")
    await step(page, "setup-network")
    joined: list[Any] = []

    async def join(route: Route) -> None:
        joined.append(json.loads(route.request.post_data or ""))
        await route.fulfill(status=204)

    await page.route("**/wifi", join)
    await page.get_by_test_id("join-wifi").click()
    await mentions(page, "wifi", "Joined")
    assert joined == [{"ssid": "Eisenwerk", "passphrase": "gym-password"}]
    await page.get_by_test_id("go-on").click()


async def a_camera(page: Page, service: str) -> None:
    """Found, asked for its streams, and tried: it is a camera without pictures, which is said."""
    found = {"service": service, "address": "127.0.0.1", "name": "Entrance left", "hardware": "X-200"}
    await pretend(page, "/cameras/discovery", {"cameras": [{**found, "location": "entrance", "camera_id": None}]})
    await page.get_by_test_id("add-camera").click()
    await page.get_by_test_id("find-cameras").click()
    await page.get_by_test_id("found-camera").click()
    await page.get_by_test_id("camera-password").fill("wrong")
    await page.get_by_test_id("use-camera").click()
    await mentions(page, "ask-failed", "The camera refuses this user name or password.")
    await page.get_by_test_id("camera-password").fill(CAMERA_PASSWORD)
    await accessible(page)
    await shoot(page, "setup-camera-found")
    await page.get_by_test_id("use-camera").click()
    await page.get_by_test_id("trial-failed").wait_for()
    assert (await page.get_by_test_id("camera-id").input_value()) == "entrance-left-1"
    assert (await page.get_by_test_id("camera-url").input_value()).endswith("@127.0.0.1:554/sub?channel=1")
    await shoot(page, "setup-camera-tried")
    await page.get_by_role("button", name="Close").click()
    await page.get_by_test_id("go-on").click()


async def the_backups(page: Page) -> None:
    await step(page, "setup-backups")
    await page.get_by_test_id("make-key").click()
    key = (await page.get_by_test_id("backup-key").text_content() or "").replace(" ", "")
    await page.get_by_test_id("key-end").fill("QQQQQQQQ")
    await page.get_by_test_id("confirm-key").click()
    await mentions(page, "key-refused", "These are not its last letters.")
    await accessible(page)
    await shoot(page, "setup-key")
    await page.get_by_test_id("key-end").fill(key[-8:].lower())
    await page.get_by_test_id("confirm-key").click()
    await page.get_by_test_id("back-up-outside").click()
    await mentions(page, "backups", "this folder is on the box's own disk".capitalize())
    await step(page, "setup-backed-up")


async def as_it_looks_on_a_desk(box: Gym) -> None:
    """The operator's page of the box, in German and light."""
    async with phone(desk=DESK, language="de-DE", scheme="light") as page:
        await page.goto(box.url("/setup"))
        await page.get_by_test_id("password").fill(PASSWORD)  # it is set up: this is where one logs in
        await page.get_by_test_id("log-in").click()
        await page.get_by_role("radio", name="Box").click()
        await mentions(page, "backups", "Letzte Sicherung")
        await mentions(page, "machine", "Name der Box")
        await accessible(page)
        await shoot(page, "admin-box-german-light")
