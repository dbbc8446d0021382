"""What the operator's page learns of another version, and how its wish gets to root."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from gymbox.hub import updates
from gymbox.update.state import Book, Offer
from gymbox.update.wish import Wish, take
from tests.unit.test_hub_app import hub

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    import aiohttp

    from gymbox.hub.box import Box


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    made = Book(tmp_path / "book")
    monkeypatch.setattr(updates, "Book", lambda: made)
    return made


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


def operator(box: Box) -> dict[str, str]:
    box.password.set("a long password")
    token = box.tokens.issue("operator", "operator", box.password.generation, lasts_s=600)
    return {"Authorization": f"Bearer {token}"}


async def told(web: aiohttp.ClientSession, headers: dict[str, str]) -> dict[str, Any]:
    async with web.get("/updates", headers=headers) as answer:
        assert answer.status == 200
        found = await answer.json()
        assert isinstance(found, dict)
        return found


async def wished(web: aiohttp.ClientSession, headers: dict[str, str], what: str) -> int:
    async with web.post("/updates", headers=headers, json={"do": what}) as answer:
        return answer.status


def test_a_box_that_is_neither_package_nor_image_is_not_updated_so(tmp_path: Path, book: Book) -> None:
    async def test() -> None:
        async with hub(tmp_path) as (box, web):
            headers = operator(box)
            assert (await told(web, headers))["kind"] == ""
            assert await wished(web, headers, "install") == 409
            assert take(box.settings.run_dir) is None

    run(test())
    assert not book.folder.exists()


def test_what_is_known_is_shown_and_a_wish_is_left_where_root_sees_it(tmp_path: Path, book: Book) -> None:
    offer = Offer(version="0.2.0", notes="Counts lunges.", size_bytes=7, found_at="2026-11-21T00:00:00Z")  # type: ignore[arg-type]
    book.write(kind="package", running="0.1.0", good="0.1.0", before="0.0.9", offer=offer)
    book.note("kept", "0.1.0")

    async def test() -> None:
        async with hub(tmp_path) as (box, web):
            headers = operator(box)
            found = await told(web, headers)
            assert found.pop("happened")[0] | {"at": ""} == {"at": "", "what": "kept", "version": "0.1.0", "why": ""}
            assert found == {
                "kind": "package",
                "running": "0.1.0",
                "proven": True,
                "before": "0.0.9",
                "doing": "nothing",
                "progress": None,
                "offer": {"version": "0.2.0", "notes": "Counts lunges.", "size_bytes": 7},
            }
            assert await wished(web, headers, "install") == 204
            assert take(box.settings.run_dir) == Wish(do="install")
            assert await wished(web, headers, "http://elsewhere/gymbox.deb") == 422
            assert take(box.settings.run_dir) is None

    run(test())


def test_one_at_a_time_and_for_the_operator_alone(tmp_path: Path, book: Book) -> None:
    book.write(kind="image", running="0.2.0", good="0.1.0", doing="downloading", progress=0.5)

    async def test() -> None:
        async with hub(tmp_path) as (box, web):
            headers = operator(box)
            found = await told(web, headers)
            assert (found["proven"], found["doing"], found["progress"]) == (False, "downloading", 0.5)
            assert await wished(web, headers, "rollback") == 409
            assert await wished(web, {}, "rollback") == 401

    run(test())
