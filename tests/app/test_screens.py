"""The gym's screen and the operator's pages in a browser, against the real hub and recorder."""

from __future__ import annotations

import asyncio
import io
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
import pytest
import segno
from PIL import Image

from gymbox import _core
from gymbox.capture.rings import frames_name
from gymbox.clock import now_ns
from gymbox.config import load
from tests import floor
from tests.app.browser import accessible, mentions, needed, phone, shoot, shows
from tests.app.squatters import moving
from tests.gym import PASSWORD, Gym
from tests.process.box import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

    import numpy.typing as npt
    from playwright.async_api import Page, Response

    from tests.gym import Day, Lifter

pytestmark = needed

WALL: Final = (1920, 1080)
DESK: Final = (1280, 800)
MARGIN: Final = 3
"""Of light around a code, in modules."""
SLOW_MS: Final = 240_000
"""For what takes long on an idle machine, too: a trial of a camera, the doctor's round."""
COUNTS: Final = "[...document.querySelectorAll('[data-testid=count]')].map((one) => one.textContent).join()"


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gym]:
    folder = tmp_path_factory.mktemp("gym")
    with ExitStack() as processes:
        yield Gym.open(folder, processes)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 900))


def seen() -> npt.NDArray[np.uint8]:
    """A picture of the sample."""
    with av.open(str(SAMPLE)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24").astype(np.uint8, copy=False)


@contextmanager
def filming(folder: Path, camera: str) -> Iterator[None]:
    """The camera's newest picture, for as long as a test takes."""
    frame = _core.Frame(seen())
    ring = _core.FrameRing(frames_name(folder, camera), slots=2, slot_bytes=_core.FrameRing.bytes_of(frame))
    ring.put(frame, now_ns() + 600 * 10**9)
    yield
    ring.remove()


async def log_in(page: Page) -> None:
    await page.get_by_test_id("password").fill(PASSWORD)
    await page.get_by_test_id("log-in").click()


def test_the_wall_shows_who_is_there_what_they_do_and_a_code_for_each(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day, phone(desk=WALL) as page:
            made: list[Response] = []
            page.on("response", lambda answer: made.append(answer) if answer.url.endswith("/pairing") else None)
            await page.goto(gym.url("/kiosk"))
            await page.get_by_test_id("password").fill("not the password")
            await page.get_by_test_id("log-in").click()
            await page.get_by_test_id("login-failed").wait_for()
            await mentions(page, "login-failed", "That is not the password.")
            await accessible(page)
            await log_in(page)
            await page.get_by_test_id("empty-floor").wait_for()
            await shoot(page, "kiosk-empty")
            lifters = [day.enter() for _ in range(3)]
            async with moving(day, *lifters):
                for lifter, reps in zip(lifters, (7, 12, 1), strict=True):
                    day.vision.say(floor.set_started(lifter.camera_id))
                    day.lift(lifter, *range(1, reps + 1))
                await page.get_by_test_id("tile").nth(2).wait_for()
                await page.wait_for_function(f"() => {COUNTS} === '7,12,1'")
                await page.locator("[data-testid=code] path").nth(2).wait_for()
                await shoot(page, "kiosk")
                await accessible(page)
                day.lift(lifters[2], 2)
                await page.wait_for_function(f"() => {COUNTS} === '7,12,2'")
                await claims_by_the_code(page, day, lifters[1], made)
                await page.get_by_text("On a phone").wait_for()
                await shoot(page, "kiosk-claimed")
                async with phone(desk=DESK, language="de-DE", scheme="light") as other:
                    await other.goto(gym.url("/kiosk"))
                    await log_in(other)
                    await other.get_by_test_id("tile").nth(2).wait_for()
                    await other.locator("[data-testid=code] path").nth(1).wait_for()
                    await shoot(other, "kiosk-german-light")
                    await accessible(other)
            await page.get_by_test_id("empty-floor").wait_for()

    run(test())


async def claims_by_the_code(page: Page, day: Day, lifter: Lifter, made: list[Response]) -> None:
    """The code beside a figure is the one that the box made for them; who scans it has that visit."""
    told = [await one.json() for one in made if lifter.session_id in (one.request.post_data or "")]
    url = told[-1]["url"]
    picture = await page.get_by_test_id("tile").nth(1).get_by_test_id("code").screenshot()
    shown = np.asarray(Image.open(io.BytesIO(picture)).convert("L"))
    modules = np.array(segno.make(url, error="l", micro=False).matrix, dtype=bool)
    count = len(modules) + 2 * MARGIN
    centres = ((np.arange(len(modules)) + MARGIN + 0.5) * shown.shape[0] / count).astype(int)
    assert ((shown[np.ix_(centres, centres)] < 128) == modules).all()
    paired = await day.pair(url.partition("#t=")[2].partition("&")[0], status=201)
    assert paired["session_id"] == lifter.session_id


def test_the_operator_hides_a_part_of_a_picture_by_dragging_over_it(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day, phone(desk=DESK) as page:
            with filming(gym.folder, "rack-1"):
                await page.goto(gym.url("/admin"))
                await log_in(page)
                card = page.get_by_test_id("camera-rack-1")
                await card.locator("img").wait_for()
                await shoot(page, "admin-cameras")
                await accessible(page)
                await card.get_by_test_id("privacy").click()
                paint = page.get_by_test_id("paint")
                await page.locator("[data-testid=canvas] img").wait_for()
                await paint.scroll_into_view_if_needed()
                area = await paint.bounding_box()
                assert area
                await page.mouse.move(area["x"] + area["width"] * 0.1, area["y"] + area["height"] * 0.2)
                await page.mouse.down()
                await page.mouse.move(area["x"] + area["width"] * 0.3, area["y"] + area["height"] * 0.5, steps=4)
                await page.mouse.move(area["x"] + area["width"] * 0.5, area["y"] + area["height"] * 0.8, steps=4)
                await page.mouse.up()
                corner = page.get_by_role("button", name="Zone 1, corner 3")
                await corner.focus()
                await page.keyboard.press("ArrowRight")
                await page.keyboard.press("ArrowDown")
                await shoot(page, "admin-privacy")
                await accessible(page)
                await page.get_by_test_id("save-zones").click()
                await page.get_by_test_id("privacy-sheet").wait_for(state="detached")
                (zone,) = load(gym.folder / "gymbox.toml").camera[0].privacy_zones
                expected = [(0.1, 0.2), (0.5, 0.2), (0.51, 0.81), (0.1, 0.8)]
                assert np.allclose(zone, expected, atol=0.02)
                headers = {"Authorization": f"Bearer {await day.operator()}"}
                async with day.web.get("/cameras/rack-1/picture", headers=headers) as answer:
                    shown = np.asarray(Image.open(io.BytesIO(await answer.read())))
                height, width = shown.shape[:2]
                assert shown[int(height * 0.25) : int(height * 0.75), int(width * 0.15) : int(width * 0.45)].max() < 30
                assert shown[:, int(width * 0.6) :].max() > 100
                await shows(page, "facts", "0 people · 1 privacy zone")

    run(test())


def test_the_operator_tries_a_camera_adds_it_and_removes_it(gym: Gym) -> None:
    async def test() -> None:
        async with phone(desk=DESK, language="de-DE", scheme="light") as page:
            await page.goto(gym.url("/admin"))
            await log_in(page)
            await page.get_by_test_id("add-camera").click()
            await page.get_by_test_id("camera-id").fill("tür")
            await page.get_by_test_id("camera-url").fill("rtsp://user:secret@127.0.0.1:1/x")
            await page.get_by_test_id("test-camera").click()
            await page.get_by_test_id("trial-failed").wait_for()
            await mentions(page, "trial-failed", "id:")
            await page.get_by_test_id("camera-id").fill("door")
            await page.get_by_test_id("test-camera").click()
            await page.get_by_test_id("trial-failed").get_by_text("rtsp://***@127.0.0.1:1/x").wait_for()
            await accessible(page)
            await page.get_by_test_id("camera-url").fill(str(SAMPLE))
            await page.get_by_test_id("test-camera").click()
            await page.get_by_test_id("trial-result").wait_for(timeout=SLOW_MS)
            await shoot(page, "admin-add")
            await accessible(page)
            await page.get_by_test_id("add-tested").click()
            card = page.get_by_test_id("camera-door")
            await card.wait_for()
            await card.get_by_test_id("zone").click()
            await page.get_by_test_id("zone-name").fill("Eingang")
            await page.get_by_test_id("save-zone").click()
            await card.get_by_text("Eingang").wait_for()
            await card.get_by_test_id("remove").click()
            await page.get_by_test_id("remove-for-good").click()
            await card.wait_for(state="detached")
            assert [camera.id for camera in load(gym.folder / "gymbox.toml").camera] == ["rack-1"]

    run(test())


def test_the_operator_sees_how_the_box_is(gym: Gym) -> None:
    async def test() -> None:
        async with phone(desk=DESK) as page:
            await page.goto(gym.url("/admin"))
            await log_in(page)
            await page.get_by_role("radio", name="Box").click()
            await page.get_by_test_id("free").wait_for()
            await page.get_by_test_id("back-up").click()
            await page.get_by_test_id("examine").click()
            await page.get_by_test_id("finding-fail").first.wait_for(timeout=SLOW_MS)
            await mentions(page, "health", "camera rack-1")
            await shoot(page, "admin-box")
            await accessible(page)
            await page.get_by_test_id("log-out").click()
            await page.get_by_test_id("login").wait_for()

    run(test())
