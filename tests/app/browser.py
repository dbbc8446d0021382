"""Debian's Chromium as a member's phone, and what it shows."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright

from gymbox.hub.site import BUILT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from playwright.async_api import Page

ROOT: Final = Path(__file__).parents[2]
SHOTS: Final = ROOT / "out" / "app"
"""Where pictures of the screens are kept, for a person to look at."""
AXE: Final = ROOT / "mobile" / "node_modules" / "axe-core" / "axe.min.js"
LIMIT_MS: Final = 120_000
"""For whatever a busy machine takes long for."""
CHROMIUM: Final = shutil.which("chromium") or ""

needed: Final = pytest.mark.skipif(
    not CHROMIUM or not (BUILT / "index.html").exists() or not AXE.exists(),
    reason="needs Debian's chromium, and the web app: ./just app",
)

EAVESDROP: Final = """
window.spoken = [];
speechSynthesis.speak = (said) => {
  if (said.text) window.spoken.push([said.lang, said.text]);
  setTimeout(() => said.dispatchEvent(new Event("end")), 50);
};
"""
"""Keeps what is said aloud: a headless browser has no voice."""


@asynccontextmanager
async def phone(
    *,
    language: str = "en-GB",
    scheme: str = "dark",
    arguments: Sequence[str] = (),
    desk: tuple[int, int] | None = None,
    host: str = "127.0.0.1",
) -> AsyncIterator[Page]:
    """A phone's browser, or one on a desk or wall of that size.

    What a page trips over, and what it wants from elsewhere than its box, is a failure.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic", *arguments]
        )
        context = await browser.new_context(
            viewport={"width": desk[0], "height": desk[1]} if desk else {"width": 390, "height": 844},
            device_scale_factor=1 if desk else 2,
            is_mobile=desk is None,
            has_touch=desk is None,
            locale=language,
            color_scheme="light" if scheme == "light" else "dark",
        )
        context.set_default_timeout(LIMIT_MS)
        await context.add_init_script(EAVESDROP)
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("request", lambda request: wrong.append(request.url) if _elsewhere(request.url, host) else None)
        try:
            yield page
        finally:
            await browser.close()
        assert not wrong, wrong


def _elsewhere(url: str, host: str) -> bool:
    return url.partition(":")[0] != "data" and urlsplit(url.removeprefix("blob:")).hostname != host


async def shoot(page: Page, name: str) -> None:
    """Keep a picture of the screen."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")


async def accessible(page: Page) -> None:
    """Nothing serious that axe finds: contrast, names, roles, sizes of what is tapped."""
    # A sheet becomes a dialog once it has faded in.
    await page.wait_for_function("() => !document.querySelector('[aria-modal]:not([role=dialog])')")
    await page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = await page.evaluate(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })"
        ".then(({ violations }) => violations)"
    )
    serious = [
        (each["id"], [node["html"][:200] for node in each["nodes"]])
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
    assert not serious, serious


async def shows(page: Page, test_id: str, text: str) -> None:
    """Wait until what has this id says exactly this."""
    await page.wait_for_function(
        "([id, text]) => document.querySelector(`[data-testid=${id}]`)?.textContent === text", arg=[test_id, text]
    )


async def mentions(page: Page, test_id: str, text: str) -> None:
    """Wait until what has this id says this, among other things."""
    await page.get_by_test_id(test_id).filter(has_text=text).wait_for()


async def tab(page: Page, name: str) -> None:
    """Go to one of the three."""
    await page.get_by_role("tab", name=name).click()
