from __future__ import annotations

import asyncio
import hashlib
import shutil
import ssl
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, get_args

import aiohttp
import pytest

from gymbox.config import HubSettings, Settings
from gymbox.config.roster import Roster
from gymbox.errors import ConfigError
from gymbox.hub import app, process, words
from gymbox.hub.openapi import document
from gymbox.hub.process import build, listening
from gymbox.hub.route import OPEN, Route
from gymbox.storage import Reader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from gymbox.hub.box import Box


@asynccontextmanager
async def hub(folder: Path, **settings: object) -> AsyncIterator[tuple[Box, aiohttp.ClientSession]]:
    """A hub that listens, in this process, without a recorder."""
    wanted = HubSettings.model_validate({"host": "127.0.0.1", "port": 0, **settings})
    made = Settings(data_dir=folder, run_dir=folder, hub=wanted)
    async with Reader(folder) as reader:
        box = build(made, reader, Roster(made, None))
        async with listening(box), aiohttp.ClientSession(box.addresses.base("127.0.0.1")) as web:
            yield box, web


def test_health_is_open(tmp_path: Path) -> None:
    async def test() -> None:
        async with hub(tmp_path) as (_, web), web.get("/healthz") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "ok"})

    asyncio.run(test())


def test_who_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    async def test() -> None:
        async with hub(tmp_path, requests_per_s=1) as (_, web):
            answers = []
            for _ in range(40):
                async with web.get("/healthz") as answer:
                    answers.append(answer.status)
                    if answer.status == 429:
                        assert int(answer.headers["Retry-After"]) in {1, 2}
            assert answers[:6] == [200] * 6
            assert 429 in answers

    asyncio.run(test())


def test_without_a_recorder_the_hub_says_that_it_cannot(tmp_path: Path) -> None:
    async def test() -> None:
        async with hub(tmp_path) as (box, web):
            box.password.set("a long password")
            token = box.tokens.issue("operator", "operator", box.password.generation, lasts_s=60)
            async with web.get("/devices", headers={"Authorization": f"Bearer {token}"}) as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
                assert "the recorder makes it" in (await answer.json(content_type=None))["detail"]

    asyncio.run(test())


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async def test() -> None:
        async with hub(tmp_path / "one") as (box, _):
            with pytest.raises(ConfigError, match=rf"cannot listen at 127\.0\.0\.1:{box.addresses.port}"):
                async with listening(build(_taken(box), box.reader, box.roster)):
                    pass

    asyncio.run(test())


def _taken(box: Box) -> Settings:
    return box.settings.model_copy(
        update={
            "hub": HubSettings(host="127.0.0.1", port=box.addresses.port),
            "data_dir": box.settings.data_dir / "two",
        }
    )


def test_a_certificate_that_is_none_is_named(tmp_path: Path) -> None:
    files = {"tls_certificate": tmp_path / "c.pem", "tls_key": tmp_path / "k.pem"}
    for file in files.values():
        file.write_text(f"-----BEGIN CERTIFICATE-----\n{'A' * 8}\n-----END CERTIFICATE-----\n")

    async def test() -> None:
        async with hub(tmp_path, **files):
            pass

    with pytest.raises(ConfigError, match=r"tls_certificate .+c\.pem: cannot be used"):
        asyncio.run(test())


def test_with_a_certificate_it_answers_by_tls_and_is_known_by_that(tmp_path: Path) -> None:
    if not (openssl := shutil.which("openssl")):
        pytest.skip("openssl makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=gymbox.local -days 2"
    subprocess.run([openssl, *made.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)

    async def test() -> None:
        async with hub(tmp_path, tls_certificate=certificate, tls_key=key) as (box, web):
            async with web.get("/healthz", ssl=False) as answer:
                assert await answer.json() == {"status": "ok"}
            address = ("127.0.0.1", box.addresses.port)
            shown = await asyncio.to_thread(ssl.get_server_certificate, address)
            known = hashlib.sha256(ssl.PEM_cert_to_DER_cert(shown)).hexdigest()
            assert box.addresses.fingerprint == known[:16]
            assert box.addresses.join_url("code").startswith("https://127.0.0.1:")
            await process._ask_itself(box)

    asyncio.run(test())


def test_every_message_is_in_the_document_and_says_its_type() -> None:
    schemas = app.openapi()["components"]["schemas"]
    sent = [*get_args(words.Numbered), words.Standing, words.Pose, words.Pong, words.Wrong]
    mapping = schemas["Sent"]["discriminator"]["mapping"]
    assert {message.model_fields["type"].default for message in sent} == set(mapping)
    assert not [name for name in schemas if "__" in name], "two models of one name"


def test_a_row_that_contradicts_itself_is_no_document() -> None:
    async def nothing(_box: Box, _call: object) -> None:
        """Answer nothing."""

    row = Route(method="GET", path="/a/{b}", handle=nothing, name="a", summary="", who=OPEN)
    with pytest.raises(ValueError, match=r"expected a path model of {'b'}, got set\(\)"):
        document([row], version="1")
    twice = [app.ROUTES[0], app.ROUTES[0]]
    with pytest.raises(ValueError, match="another one is called health, too"):
        document(twice, version="1")
