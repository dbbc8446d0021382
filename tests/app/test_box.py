"""The app before a whole box with a camera: from the pixels of the sample to digits, words, a replay and statistics."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import aiohttp
import pytest

from gymbox.hub.password import Password
from tests.app.browser import needed, phone, shoot, shows, tab
from tests.asking import asked
from tests.gym import free_port
from tests.process.box import LIMIT_S, box
from tests.process.lives import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

    from tests.process.box import Box

pytestmark = [needed, pytest.mark.alone]

COUNTS: Final = """
window.counts = [];
new MutationObserver(() => {
  const shown = document.querySelector("[data-testid=reps]")?.textContent ?? "";
  if (shown !== "" && shown !== String(window.counts.at(-1))) window.counts.push(Number(shown));
}).observe(document, { childList: true, subtree: true, characterData: true });
"""
"""Keeps every count that was shown."""


def replayed(database: Path) -> list[tuple[str, ...]]:
    """Visits with a replay."""
    return asked(database, "select session_id from clips join tracks on tracks.id = track_id where session_id not null")


def over(database: Path, visit: str) -> bool:
    return bool(asked(database, "select id from exercise_sets where session_id = ? and ended_at is not null", visit))


def full(database: Path, visit: str) -> list[int]:
    """Numbers of the full repetitions of a visit's one set."""
    own = "rep_events join exercise_sets on exercise_sets.id = set_id where session_id = ? and kind = 'full'"
    question = f"select number from {own} order by number"  # noqa: S608 -- of our own words
    return [int(number) for (number,) in asked(database, question, visit)]


async def code(port: int, password: str, session_id: str) -> str:
    """What a screen's QR code says that names somebody's visit."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        token = (await (await http.post("/login", json={"password": password})).json())["token"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = await http.post("/pairing", json={"session_id": session_id}, headers=headers)
        return str((await answer.json())["url"])


async def trains(page: Page) -> None:
    """Until three repetitions, one after the other, and a sentence."""
    await page.get_by_test_id("mirror").wait_for()
    await page.wait_for_function("() => window.counts.some((count, at, all) => count > 0 && all[at + 2] === count + 2)")
    await page.wait_for_function("() => window.spoken.length > 0")
    said = await page.evaluate("window.spoken[0][1]")
    await page.get_by_test_id("log").filter(has_text=said).wait_for()
    await shoot(page, "box-live")


async def looks_back(page: Page, reps: int) -> None:
    """At a replay, and at the set that is over."""
    await tab(page, "Replay")
    await page.get_by_test_id("skeleton").first.wait_for()
    await page.wait_for_function("() => document.querySelector('video')?.currentTime > 0.4")
    await shoot(page, "box-replay")
    await tab(page, "Stats")
    await shows(page, "session-reps", str(reps))
    await page.get_by_test_id("badge").first.wait_for()
    await shoot(page, "box-stats")


def test_who_trains_before_the_camera_sees_it_counted_hears_it_and_looks_back(tmp_path: Path) -> None:
    database = tmp_path / "data/gymbox.db"

    async def test(running: Box, port: int, password: str) -> None:
        await asyncio.to_thread(wait_for, "a replay", lambda: replayed(database), LIMIT_S)
        ((visit,), *_) = replayed(database)
        async with phone() as page:
            await page.add_init_script(COUNTS)
            await page.goto(await code(port, password, visit))
            await trains(page)
            counts = await page.evaluate("window.counts")
            running.config.write_text(running.config.read_text().partition("[[camera]]")[0])  # everybody leaves
            await asyncio.to_thread(wait_for, "the end of the set", lambda: over(database, visit), LIMIT_S)
            kept = full(database, visit)
            await looks_back(page, len(kept))
        # What was shown is what was counted: never another number, never a step back.
        shown = [count for count in counts if count]
        assert shown == sorted(set(shown) & set(kept))

    port = free_port()
    password = Password(tmp_path / "data").invent()
    with box(tmp_path, "rack-1", port=port) as running:
        running.wait("ready", process="hub")
        asyncio.run(asyncio.wait_for(test(running, port, password), LIMIT_S))
        running.stop()
