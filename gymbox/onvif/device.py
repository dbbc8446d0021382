"""What one camera sends, as it says itself: its streams, with addresses, from ONVIF's device and media services."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit, urlunsplit
from xml.sax.saxutils import escape

import aiohttp

from gymbox.errors import OnvifError, OnvifLoginError
from gymbox.onvif.discovery import printable
from gymbox.onvif.soap import NAMES, envelope, read, token, word

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from gymbox.onvif.soap import Login

ANSWER_S: Final = 8.0
"""How long one answer may take. A camera with a slow processor takes two seconds."""
ALL_S: Final = 20.0
"""How long all of them may take."""
LARGEST: Final = 512 * 1024
"""Bytes of an answer. Profiles of a camera with many lenses take 100 kB."""
MOST: Final = 8
"""Profiles whose address is asked for."""
BEST_HEIGHT: Final = 720
"""Pixels of the stream that is offered first: people are seen well, and decoding costs little."""
_MOMENT: Final = ("Date/tt:Year", "Date/tt:Month", "Date/tt:Day", "Time/tt:Hour", "Time/tt:Minute", "Time/tt:Second")
_DECODED: Final = frozenset({"H264", "H265"})


@dataclass(frozen=True, slots=True)
class Stream:
    """One of the streams that a camera sends."""

    name: str
    url: str
    """RTSP, without credentials."""
    codec: str
    width: int
    height: int
    """0 × 0 where the camera does not say."""
    fps: int | None

    @property
    def rank(self) -> tuple[bool, int]:
        """The lower, the better for counting."""
        return self.codec not in _DECODED, abs(self.height - BEST_HEIGHT)


async def streams(service: str, login: Login | None = None) -> tuple[Stream, ...]:
    """The streams of the camera whose device service is at `service`, the most fitting first.

    Args:
        service: as it was discovered.
        login: of a user of the camera; the password is proven, not sent.

    Raises:
        OnvifLoginError: it wants another user name or password.
        OnvifError: it does not answer in time, or with something else than streams; the message says what.
    """
    host = _host(service)
    digest = (aiohttp.DigestAuthMiddleware(login.user, login.password),) if login else ()
    limit = aiohttp.ClientTimeout(total=ANSWER_S)
    try:
        async with asyncio.timeout(ALL_S), aiohttp.ClientSession(timeout=limit, middlewares=digest) as web:
            return await _Camera(web, host, login).streams(service)
    except OnvifLoginError:
        raise
    except OnvifError as error:
        raise OnvifError(f"camera {host}: {error}") from error
    except TimeoutError as error:
        raise OnvifError(f"camera {host}: no answer within {ANSWER_S:g} s") from error
    except aiohttp.ClientConnectorError as error:
        raise OnvifError(f"camera {host}: nobody answers at {service}: {error.strerror}") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise OnvifError(f"camera {host}: expected HTTP, got something else") from error


def with_login(url: str, login: Login) -> str:
    """A stream's address as the settings take it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{quote(login.user, safe='')}:{quote(login.password, safe='')}@{rest}"


class _Camera:
    """One camera that is asked."""

    def __init__(self, web: aiohttp.ClientSession, host: str, login: Login | None) -> None:
        self._web, self._host, self._login = web, host, login
        self._ahead = timedelta()
        """How far its clock is before ours."""

    async def streams(self, device: str) -> tuple[Stream, ...]:
        self._ahead = await self._clock(device)
        told = await self._ask(device, "tds:GetCapabilities", "<tds:Category>All</tds:Category>")
        media = self._here(word(told, ".//tt:Media/tt:XAddr"), {"http", "https"})
        profiles = await self._ask(media, "trt:GetProfiles")
        found = [await self._stream(media, one) for one in profiles.findall("trt:Profiles", NAMES)[:MOST]]
        if not found:
            raise OnvifError("it has no profile, and so no stream: make one in its own settings")
        return tuple(sorted(found, key=lambda one: one.rank))

    async def _clock(self, device: str) -> timedelta:
        """Everybody may ask for the time; a camera that does not say it is taken to be right."""
        try:
            told = await self._ask(device, "tds:GetSystemDateAndTime", open_to_all=True)
            year, month, day, hour, minute, second = (
                int(word(told, f".//tt:UTCDateTime/tt:{part}")) for part in _MOMENT
            )
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC) - datetime.now(UTC)
        except (OnvifError, ValueError):
            return timedelta()

    async def _stream(self, media: str, profile: Element) -> Stream:
        wanted = (
            "<trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol>"
            "</tt:Transport></trt:StreamSetup>"
            f"<trt:ProfileToken>{escape(profile.get('token', ''))}</trt:ProfileToken>"
        )
        told = await self._ask(media, "trt:GetStreamUri", wanted)
        encoder = "tt:VideoEncoderConfiguration"
        width, height, fps = (
            _number(word(profile, f"{encoder}/tt:{name}"))
            for name in ("Resolution/tt:Width", "Resolution/tt:Height", "RateControl/tt:FrameRateLimit")
        )
        return Stream(
            name=printable(word(profile, "tt:Name")) or printable(profile.get("token", "")),
            url=self._here(word(told, "trt:MediaUri/tt:Uri"), {"rtsp", "rtsps"}),
            codec=printable(word(profile, f"{encoder}/tt:Encoding")),
            width=width,
            height=height,
            fps=fps or None,
        )

    def _here(self, url: str, schemes: set[str]) -> str:
        """An address that the camera named, at the host that was asked.

        Behind a router, or after a change of network, cameras name hosts that nobody reaches; and no credentials go to
        a host that a camera chose.
        """
        parts = urlsplit(url)
        if parts.scheme not in schemes or not parts.hostname:
            raise OnvifError(f"expected an address that begins with {' or '.join(sorted(schemes))}, got {url[:80]!r}")
        place = self._host + (f":{parts.port}" if parts.port else "")
        return urlunsplit((parts.scheme, place, parts.path, parts.query, ""))

    async def _ask(self, url: str, what: str, inner: str = "", *, open_to_all: bool = False) -> Element:
        """The element that answers `what`."""
        proves = self._login is not None and not open_to_all
        header = token(self._login, datetime.now(UTC) + self._ahead) if self._login and proves else ""
        short, _, name = what.partition(":")
        kind = f'application/soap+xml; charset=utf-8; action="{NAMES[short]}/{name}"'
        message = envelope(f"<{what}>{inner}</{what}>", header)
        async with self._web.post(url, data=message, headers={"Content-Type": kind}, allow_redirects=False) as answer:
            if answer.status == 401:
                raise self._refused()
            data = await _bounded(answer)
        said = read(data)
        if (fault := said.find("s:Body/s:Fault", NAMES)) is not None:
            if b"NotAuthorized" in data:
                raise self._refused()
            raise OnvifError(f"{name}: refused: {printable(word(fault, 's:Reason/s:Text')) or 'without a reason'}")
        told = said.find(f"s:Body/{what}Response", NAMES)
        if told is None:
            raise OnvifError(f"{name}: expected an answer to it, got another one")
        return told

    def _refused(self) -> OnvifLoginError:
        words = (
            f"it refuses the password of {self._login.user!r}" if self._login else "it wants a user name and a password"
        )
        return OnvifLoginError(f"camera {self._host}: {words}")


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in answer.content.iter_any():
        data += chunk
        if len(data) > LARGEST:
            raise OnvifError(f"expected an answer of at most {LARGEST // 1024} kB, got more")
    return bytes(data)


def _host(url: str) -> str:
    """Of the device service, in brackets where it is IPv6.

    Raises:
        OnvifError: it is no such address.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port == 0 or urlsplit(url).scheme not in {"http", "https"}:
        raise OnvifError(f"expected http(s)://…, got {url[:80]!r}")
    return f"[{host}]" if ":" in host else host


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
