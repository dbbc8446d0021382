"""The app in a browser, against the real hub and recorder: from a code to a count, and what comes after."""

from __future__ import annotations

import asyncio
import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
import pytest
import segno

from gymbox.bus.endpoints import COACH
from gymbox.bus.publish import Speaker
from gymbox.storage import Store
from tests import floor, kept
from tests.app.browser import accessible, mentions, needed, phone, shoot, shows, tab
from tests.app.squatters import moving, squatting
from tests.gym import Gym, Lifter
from tests.process.box import SAMPLE
from tests.process.lives import reap, wait_for

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

    from playwright.async_api import Page

    from tests.gym import Day

pytestmark = needed

CLIP_S: Final = 4
OLD: Final = Lifter("rack-1", kept.VISIT)
"""Somebody who has a set with a replay."""


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gym]:
    folder = tmp_path_factory.mktemp("gym")
    asyncio.run(remember(folder))
    with ExitStack() as processes:
        yield Gym.open(folder, processes)


async def remember(folder: Path) -> None:
    """A set of five with an alert, its clip and the poses for it, of nobody yet."""
    async with await Store.open(folder) as store:
        start_ns = kept.clip().start_ns
        poses = [floor.perception(t_ns=start_ns + tick * 100_000_000) for tick in range(CLIP_S * 10)]
        await store.record("seed", kept.heard(*kept.a_set(5)) + kept.live([squatting(pose, 0.5) for pose in poses]))
        cut(folder / "clips" / f"{kept.CLIP}.mp4")
        await store.add_clip(kept.clip().model_copy(update={"duration_s": float(CLIP_S)}), f"{kept.CLIP}.mp4")


def cut(path: Path) -> None:
    """The first seconds of the sample."""
    with av.open(str(SAMPLE)) as source, av.open(str(path), "w") as clip:
        stream = source.streams.video[0]
        copy = clip.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None and packet.pts is not None and packet.pts * (stream.time_base or 1) < CLIP_S:
                packet.stream = copy
                clip.mux(packet)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 400))


async def code(day: Day) -> str:
    """What a QR code says."""
    answer = await day.ask("POST", "/pairing", token=await day.operator(), json={}, status=201)
    return str(answer["url"])


async def join(page: Page, day: Day, lifter: Lifter) -> None:
    """Pair by a code that names somebody's visit."""
    wanted = {"session_id": lifter.session_id}
    while True:  # the recorder may have yet to hear of them
        answer = await day.ask("POST", "/pairing", token=await day.operator(), json=wanted, status=201)
        await page.goto("about:blank")
        await page.goto(answer["url"])
        await page.get_by_test_id("coaching").or_(page.get_by_test_id("failure")).wait_for()
        if await page.get_by_test_id("coaching").is_visible():
            return


async def spoken(page: Page, *sentences: str) -> None:
    """Wait until exactly these were said aloud."""
    await page.wait_for_function(
        "(said) => window.spoken.map((each) => each[1]).join() === said", arg=",".join(sentences)
    )


def test_a_member_claims_themselves_trains_and_looks_back(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day, phone() as page, Speaker(COACH, run_dir=gym.folder, data_dir=gym.folder) as coach:
            ours, other = day.enter(), day.enter()
            async with moving(day, ours, other):
                await page.goto(await code(day))
                await page.get_by_test_id("someone").nth(1).wait_for()
                await shoot(page, "claim")
                await accessible(page)
                await page.get_by_test_id("someone").first.click()
                await page.get_by_test_id("thats-me").click()
                await page.get_by_test_id("mirror").wait_for()
                await shows(page, "connection", "Live")
                await trains(page, day, ours, other, coach)
            await looks_back(page)

    run(test())


async def trains(page: Page, day: Day, ours: Lifter, other: Lifter, coach: Speaker) -> None:
    day.vision.say(floor.set_started(ours.camera_id), floor.set_started(other.camera_id))
    day.lift(other, 1, 2, 3, 4)
    day.lift(ours, 1, 2)
    await shows(page, "reps", "2")
    await shows(page, "exercise", "Squat")
    deep = "Number(document.querySelector('[data-testid=range]').getAttribute('aria-valuenow'))"
    await page.wait_for_function(f"() => {deep} > 50")
    await page.wait_for_function(f"() => {deep} < 40")
    day.vision.say(kept.alert(ours.camera_id, "a-bbbbbbbbbbbb"))
    sentence = kept.guidance(ours.camera_id).model_copy(update={"alert_id": "a-bbbbbbbbbbbb"})
    coach.say(sentence)
    await spoken(page, "Sit a little deeper.")
    await shows(page, "guidance", "Sit a little deeper.")
    await mentions(page, "log", "Sit a little deeper.")
    day.lift(ours, 3)
    await shows(page, "reps", "3")
    await shoot(page, "live")
    await accessible(page)
    await page.get_by_test_id("rest").wait_for()
    await shoot(page, "rest")
    day.vision.say(kept.finished(3, ours.camera_id))
    await shows(page, "form", "93")
    await page.get_by_test_id("settings").click()
    await page.get_by_test_id("settings-sheet").wait_for()
    await shoot(page, "settings")
    await accessible(page)
    await page.get_by_role("button", name="Close").click()


async def looks_back(page: Page) -> None:
    await tab(page, "Replay")
    await page.get_by_test_id("replay-empty").wait_for()
    await shoot(page, "replay-empty")
    await tab(page, "Stats")
    await shows(page, "session-sets", "1")
    await shows(page, "session-reps", "3")
    await shows(page, "badge", "93")
    green = await page.get_by_test_id("badge").evaluate("(badge) => getComputedStyle(badge).backgroundColor")
    assert green == "rgb(95, 224, 138)"
    await page.get_by_test_id("chart").nth(1).wait_for()
    await shoot(page, "stats")
    await accessible(page)
    await page.get_by_test_id("set").click()
    await page.get_by_role("button", name="One more").click()
    await shoot(page, "edit")
    await accessible(page)
    await page.get_by_test_id("save").click()
    await shows(page, "session-reps", "4")
    await page.get_by_test_id("set").click()
    await page.get_by_test_id("undo").click()
    await shows(page, "session-reps", "3")
    await page.get_by_test_id("set").click()
    await page.get_by_test_id("delete-set").click()
    await page.get_by_test_id("undo-delete").click()
    await shows(page, "session-reps", "3")
    async with page.expect_download() as saved:
        await page.get_by_test_id("export-csv").click()
    text = (await (await saved.value).path()).read_text()
    assert text.splitlines()[0].startswith("visit,set,exercise")
    assert ",squat," in text.splitlines()[1]
    async with page.expect_download() as saved:
        await page.get_by_test_id("export-json").click()
    assert '"reps"' in (await (await saved.value).path()).read_text()
    await page.get_by_test_id("delete-all").click()
    await page.get_by_test_id("delete-for-good").click()
    await tab(page, "Live Coaching")
    await page.get_by_test_id("start").wait_for()


def test_the_count_is_right_again_after_the_hub_was_killed_and_the_page_was_loaded_anew(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day, phone() as page, Speaker(COACH, run_dir=gym.folder, data_dir=gym.folder) as coach:
            ours = day.enter()
            await join(page, day, ours)
            await shows(page, "connection", "Live")
            day.vision.say(floor.set_started(ours.camera_id))
            day.lift(ours, 1, 2)
            await shows(page, "reps", "2")
            reap(gym.hub, signal.SIGKILL)
            await shows(page, "connection", "Connecting …")
            await shoot(page, "connecting")
            day.lift(ours, 3, 4)
            coach.say(kept.guidance(ours.camera_id))
            gym.hub = gym.begin("hub")
            await asyncio.to_thread(wait_for, "the hub", gym.answers, 240)
            await shows(page, "reps", "4")
            await shows(page, "connection", "Live")
            await mentions(page, "log", "Sit a little deeper.")
            await spoken(page)  # what was missed is shown, and not said any more
            day.lift(ours, 5)
            await shows(page, "reps", "5")
            await page.reload()
            await shows(page, "reps", "5")

    run(test())


def test_a_code_that_is_wrong_or_used_says_so_and_stays(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day, phone() as page:
            await page.goto(gym.url("/"))
            await page.get_by_test_id("code").fill("https://example.org/join")
            await page.get_by_test_id("go").click()
            await shows(page, "failure", "That is not a gymbox code.")
            await shoot(page, "start-wrong")
            await accessible(page)
            used = await code(day)
            await day.pair(used.partition("#t=")[2].partition("&")[0], status=201)
            await page.get_by_test_id("code").fill(used)
            await page.get_by_test_id("go").click()
            await shows(page, "failure", "This code was used already, or has expired. Scan a new one.")
            await page.goto("about:blank")
            await page.goto(used)
            await page.get_by_test_id("failure").wait_for()
            await page.get_by_test_id("code").fill(await code(day))
            await page.get_by_test_id("go").click()
            await page.get_by_test_id("claim").wait_for()

    run(test())


def test_the_app_is_installable_and_opens_where_the_box_is_out_of_reach(gym: Gym) -> None:
    async def test() -> None:
        async with phone() as page:
            await page.goto(gym.url("/"))
            await page.get_by_test_id("start").wait_for()
            await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            browser = await page.context.new_cdp_session(page)
            found = await browser.send("Page.getInstallabilityErrors")
            # A test's browser keeps nothing, which is all that stands against it.
            assert [each["errorId"] for each in found["installabilityErrors"]] == ["in-incognito"]
            await page.reload()  # now through the worker, which keeps what it hands on
            await page.get_by_test_id("start").wait_for()
            await page.context.set_offline(True)
            await page.reload()
            await page.get_by_test_id("start").wait_for()

    run(test())


def test_a_replay_plays_slowly_under_its_skeleton(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day, phone(language="de-DE", scheme="light") as page:
            await join(page, day, OLD)
            await tab(page, "Replay")
            await page.get_by_test_id("skeleton").wait_for()
            await page.wait_for_function("() => document.querySelector('video')?.currentTime > 0.4")
            rate, width = await page.evaluate(
                "(({ playbackRate, videoWidth }) => [playbackRate, videoWidth])(document.querySelector('video'))"
            )
            assert (rate, width) == (0.5, 1280)
            await mentions(page, "clip", "Kniebeuge")
            await shoot(page, "replay")
            await accessible(page)
            await page.get_by_role("radio", name="1×").click()
            await page.wait_for_function("() => document.querySelector('video').playbackRate === 1")
            await page.get_by_test_id("play").click()
            await page.wait_for_function("() => document.querySelector('video').paused")
            await tab(page, "Statistik")
            await page.get_by_test_id("session-card").wait_for()
            await shoot(page, "stats-german-light")
            await accessible(page)

    run(test())


def test_the_browser_s_camera_reads_a_real_code(gym: Gym, tmp_path: Path) -> None:
    async def test() -> None:
        async with gym.day() as day:
            seen = tmp_path / "camera.y4m"
            film(await code(day), seen)
            camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
            async with phone(arguments=[*camera, f"--use-file-for-fake-video-capture={seen}"]) as page:
                await page.goto(gym.url("/"))
                await page.get_by_test_id("scan").click()
                await page.get_by_test_id("claim").wait_for()

    run(test())


def film(text: str, path: Path) -> None:
    """A camera's film of a QR code."""
    dark = np.array(list(segno.make(text).matrix_iter(scale=6, border=6)), dtype=bool)
    picture = np.full((480, 640), 235, np.uint8)
    top, left = (480 - dark.shape[0]) // 2, (640 - dark.shape[1]) // 2
    picture[top : top + dark.shape[0], left : left + dark.shape[1]][dark] = 16
    frame = b"FRAME\n" + picture.tobytes() + bytes([128]) * (2 * 320 * 240)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F15:1 Ip A1:1 C420\n" + frame * 15)
