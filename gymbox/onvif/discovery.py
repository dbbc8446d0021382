"""Who on the network says that it is a camera: WS-Discovery's probe, to all, over UDP."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote, urlsplit

from gymbox.errors import OnvifError
from gymbox.hub.addresses import local_ips
from gymbox.onvif.soap import NAMES, envelope, read, word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

GROUP: Final = ("239.255.255.250", 3702)
"""Where WS-Discovery is spoken."""
SERVICE: Final = "/onvif/device_service"
"""Where a camera can be asked, by the standard."""
LISTEN_S: Final = 3.0
"""How long answers are waited for. Cameras spread theirs over half a second; a busy one takes longer."""
AGAIN_S: Final = 0.4
"""After which each question is asked once more: nobody repeats a datagram that was lost."""
LARGEST: Final = 16 * 1024
"""Bytes of an answer; most have two thousand."""
MOST_ANSWERS: Final = 1_000
"""Datagrams that are read at all. More means that somebody floods the network."""
MOST: Final = 128
"""Cameras that are told of."""

_TYPES: Final = ("dn:NetworkVideoTransmitter", "tds:Device")
"""What is asked for: each of the two is left out by some cameras."""
_PROBE: Final = "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe"
_SCOPE: Final = "onvif://www.onvif.org/"


@dataclass(frozen=True, slots=True)
class Found:
    """A camera that answered."""

    address: str
    """Its IPv4 address: where the answer came from."""
    service: str
    """The URL at which it can be asked more."""
    name: str
    """Often its maker."""
    hardware: str
    """Its model."""
    location: str
    """What somebody entered there."""

    @classmethod
    def named(cls, address: str) -> Self:
        """A camera that was not found, but is known to be at `address`."""
        return cls(address, f"http://{address}{SERVICE}", "", "", "")


class _Ear(asyncio.DatagramProtocol):
    """One socket's answers."""

    def __init__(self, asked: set[str]) -> None:
        self._asked, self._left = asked, MOST_ANSWERS
        self.found: dict[str, Found] = {}
        """By what a camera calls itself, so that one which answers twice is one."""

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        self._left -= 1
        if self._left < 0 or len(data) > LARGEST:
            return
        with contextlib.suppress(OnvifError):  # others on the network say all sorts of things here
            for name, found in matches(data, address[0], self._asked):
                if len(self.found) < MOST:
                    self.found.setdefault(name, found)


async def discover(
    seconds: float = LISTEN_S, *, interfaces: Sequence[str] | None = None, group: tuple[str, int] = GROUP
) -> tuple[Found, ...]:
    """The cameras that answer within `seconds`, by address.

    Args:
        seconds: how long to listen.
        interfaces: own IPv4 addresses on the networks to ask in; all but the loopback where not given.
        group: whom to ask.

    Raises:
        OnvifError: there is no network to ask in.
    """
    asked = {f"urn:uuid:{uuid.uuid4()}": kind for kind in _TYPES}
    ears: list[_Ear] = []
    async with contextlib.AsyncExitStack() as stack:
        speaking: list[asyncio.DatagramTransport] = []
        for own in local_ips() if interfaces is None else interfaces:
            with contextlib.suppress(OSError):  # a network that has just gone
                transport, ear = await _listen(own, set(asked))
                stack.callback(transport.close)
                speaking.append(transport)
                ears.append(ear)
        if not speaking:
            raise OnvifError("no network to look for cameras in: plug a cable in, or join a Wi-Fi")
        for wait_s in (min(AGAIN_S, seconds / 2), max(seconds - AGAIN_S, seconds / 2)):
            for transport in speaking:
                for message, kind in asked.items():
                    transport.sendto(_probe(message, kind), group)
            await asyncio.sleep(wait_s)
    found = {name: one for ear in ears for name, one in ear.found.items()}
    return tuple(sorted(found.values(), key=lambda one: (ipaddress.IPv4Address(one.address), one.service)))


def matches(data: bytes, sender: str, asked: set[str]) -> list[tuple[str, Found]]:
    """What a datagram says of the camera that sent it, with what the camera calls itself.

    A camera speaks for itself alone: an address that is not the sender's is not followed, whoever named it.

    Raises:
        OnvifError: it is no answer to what was `asked`.
    """
    answer = read(data)
    if word(answer, "s:Header/a:RelatesTo") not in asked:
        raise OnvifError("it answers somebody else's question")
    found = []
    for match in answer.iterfind("s:Body/d:ProbeMatches/d:ProbeMatch", NAMES):
        service = next(filter(lambda url: _is_at(url, sender), word(match, "d:XAddrs").split()), None)
        if service:
            name = word(match, "a:EndpointReference/a:Address") or service
            scopes = _scopes(match)
            told = (scopes.get(key, "") for key in ("name", "hardware", "location"))
            found.append((name, Found(sender, service, *told)))
    return found


def _is_at(url: str, host: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return parts.hostname == host and parts.username is None and parts.scheme in {"http", "https"} and port != 0


def _scopes(match: Element) -> dict[str, str]:
    """Such as `onvif://www.onvif.org/name/Entrance%20left`, first ones first."""
    told: dict[str, str] = {}
    for scope in word(match, "d:Scopes").split():
        key, _, value = scope.removeprefix(_SCOPE).partition("/")
        if scope.startswith(_SCOPE) and value:
            told.setdefault(key.lower(), printable(unquote(value)))
    return told


def printable(text: str) -> str:
    """Without what would move a terminal's cursor, and of a name's length."""
    return "".join(letter for letter in text if letter.isprintable())[:64].strip()


def _probe(message: str, kind: str) -> bytes:
    header = (
        f"<a:MessageID>{message}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
        f"<a:Action>{_PROBE}</a:Action>"
    )
    return envelope(f"<d:Probe><d:Types>{kind}</d:Types></d:Probe>", header)


async def _listen(own: str, asked: set[str]) -> tuple[asyncio.DatagramTransport, _Ear]:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        sock.bind((own, 0))
        return await asyncio.get_running_loop().create_datagram_endpoint(lambda: _Ear(asked), sock=sock)
    except BaseException:
        sock.close()
        raise
