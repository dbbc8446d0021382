from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import pytest

from gymbox.hub.site import Site
from tests.unit.test_hub_app import hub

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "_expo/static/js/web/entry-0123456789abcdef0123456789abcdef.js"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build of an app, with a secret beside it."""
    folder = tmp_path / "web"
    (folder / SCRIPT).parent.mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>the app</title>")
    (folder / SCRIPT).write_text("let app;")
    (folder / f"{SCRIPT}.gz").write_bytes(gzip.compress(b"let app;"))
    (folder / f"{SCRIPT}.br").write_bytes(b"as brotli has it")
    (folder / "reader.wasm").write_bytes(b"\0asm")
    (folder / ".hidden").write_text("hidden")
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    return folder


async def status(web: object, path: str, **headers: str) -> tuple[int, str]:
    async with web.get(path, headers=headers) as answer:  # type: ignore[attr-defined]
        return answer.status, answer.content_type


def test_the_app_is_at_the_root_and_at_its_own_pages(build: Path, tmp_path: Path) -> None:
    async def test() -> None:
        async with hub(tmp_path, web_dir=build) as (_, web):
            tag = ""
            for path in ("/", "/stats", "/no/such/page"):
                async with web.get(path, headers={"Accept": "text/html,*/*"}) as answer:
                    assert (answer.status, answer.content_type) == (200, "text/html")
                    assert answer.headers["Cache-Control"] == "no-cache"
                    assert "'wasm-unsafe-eval'" in answer.headers["Content-Security-Policy"]
                    assert "the app" in await answer.text()
                    tag = answer.headers["ETag"]
            again = {"If-None-Match": tag, "Accept": "text/html"}
            assert (await status(web, "/", **again))[0] == 304

    asyncio.run(test())


def test_what_the_api_has_not_is_not_found_and_what_it_has_it_answers_itself(build: Path, tmp_path: Path) -> None:
    async def test() -> None:
        async with hub(tmp_path, web_dir=build) as (_, web):
            problem = "application/problem+json"
            assert await status(web, "/no/such/path", Accept="application/json") == (404, problem)
            assert await status(web, "/missing.js", Accept="text/html") == (404, problem)
            assert await status(web, "/me", Accept="text/html") == (401, problem)
            assert await status(web, "/sessions/nonsense", Accept="text/html") == (401, problem)
            assert await status(web, "/healthz", Accept="text/html") == (200, "application/json")
            assert await status(web, "/login", Accept="text/html") == (405, problem)
            async with web.post("/stats", headers={"Accept": "text/html"}) as answer:
                assert answer.status == 404

    asyncio.run(test())


def test_a_file_comes_compressed_as_the_client_takes_it_and_is_kept_for_ever_if_its_name_says_what_is_in_it(
    build: Path, tmp_path: Path
) -> None:
    async def test() -> None:
        async with hub(tmp_path, web_dir=build) as (_, web):
            for takes, gets in (("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)):
                async with web.get(f"/{SCRIPT}", headers={"Accept-Encoding": takes}, auto_decompress=False) as answer:
                    assert answer.headers.get("Content-Encoding") == gets
                    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
                    assert "immutable" in answer.headers["Cache-Control"]
                    assert "Accept-Encoding" in answer.headers["Vary"]
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert await status(web, "/reader.wasm") == (200, "application/wasm")

    asyncio.run(test())


def test_without_a_build_there_is_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        async with hub(tmp_path, web_dir=tmp_path / "none") as (_, web):
            assert (await status(web, "/", Accept="text/html"))[0] == 404

    asyncio.run(test())


def test_nothing_outside_the_build_is_to_be_had(build: Path) -> None:
    site = Site(build)
    assert site.find("/index.html") == build / "index.html"
    outside = (
        "/../secret",
        "/x/../../secret",
        "//etc/passwd",
        "/link",
        "/.hidden",
        "/a\0b",
        "/" + "x" * 5000,
        "/_expo",
    )
    assert [path for path in outside if site.find(path)] == []


def test_a_path_that_is_written_to_lead_outside_does_not(build: Path, tmp_path: Path) -> None:
    async def test() -> None:
        async with hub(tmp_path, web_dir=build) as (box, _):
            for path in ("/../secret", "/%2e%2e/secret", "/..%2fsecret", "/%2Fetc/passwd", "/link", "/.hidden"):
                reader, writer = await asyncio.open_connection("127.0.0.1", box.addresses.port)
                writer.write(f"GET {path} HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n".encode())
                answer = await reader.read()
                writer.close()
                assert answer.startswith(b"HTTP/1.1 404"), path
                assert b"secret" not in answer.partition(b"\r\n\r\n")[2]

    asyncio.run(test())
