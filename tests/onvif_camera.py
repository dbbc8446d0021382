"""A small camera that speaks ONVIF: answers probes over UDP and questions over HTTP, each as badly as it is told to."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import socket
import struct
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

USER: Final = "admin"
PASSWORD: Final = 'p@ss/w:rd & "more"'  # noqa: S105 -- of a camera that lives for a test
HOME: Final = "127.0.0.1"

SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
WSSE: Final = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
WSU: Final = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
OLDEST: Final = timedelta(seconds=10)
"""Of a proof, by the camera's clock."""


@dataclass
class OnvifCamera:
    """What it is, and how it misbehaves."""

    name: str = "Entrance%20left"
    streams: dict[str, tuple[str, int, int, int]] = field(
        default_factory=lambda: {"main": ("H264", 2560, 1440, 25), "sub": ("H264", 1280, 720, 15)}
    )
    """By profile: codec, width, height, pictures a second."""
    rtsp: str = "rtsp://0.0.0.0:554/{profile}?channel=1"
    """Where it says that a stream is. Cameras do name hosts such as this one."""
    clock_ahead: timedelta = timedelta()
    http_digest: bool = False
    """Whether it wants HTTP's digest in the place of WS-Security's."""
    open_to_all: bool = False
    answers: int = 1
    """How often it answers a probe."""
    service_at: str = "http://{host}:{port}/onvif/device_service"
    """What it calls its own address."""
    instead: Callable[[str], web.Response | None] = lambda _question: None
    """What it answers to a question of this name, in the place of what is right."""
    delay_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    passwords_seen: list[bytes] = field(default_factory=list)
    """Bodies that came in, in which no password may stand."""
    port: int = 80

    @asynccontextmanager
    async def at_home(self, group: tuple[str, int] | None = None) -> AsyncIterator[str]:
        """It answers meanwhile, over HTTP and, with a group, to probes; gives its device service's URL."""
        app = web.Application()
        app.router.add_post("/onvif/{service}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await runner.setup()
        site = web.TCPSite(runner, HOME, 0)
        await site.start()
        self.port = int(runner.addresses[0][1])
        transport = None
        if group:
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Probed(self), sock=_in_group(group)
            )
        try:
            yield f"http://{HOME}:{self.port}/onvif/device_service"
        finally:
            if transport:
                transport.close()
            await runner.cleanup()

    def match(self, message: str) -> bytes:
        """The answer to a probe."""
        return (
            f'<?xml version="1.0"?><e:Envelope xmlns:e="{SOAP}" '
            'xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
            'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">'
            f"<e:Header><wsa:RelatesTo>{message}</wsa:RelatesTo></e:Header><e:Body><d:ProbeMatches><d:ProbeMatch>"
            f"<wsa:EndpointReference><wsa:Address>urn:uuid:camera-{self.port}</wsa:Address></wsa:EndpointReference>"
            f"<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/{self.name} "
            "onvif://www.onvif.org/hardware/X-200 onvif://www.onvif.org/location/weights</d:Scopes>"
            "<d:XAddrs>http://[fe80::1]/onvif/device_service "
            f"{self.service_at.format(host=HOME, port=self.port)}</d:XAddrs>"
            "</d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
        ).encode()

    async def _answer(self, request: web.Request) -> web.Response:
        data = await request.read()
        self.passwords_seen.append(data)
        question = ET.fromstring(data)[1][0]  # noqa: S314 -- of the code that is tested
        name = question.tag.rpartition("}")[2]
        self.asked.append(name)
        await asyncio.sleep(self.delay_s)
        if (instead := self.instead(name)) is not None:
            return instead
        if name not in {"GetSystemDateAndTime", "GetCapabilities"} and not self.open_to_all:
            if self.http_digest:
                if not self._proven_by_http(request):
                    challenge = 'Digest realm="camera", nonce="cafe", algorithm=MD5, qop="auth"'
                    return web.Response(status=401, headers={"WWW-Authenticate": challenge})
            elif not self._proven(data):
                return fault("ter:NotAuthorized", "Sender not authorized", status=400)
        return told(getattr(self, f"_{name}")(question))

    def _proven(self, data: bytes) -> bool:
        found = ET.fromstring(data).find(f".//{WSSE}UsernameToken")  # noqa: S314 -- as above
        if found is None or found.findtext(f"{WSSE}Username") != USER:
            return False
        nonce = base64.b64decode(found.findtext(f"{WSSE}Nonce", ""))
        created = found.findtext(f"{WSU}Created", "")
        age = datetime.now(UTC) + self.clock_ahead - datetime.fromisoformat(created)
        right = base64.b64encode(hashlib.sha1(nonce + created.encode() + PASSWORD.encode()).digest())  # noqa: S324
        return found.findtext(f"{WSSE}Password", "").encode() == right and abs(age) < OLDEST

    def _proven_by_http(self, request: web.Request) -> bool:
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', request.headers.get("Authorization", "")))

        def md5(*words: str) -> str:
            return hashlib.md5(":".join(words).encode()).hexdigest()  # noqa: S324 -- as HTTP has it

        if given.get("username") != USER:
            return False
        first, second = md5(USER, "camera", PASSWORD), md5("POST", given["uri"])
        return bool(given["response"] == md5(first, "cafe", given["nc"], given["cnonce"], given["qop"], second))

    def _GetSystemDateAndTime(self, _question: ET.Element) -> str:  # noqa: N802 -- ONVIF's name
        now = datetime.now(UTC) + self.clock_ahead
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime>"
            f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second>"
            f"</tt:Time><tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day>"
            "</tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _GetCapabilities(self, _question: ET.Element) -> str:  # noqa: N802 -- as above
        return (
            "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media>"
            f"<tt:XAddr>http://10.255.255.1:{self.port}/onvif/media</tt:XAddr></tt:Media></tds:Capabilities>"
            "</tds:GetCapabilitiesResponse>"
        )

    def _GetProfiles(self, _question: ET.Element) -> str:  # noqa: N802 -- as above
        profiles = "".join(
            f'<trt:Profiles token="{name}"><tt:Name>{name} stream</tt:Name><tt:VideoEncoderConfiguration>'
            f"<tt:Encoding>{codec}</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height>"
            f"</tt:Resolution><tt:RateControl><tt:FrameRateLimit>{fps}</tt:FrameRateLimit></tt:RateControl>"
            "</tt:VideoEncoderConfiguration></trt:Profiles>"
            for name, (codec, width, height, fps) in self.streams.items()
        )
        return f"<trt:GetProfilesResponse>{profiles}</trt:GetProfilesResponse>"

    def _GetStreamUri(self, question: ET.Element) -> str:  # noqa: N802 -- as above
        profile = next(element.text for element in question.iter() if element.tag.endswith("}ProfileToken"))
        url = self.rtsp.format(profile=profile)
        return (
            f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{url}</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>"
        )


def told(inner: str, *, status: int = 200) -> web.Response:
    """An answer."""
    text = (
        f'<?xml version="1.0"?><s:Envelope xmlns:s="{SOAP}" xmlns:tt="http://www.onvif.org/ver10/schema" '
        'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" '
        f'xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>{inner}</s:Body></s:Envelope>'
    )
    return web.Response(status=status, body=text.encode(), content_type="application/soap+xml")


def fault(code: str, reason: str, *, status: int = 500) -> web.Response:
    """A refusal."""
    return told(
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        f"<s:Value>{code}</s:Value></s:Subcode></s:Code><s:Reason><s:Text>{reason}</s:Text></s:Reason></s:Fault>",
        status=status,
    )


class _Probed(asyncio.DatagramProtocol):
    def __init__(self, camera: OnvifCamera) -> None:
        self._camera = camera

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override] # it is one
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        message = next(element.text for element in ET.fromstring(data).iter() if element.tag.endswith("}MessageID"))  # noqa: S314
        assert message
        for _ in range(self._camera.answers):
            self._transport.sendto(self._camera.match(message), address)


def _in_group(group: tuple[str, int]) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(group)
    member = struct.pack("4s4s", socket.inet_aton(group[0]), socket.inet_aton(HOME))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    sock.settimeout(0)
    return sock
