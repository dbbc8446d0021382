from __future__ import annotations

import asyncio
import base64
import socket
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest
from aiohttp import web

from gymbox.errors import OnvifError, OnvifLoginError
from gymbox.onvif import device, discovery
from gymbox.onvif.device import streams, with_login
from gymbox.onvif.discovery import GROUP, Found, discover, matches
from gymbox.onvif.soap import Login, digest, read
from tests.onvif_camera import HOME, PASSWORD, USER, OnvifCamera, fault, told

if TYPE_CHECKING:
    from gymbox.onvif.device import Stream

LOGIN: Final = Login(USER, PASSWORD)


@pytest.fixture
def group() -> tuple[str, int]:
    """Where this test alone asks and answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HOME, 0))
        return GROUP[0], int(free.getsockname()[1])


def found_by(group: tuple[str, int], *cameras: OnvifCamera) -> tuple[Found, ...]:
    async def ask() -> tuple[Found, ...]:
        async with AsyncExitStack() as homes:
            for camera in cameras:
                await homes.enter_async_context(camera.at_home(group))
            tries, found = 0, await discover(0.5, interfaces=[HOME], group=group)
            while len(found) < len(cameras) and (tries := tries + 1) < 60:  # a busy machine answers late
                found = await discover(0.5, interfaces=[HOME], group=group)
            return found

    return asyncio.run(ask())


def streams_of(camera: OnvifCamera, login: Login | None = LOGIN) -> tuple[Stream, ...]:
    async def ask() -> tuple[Stream, ...]:
        async with camera.at_home() as service:
            return await streams(service, login)

    return asyncio.run(ask())


def test_cameras_are_found_each_once_however_often_they_answer(group: tuple[str, int]) -> None:
    chatty, other = OnvifCamera(answers=3), OnvifCamera(name="Platform")
    assert found_by(group, chatty, other) == tuple(
        Found(HOME, f"http://{HOME}:{camera.port}/onvif/device_service", name, "X-200", "weights")
        for camera, name in sorted([(chatty, "Entrance left"), (other, "Platform")], key=lambda one: one[0].port)
    )


def test_nobody_there_is_no_error(group: tuple[str, int]) -> None:
    assert found_by(group) == ()


def test_without_a_network_there_is_nobody_to_ask() -> None:
    with pytest.raises(OnvifError, match="no network to look for cameras in"):
        asyncio.run(discover(0.05, interfaces=[]))


@pytest.mark.parametrize(
    "elsewhere",
    ["http://10.1.2.3:{port}/onvif/device_service", "ftp://{host}/onvif", "http://{host}:x/", "http://a:b@{host}/", ""],
)
def test_a_camera_speaks_for_itself_alone(elsewhere: str) -> None:
    assert matches(OnvifCamera(service_at=elsewhere).match("urn:uuid:1"), HOME, {"urn:uuid:1"}) == []


def test_what_answers_no_question_of_ours_is_not_heard() -> None:
    answer = OnvifCamera().match("urn:uuid:1")
    assert len(matches(answer, HOME, {"urn:uuid:1"})) == 1
    with pytest.raises(OnvifError, match="somebody else's question"):
        matches(answer, HOME, {"urn:uuid:2"})


def test_a_flood_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MOST", 3)
    monkeypatch.setattr(discovery, "MOST_ANSWERS", 5)
    ear = discovery._Ear({"urn:uuid:1"})
    ear.datagram_received(OnvifCamera(name="x" * discovery.LARGEST).match("urn:uuid:1"), (HOME, 1))
    assert ear.found == {}
    for port in range(1, 10):
        ear.datagram_received(OnvifCamera(port=port).match("urn:uuid:1"), (HOME, 1))
    assert len(ear.found) == 3


def test_names_move_no_cursor() -> None:
    ((_, found),) = matches(OnvifCamera(name="%1B%5B2J" + "long" * 99).match("urn:uuid:1"), HOME, {"urn:uuid:1"})
    assert found.name == ("[2J" + "long" * 99)[:64]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no XML"),
        (b"\xff\xfe\x00", "no XML"),
        (b"<html><body>Not found</body></html>", "other XML"),
        (b"<a>" * 100_000, "no XML"),
        (b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>', "document type"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16"), "no XML"),
    ],
    ids=["nothing", "no text", "a web page", "cut off and deep", "entities", "entities in disguise"],
)
def test_xml_of_strangers_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(OnvifError, match=why):
        read(data)


def test_the_digest_is_the_standard_s() -> None:
    # ONVIF Application Programmer's Guide 1.0, section 6.1.1.3.
    nonce = "LKqI6G/AikKCQrN0zqZFlg=="
    assert digest(base64.b64decode(nonce), "2010-09-16T07:50:45Z", "userpassword") == "tuOSpGlFlIXsozq4HFNeeGeFLEI="


def test_a_camera_says_what_it_sends_and_the_most_fitting_comes_first() -> None:
    camera = OnvifCamera()
    sub, main = streams_of(camera)
    assert (sub.url, sub.codec, sub.width, sub.height, sub.fps) == (
        f"rtsp://{HOME}:554/sub?channel=1",
        "H264",
        1280,
        720,
        15,
    )
    assert (main.name, main.width) == ("main stream", 2560)
    assert camera.asked == ["GetSystemDateAndTime", "GetCapabilities", "GetProfiles", "GetStreamUri", "GetStreamUri"]
    assert not any(b"p@ss" in body for body in camera.passwords_seen)


@pytest.mark.parametrize(
    "camera",
    [
        OnvifCamera(clock_ahead=timedelta(days=-9000)),
        OnvifCamera(http_digest=True),
        OnvifCamera(open_to_all=True),
        OnvifCamera(instead=lambda name: fault("ter:ActionNotSupported", "no") if "Time" in name else None),
    ],
    ids=["a clock of long ago", "HTTP's digest", "no password", "no clock"],
)
def test_cameras_differ(camera: OnvifCamera) -> None:
    assert [stream.name for stream in streams_of(camera)] == ["sub stream", "main stream"]


@pytest.mark.parametrize("camera", [OnvifCamera(), OnvifCamera(http_digest=True)], ids=["WS-Security", "HTTP"])
@pytest.mark.parametrize(
    ("login", "why"),
    [(Login(USER, "wrong"), "refuses the password of 'admin'"), (None, "wants a user name and a password")],
    ids=["wrong", "none"],
)
def test_a_wrong_password_is_told_from_all_else(camera: OnvifCamera, login: Login | None, why: str) -> None:
    with pytest.raises(OnvifLoginError, match=rf"camera 127\.0\.0\.1: .*{why}"):
        streams_of(camera, login)


def page(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


@pytest.mark.parametrize(
    ("camera", "why"),
    [
        (OnvifCamera(instead=lambda _: page("<html>login</html>")), "other XML of 18 bytes"),
        (OnvifCamera(instead=lambda _: page("x" * (device.LARGEST + 1))), "at most 512 kB, got more"),
        (OnvifCamera(instead=lambda _: web.Response(status=302, headers={"Location": "/"})), "no XML"),
        (OnvifCamera(instead=lambda n: told("<x/>") if "Prof" in n else None), "GetProfiles: expected an answer to it"),
        (OnvifCamera(instead=lambda n: fault("ter:X", "no \x07bell") if "Uri" in n else None), "no XML"),
        (OnvifCamera(instead=lambda n: fault("ter:X", "busy") if "Uri" in n else None), "GetStreamUri: refused: busy"),
        (OnvifCamera(streams={}), "no profile"),
        (OnvifCamera(rtsp="http://10.0.0.1/x"), "begins with rtsp or rtsps, got 'http://10.0.0.1/x'"),
    ],
    ids=["a web page", "too much", "elsewhere", "another answer", "no character", "a refusal", "no stream", "no RTSP"],
)
def test_what_is_no_answer_is_told_of(camera: OnvifCamera, why: str) -> None:
    with pytest.raises(OnvifError, match=rf"camera 127\.0\.0\.1: .*{why}"):
        streams_of(camera)


def test_a_slow_camera_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "ANSWER_S", 0.2)
    with pytest.raises(OnvifError, match=r"camera 127\.0\.0\.1: no answer within 0\.2 s"):
        streams_of(OnvifCamera(delay_s=30))


def test_where_nobody_listens_is_told() -> None:
    with socket.socket() as unused:
        unused.bind((HOME, 0))
        with pytest.raises(OnvifError, match=r"camera 127\.0\.0\.1: nobody answers at http://127"):
            asyncio.run(streams(f"http://{HOME}:{unused.getsockname()[1]}/onvif/device_service"))


def test_what_is_no_web_server_is_told() -> None:
    async def ask() -> None:
        async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"SSH-2.0-OpenSSH\r\n")
            writer.close()

        async with await asyncio.start_server(greet, HOME, 0) as server:
            await streams(f"http://{HOME}:{server.sockets[0].getsockname()[1]}/onvif/device_service")

    with pytest.raises(OnvifError, match="expected HTTP, got something else"):
        asyncio.run(ask())


@pytest.mark.parametrize("address", ["ftp://host/", "http://", "http://host:99999/", "a b\n"])
def test_what_is_no_address_is_not_asked(address: str) -> None:
    with pytest.raises(OnvifError):
        asyncio.run(streams(address))


def test_a_password_of_all_letters_goes_into_an_address() -> None:
    assert with_login("rtsp://10.0.0.9/a", Login("ann", "a/b@c:d é")) == "rtsp://ann:a%2Fb%40c%3Ad%20%C3%A9@10.0.0.9/a"
    assert "secret" not in repr(Login("ann", "secret"))
