"""What is said to a camera and what it answers: SOAP 1.2 in XML that may come from anybody on the network."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from gymbox.errors import OnvifError

NAMES: Final = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "d": "http://schemas.xmlsoap.org/ws/2005/04/discovery",
    "dn": "http://www.onvif.org/ver10/network/wsdl",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "ter": "http://www.onvif.org/ver10/error",
}
"""The names that messages use, and by which answers are looked through."""
LONGEST_WORD: Final = 512
"""Letters of anything that is taken out of an answer; what is longer is cut."""

_DECLARED: Final = " ".join(f'xmlns:{short}="{full}"' for short, full in NAMES.items())
_SECURITY: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_DIGEST: Final = f"{_SECURITY}-username-token-profile-1.0#PasswordDigest"


@dataclass(frozen=True, slots=True)
class Login:
    """Of a camera's user."""

    user: str
    password: str = field(repr=False)


def envelope(body: str, header: str = "") -> bytes:
    """A message."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {_DECLARED}>'
        f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def token(login: Login, at: datetime) -> str:
    """A header that proves the password without saying it (WS-Security UsernameToken Profile 1.0, section 3.1).

    Args:
        login: whose.
        at: now, by the camera's own clock: it refuses what is old.
    """
    nonce, created = secrets.token_bytes(16), f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return (
        f'<w:Security xmlns:w="{_SECURITY}-wssecurity-secext-1.0.xsd" s:mustUnderstand="1"><w:UsernameToken>'
        f'<w:Username>{escape(login.user)}</w:Username><w:Password Type="{_DIGEST}">'
        f"{digest(nonce, created, login.password)}</w:Password>"
        f"<w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>"
        f'<u:Created xmlns:u="{_SECURITY}-wssecurity-utility-1.0.xsd">{created}</u:Created>'
        "</w:UsernameToken></w:Security>"
    )


def digest(nonce: bytes, created: str, password: str) -> str:
    """What proves a password for this one message."""
    hashed = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False)  # as ONVIF has it
    return base64.b64encode(hashed.digest()).decode()


def read(data: bytes) -> ET.Element:
    """The envelope of a message, which has a body.

    XML that declares a document type is refused: without one there are no entities, so none that expand or fetch.

    Raises:
        OnvifError: it is no such message.
    """
    try:
        text = data.decode()
        if "<!DOCTYPE" in text:
            raise OnvifError(f"expected a SOAP message, got {len(data)} bytes with a document type, which is not read")
        found = ET.fromstring(text)  # noqa: S314 -- see above
    except (UnicodeDecodeError, ET.ParseError) as error:
        raise OnvifError(f"expected a SOAP message, got {len(data)} bytes that are no XML") from error
    if found.tag != f"{{{NAMES['s']}}}Envelope" or found.find("s:Body", NAMES) is None:
        raise OnvifError(f"expected a SOAP message, got other XML of {len(data)} bytes")
    return found


def word(element: ET.Element, path: str) -> str:
    """The text at `path`, on one line and bounded; nothing where there is none."""
    return " ".join((element.findtext(path, "", NAMES) or "")[:LONGEST_WORD].split())
